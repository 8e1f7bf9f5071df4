// The inspector: what is selected, down to its bytes, and why it is so.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/legend.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

struct Column {
  float x, y, w;
};

void draw_facts(Canvas& c, Column& at, const Inspection& i) {
  const float row = c.line_height(Face::MonoSmall) + c.px(7);
  for (const auto& [name, value] : i.facts) {
    const float name_w = c.width(Face::MonoSmall, name);
    const float room = std::max(at.w * 0.45f, at.w - name_w - c.px(12));
    const float value_w = std::min(c.width(Face::MonoSmall, value), room);
    c.fit(at.x, at.y, at.w - value_w - c.px(10), Face::MonoSmall, theme::kDim, name);
    c.fit(at.x + at.w - value_w, at.y, value_w + 1, Face::MonoSmall, theme::kText, value);
    at.y += row;
  }
  if (!i.facts.empty()) at.y += c.px(8);
}

/// Buttons of the first few actions, as for a frame: Drop, Delay, Follow reply.
void draw_actions(Ui& ui, Canvas& c, Column& at) {
  const std::vector<Action> actions = actions_for(ui.session.selection(), ui.session.snapshot());
  const float h = c.px(26), gap = c.px(6);
  float x = at.x;
  int rows = 0;
  std::size_t shown = 0;
  for (const Action& action : actions) {
    if (action.kind == ActionKind::Select) continue;  // it is inspected already
    const float w = button_width(c, action.label);
    if (w > at.w) continue;
    if (x > at.x && x + w > at.x + at.w) {
      if (++rows == 2) break;
      x = at.x;
    }
    const Rect rect = Rect::at(x, at.y + static_cast<float>(rows) * (h + gap), w, h);
    if (button(c, rect, action.label, ButtonStyle::Plain,
               theme::tone(action.tone == Tone::Neutral ? Tone::Accent : action.tone),
               action.why_not.empty())) {
      ui.run(action);
    }
    if (!action.why_not.empty()) c.tip(rect, "Not now: " + action.why_not);
    x = rect.x1 + gap;
    if (++shown == 5) break;
  }
  if (shown > 0) at.y += static_cast<float>(std::min(rows, 1) + 1) * (h + gap) + c.px(6);
}

void draw_bytes(Ui& ui, Canvas& c, Column& at, const Dissection& d) {
  if (d.bytes.empty()) return;
  at.y += field_list(c, at.x, at.y, at.w, d, ui.state.fields) + c.px(12);
  const Rect head = c.heading(at.x, at.y, "BYTES");
  c.text(head.x1 + c.px(8), at.y, Face::Small, theme::kFaint,
         fmt::format("{} in all; point at a field or a byte", d.bytes.size()));
  at.y += c.line_height(Face::Small) + c.px(8);
  at.y += hex_dump(c, at.x, at.y, at.w, d, ui.state.fields) + c.px(14);
}

void draw_why(Canvas& c, Column& at, const std::vector<WhyStep>& why) {
  if (why.empty()) return;
  const float mark = c.px(14);
  c.heading(at.x, at.y, "WHY?");
  at.y += c.line_height(Face::Small) + c.px(8);
  for (std::size_t i = 0; i < why.size(); ++i) {
    const float top = at.y;
    const float dot_y = top + c.line_height(Face::Small) * 0.55f;
    at.y += c.wrap(at.x + mark, at.y, at.w - mark, Face::Small, i == 0 ? theme::kText : theme::kDim,
                   i == 0 ? why[i].text : "because " + why[i].text);
    c.text(at.x + mark, at.y, Face::MonoSmall, theme::kFaint, format_instant(why[i].at));
    at.y += c.line_height(Face::MonoSmall) + c.px(8);
    c.circle(at.x + c.px(4), dot_y, c.px(3), i == 0 ? theme::kAccent : theme::kFaint);
    if (i + 1 < why.size())
      c.line(at.x + c.px(4), dot_y + c.px(5), at.x + c.px(4), at.y + c.px(2), theme::kGrid,
             c.px(1.5f));
    const Rect rect{at.x, top, at.x + at.w, at.y - c.px(4)};
    c.hit(rect, Target::of_event(why[i].event));
    if (c.mouse_in(rect)) c.fill(rect, faded(theme::kAccent, 0.08f), c.px(4));
  }
  at.y += c.px(6);
}

void draw_explanation(Canvas& c, Column& at, const Explanation& e) {
  if (e.text[0] == '\0') return;
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, theme::kAccent, "Why it matters") + c.px(4);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kText, e.text) + c.px(8);
  for (const char* link : {e.source, e.chapter}) {
    if (link[0] == '\0') continue;
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kAccent, link);
    const Rect rect = Rect::at(at.x, at.y, at.w, c.line_height(Face::MonoSmall));
    c.tip(rect, std::string("Click to copy the path ") + link);
    if (c.clicked(rect)) ImGui::SetClipboardText(link);
    at.y += c.line_height(Face::MonoSmall) + c.px(5);
  }
  if (e.kafka[0] != '\0') {
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kDim, std::string("Kafka: ") + e.kafka);
    at.y += c.line_height(Face::MonoSmall) + c.px(5);
  }
  at.y += c.px(10);
}

void draw_welcome(Canvas& c, Column& at) {
  at.y += c.wrap(at.x, at.y, at.w, Face::Title, theme::kAccent, "Nothing selected") + c.px(6);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
                 "Click on a frame under way to see its fields and bytes. Click on a cell to see "
                 "the record batch. "
                 "Click on HW, LEO, a role or a badge to learn why it is what it is.");
  at.y += c.px(18);
  at.y += draw_frame_legend(c, at.x, at.y, at.w);
}

void draw_title(Ui& ui, Canvas& c, Column& at, const Inspection& i) {
  const float close = c.px(46);
  c.heading(at.x, at.y, "INSPECTOR");
  if (ui.session.has_previous()) {
    const Rect back =
        Rect::at(at.x + at.w - close, at.y - c.px(4), close, c.line_height(Face::Small) + c.px(8));
    if (button(c, back, "back", ButtonStyle::Quiet, theme::kDim))
      ui.do_later([](Session& s) { s.select_previous(); });
  }
  at.y += c.line_height(Face::Small) + c.px(10);
  if (i.title.empty()) return;
  at.y += c.wrap(at.x, at.y, at.w, Face::Title, theme::kAccent, i.title);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, i.subtitle) + c.px(8);
}

}  // namespace

void draw_inspector(Ui& ui, const Rect& rect) {
  ui.draw.where = "inspector";
  {
    Canvas c(ui.draw);
    c.fill(rect, theme::kPanel);
    c.line(rect.x0, rect.y0, rect.x0, rect.y1, theme::kBorder);
  }
  ui.state.fields.begin_frame();
  ScrollArea area(ui.draw, "inspector", {rect.x0 + 1, rect.y0, rect.x1, rect.y1});
  Canvas c(ui.draw);
  const float pad = c.px(16);
  const Inspection& i = ui.models.inspection;
  Column at{area.x() + pad, area.y() + c.px(14), rect.w() - 2 * pad};
  draw_title(ui, c, at, i);
  if (!ui.session.selection()) {
    draw_welcome(c, at);
    area.content(rect.w() - c.px(20), at.y - area.y());
    return;
  }
  if (!i.gone.empty())
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kWarn, i.gone) + c.px(8);
  draw_actions(ui, c, at);
  draw_facts(c, at, i);
  draw_bytes(ui, c, at, i.dissection);
  draw_why(c, at, i.why);
  draw_explanation(c, at, i.explanation);
  area.content(rect.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
