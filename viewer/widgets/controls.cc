#include "viewer/widgets/controls.h"

#include <algorithm>
#include <string>

namespace kscope::viewer {

float button_width(const Canvas& c, std::string_view label) {
  return c.width(Face::Small, label) + c.px(22);
}

bool button(Canvas& c, const Rect& rect, std::string_view label, ButtonStyle style, Color ink,
            bool enabled) {
  const bool over = enabled && c.mouse_in(rect);
  const float rounding = c.px(5);
  Color fill = style == ButtonStyle::Quiet ? 0 : theme::kRaised;
  if (style == ButtonStyle::Primary) {
    fill = theme::kAccent;
    ink = theme::kAccentInk;
  }
  if (over)
    fill = style == ButtonStyle::Primary ? mixed(fill, theme::kText, 0.25f) : theme::kBorder;
  if (!enabled) ink = faded(ink, 0.4f);
  c.fill(rect, fill, rounding);
  if (style == ButtonStyle::Plain) c.outline(rect, theme::kBorder, rounding);
  const BoxScope box(c, rect);
  c.text_center(rect, style == ButtonStyle::Primary ? Face::Small : Face::Small, ink, label);
  if (c.context().report.enabled()) c.context().buttons.emplace_back(rect, std::string(label));
  if (over) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  return enabled && c.clicked(rect);
}

float badge_width(const Canvas& c, std::string_view text) {
  return c.width(Face::Small, text) + c.px(16);
}

Rect badge(Canvas& c, float x, float y_center, std::string_view text, Tone tone) {
  const float h = c.line_height(Face::Small) + c.px(5);
  const Rect rect = Rect::at(x, y_center - h / 2, badge_width(c, text), h);
  const Color color = theme::tone(tone);
  // Alarms are filled, everything else outlined: bad news must be found without reading.
  const bool alarm = tone == Tone::Bad;
  c.fill(rect, faded(color, alarm ? 0.28f : 0.10f), h / 2);
  c.outline(rect, faded(color, 0.9f), h / 2);
  c.text_center(rect, Face::Small, alarm ? mixed(color, theme::kText, 0.45f) : color, text);
  return rect;
}

Rect badge_right(Canvas& c, float x_right, float y_center, std::string_view text, Tone tone) {
  return badge(c, x_right - badge_width(c, text), y_center, text, tone);
}

bool check_box(Canvas& c, float x, float y, std::string_view label, bool on, float* width) {
  const float size = c.px(14);
  const float line = c.line_height(Face::Small);
  const Rect box = Rect::at(x, y + (line - size) / 2, size, size);
  c.fill(box, on ? theme::kAccent : theme::kRaised, c.px(3));
  c.outline(box, on ? theme::kAccent : theme::kBorder, c.px(3));
  if (on) c.check(box.cx(), box.cy(), size * 0.28f, theme::kAccentInk);
  const Rect words = c.text(box.x1 + c.px(6), y, Face::Small, theme::kDim, label);
  const Rect all{box.x0, std::min(box.y0, words.y0), words.x1, std::max(box.y1, words.y1)};
  if (width != nullptr) *width = all.w();
  if (c.context().report.enabled()) c.context().buttons.emplace_back(all, std::string(label));
  return c.clicked(all);
}

bool radio(Canvas& c, float x, float y, float w, std::string_view label, bool on, bool enabled,
           Color ink, float* height) {
  const float r = c.px(6);
  const float line = c.line_height(Face::Small);
  const float cy = y + line / 2;
  c.circle(x + r, cy, r, on ? theme::kAccent : theme::kFaint, c.px(1.5f));
  if (on) c.circle(x + r, cy, r * 0.5f, theme::kAccent);
  const float indent = r * 2 + c.px(8);
  const float h = c.wrap(x + indent, y, w - indent, Face::Small, ink, label);
  *height += h + c.px(6);
  const Rect all = Rect::at(x, y - c.px(2), w, h + c.px(2));
  if (c.context().report.enabled()) c.context().buttons.emplace_back(all, std::string(label));
  return enabled && c.clicked(all);
}

bool slider(Canvas& c, const Rect& rect, int id, float* position) {
  static_assert(sizeof(ImGuiID) >= sizeof(int));
  const float cy = rect.cy();
  const float knob = c.px(7);
  const float from = rect.x0 + knob, to = rect.x1 - knob;
  c.fill({from, cy - c.px(1.5f), to, cy + c.px(1.5f)}, theme::kBorder, c.px(1.5f));
  // The button's state in ImGui keeps the drag alive when the mouse leaves the rectangle.
  ImGui::PushID(id);
  ImGui::SetCursorScreenPos(rect.min());
  ImGui::InvisibleButton("slider", {rect.w(), rect.h()});
  const bool active = ImGui::IsItemActive();
  const bool over = ImGui::IsItemHovered();
  ImGui::PopID();
  if (active) *position = std::clamp((ImGui::GetIO().MousePos.x - from) / (to - from), 0.0f, 1.0f);
  c.circle(from + (to - from) * *position, cy, over || active ? knob : knob * 0.85f,
           theme::kAccent);
  return active;
}

void bar(Canvas& c, const Rect& rect, float share, Color color) {
  const float r = rect.h() / 2;
  c.fill(rect, theme::kRaised, r);
  const float w = rect.w() * std::clamp(share, 0.0f, 1.0f);
  if (w > 1) c.fill(Rect::at(rect.x0, rect.y0, std::max(w, rect.h()), rect.h()), color, r);
}

void ring(Canvas& c, float x, float y, float r, float share, Color color) {
  c.circle(x, y, r, theme::kBorder, c.px(3));
  c.arc(x, y, r, share, color, c.px(3));
}

}  // namespace kscope::viewer
