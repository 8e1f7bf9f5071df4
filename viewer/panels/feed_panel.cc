// The event feed: newest first, in plain words. A click inspects, a double click goes there.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

Color ink_of(const FeedLine& line) {
  if (line.subject == event::Subject::Fault) return theme::kBad;
  if (line.weight == event::Weight::Drama) return theme::kLead;
  return line.weight == event::Weight::Change ? theme::kText : theme::kDim;
}

float draw_line(Ui& ui, Canvas& c, float x, float y, float w, const FeedLine& line) {
  const std::string when = fmt::format("{:.3f}", static_cast<double>(to_micros(line.at)) / 1e6);
  const float indent = c.width(Face::MonoSmall, "000.000") + c.px(10);
  const std::string text =
      line.times > 1 ? fmt::format("{}  ×{}", line.text, line.times) : line.text;
  const float h =
      std::max(c.wrapped_height(w - indent, Face::Small, text), c.line_height(Face::Small)) +
      c.px(5);
  const float top = c.list()->GetClipRectMin().y, bottom = c.list()->GetClipRectMax().y;
  if (y + h < top || y > bottom) return h;
  const Rect rect = Rect::at(x, y, w, h);
  const Target target = Target::of_event(line.event);
  if (c.is_selected(target)) c.fill(rect.shrunk(-c.px(4), 0), theme::kSelection, c.px(3));
  c.text_right(x + indent - c.px(10), y + c.px(2), Face::MonoSmall, theme::kFaint, when);
  c.wrap(x + indent, y + c.px(2), w - indent, Face::Small, ink_of(line), text);
  c.hit(rect, target);
  if (c.mouse_in(rect) && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    ui.do_later([event = line.event](Session& s) {
      s.pause();
      s.seek(event);
    });
  }
  return h;
}

}  // namespace

void draw_feed(Ui& ui, const Rect& rect) {
  ui.draw.where = "feed";
  Rect list = rect;
  {
    Canvas c(ui.draw);
    c.fill(rect, theme::kPanel);
    c.line(rect.x0, rect.y0, rect.x0, rect.y1, theme::kBorder);
    c.line(rect.x0, rect.y0, rect.x1, rect.y0, theme::kBorder);
    const float y = rect.y0 + c.px(10);
    const Rect head = c.heading(rect.x0 + c.px(16), y, "EVENTS");
    constexpr const char* kDetails = "every detail";
    const float w = c.width(Face::Small, kDetails) + c.px(22);
    if (head.x1 + w + c.px(20) < rect.x1 &&
        check_box(c, rect.x1 - c.px(16) - w, y, kDetails, ui.state.feed_filter.details)) {
      ui.state.feed_filter.details = !ui.state.feed_filter.details;
    }
    list.y0 = y + c.line_height(Face::Small) + c.px(6);
  }
  ScrollArea area(ui.draw, "feed", {list.x0 + 1, list.y0, list.x1, list.y1});
  Canvas c(ui.draw);
  float y = area.y();
  for (const FeedLine& line : ui.models.feed) {
    y += draw_line(ui, c, area.x() + c.px(16), y, rect.w() - c.px(34), line);
  }
  if (ui.models.feed.empty())
    c.text(area.x() + c.px(16), y, Face::Small, theme::kDim, "Nothing has happened yet.");
  area.content(rect.w() - c.px(20), y - area.y() + c.px(8));
}

}  // namespace kscope::viewer
