#include "viewer/panels/invariants_panel.h"

#include <algorithm>

#include "viewer/model/invariant_list.h"

namespace kscope::viewer {

namespace {

/// Where the columns of a row begin, and how wide the text may be.
struct Columns {
  float id = 0, name = 0, looks_right = 0, name_width = 0;
};

Columns columns_of(const Canvas& c, const InvariantList& list, float x, float w) {
  Columns columns;
  columns.id = x + c.px(22);
  columns.name = columns.id + c.width(Face::MonoBold, "A11") + c.px(12);
  float looks = 0;
  for (const InvariantRow& row : list.rows)
    looks = std::max({looks, c.width(Face::Small, row.looks), c.width(Face::Small, row.state)});
  columns.looks_right = x + w;
  columns.name_width = columns.looks_right - looks - c.px(16) - columns.name;
  return columns;
}

Color ink_of(Standing standing) {
  if (standing == Standing::Violated) return theme::kBad;
  return standing == Standing::Held ? theme::kGood : theme::kDim;
}

void draw_sign(Canvas& c, float x, float y, Standing standing) {
  const float r = c.px(5);
  if (standing == Standing::Violated) {
    c.cross(x, y, r, theme::kBad);
  } else if (standing == Standing::Held) {
    c.check(x, y, r, theme::kGood);
  } else {
    c.circle(x, y, r, theme::kDim, c.px(1.5f));
  }
}

float draw_row(Ui& ui, Canvas& c, float x, float y, const Columns& at, const InvariantRow& row) {
  const float line = c.line_height(Face::Small), gap = c.px(3);
  const std::string text = row.what.empty() ? row.promise : row.promise + " But: " + row.what;
  const float promise_h = c.wrapped_height(at.name_width, Face::Small, text);
  const float h = c.line_height(Face::Bold) + gap + std::max(promise_h, line) + c.px(9);
  draw_sign(c, x + c.px(8), y + c.line_height(Face::Bold) / 2, row.standing);
  c.text(at.id, y, Face::MonoBold, theme::kText, row.id);
  c.fit(at.name, y, at.name_width, Face::Bold, theme::kText, row.name);
  c.text_right(at.looks_right, y, Face::Small, ink_of(row.standing), row.state);
  const float below = y + c.line_height(Face::Bold) + gap;
  c.wrap(at.name, below, at.name_width, Face::Small, row.what.empty() ? theme::kDim : theme::kBad,
         text);
  if (!row.looks.empty())
    c.text_right(at.looks_right, below, Face::Small, theme::kFaint, row.looks);
  const Rect whole{x, y, at.looks_right, y + h};
  if (row.standing == Standing::Violated && c.clicked(whole)) {
    ui.do_later([event = row.event](Session& s) {
      s.pause();
      s.seek(event);
      s.select(Target::of_event(event));
    });
  }
  return h;
}

}  // namespace

void draw_invariants(Ui& ui, const Rect& rect) {
  ui.draw.where = "invariants";
  const InvariantList list = build_invariant_list(ui.session.snapshot());
  const float pad = ui.px(16);
  Rect body = rect;
  {
    Canvas c(ui.draw);
    const Rect head = c.heading(rect.x0 + pad, rect.y0 + c.px(12), "INVARIANTS");
    const float y = head.y1 + c.px(6), w = rect.w() - 2 * pad;
    float used = c.wrap(rect.x0 + pad, y, w, Face::Small,
                        list.any_violated ? theme::kBad : theme::kText, list.summary);
    used += c.wrap(rect.x0 + pad, y + used + c.px(3), w, Face::Small, theme::kDim,
                   "Looked at after every single event. A: logs, B: quorum, C: controller, "
                   "F: recovery, G: clients, K: compaction.");
    body.y0 = y + used + c.px(14);
  }
  ScrollArea area(ui.draw, "invariants", body);
  Canvas c(ui.draw);
  const float x = area.x() + pad, w = rect.w() - 2 * pad - c.px(14);
  const Columns columns = columns_of(c, list, x, w);
  float y = area.y();
  for (const InvariantRow& row : list.rows) y += draw_row(ui, c, x, y, columns, row);
  area.content(w, y - area.y() + c.px(10));
}

}  // namespace kscope::viewer
