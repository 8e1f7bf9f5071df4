#include "viewer/widgets/canvas.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "viewer/widgets/imgui_compat.h"

namespace kscope::viewer {

Canvas::Canvas(DrawContext& context)
    : context_(context),
      list_(ImGui::GetWindowDrawList()),
      hovered_(ImGui::IsWindowHovered() && !(context.background_blocked && context.layer == 0)) {}

Rect Canvas::clip() const {
  const ImVec2 a = list_->GetClipRectMin(), b = list_->GetClipRectMax();
  return {a.x, a.y, b.x, b.y};
}

bool Canvas::mouse_in(const Rect& rect) const {
  if (!hovered_) return false;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  return rect.intersect(clip()).contains(mouse.x, mouse.y);
}

bool Canvas::clicked(const Rect& rect) const {
  return mouse_in(rect) && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
}

void Canvas::note(const Rect& rect, std::string_view text, bool shortened) {
  if (!context_.report.enabled()) return;
  LabelBox label;
  label.rect = rect;
  label.clip = clip();
  if (!context_.boxes.empty()) label.box = context_.boxes.back();
  label.layer = context_.layer;
  label.scrolls = context_.scrolls;
  label.sideways = context_.scrolls_sideways;
  label.shortened = shortened;
  label.text = std::string(text);
  label.where = context_.where;
  context_.report.add(std::move(label));
}

ImVec2 Canvas::measure(Face face, std::string_view text) const {
  return context_.fonts.font(face)->CalcTextSizeA(context_.fonts.size(face), FLT_MAX, 0.0f,
                                                  text.data(), text.data() + text.size());
}

Rect Canvas::text(float x, float y, Face face, Color color, std::string_view text) {
  x = std::round(x);
  y = std::round(y);
  const ImVec2 size = measure(face, text);
  const Rect rect = Rect::at(x, y, size.x, context_.fonts.size(face));
  list_->AddText(context_.fonts.font(face), context_.fonts.size(face), {x, y}, color, text.data(),
                 text.data() + text.size());
  note(rect, text, false);
  return rect;
}

Rect Canvas::text_right(float x_right, float y, Face face, Color color, std::string_view t) {
  return text(x_right - width(face, t), y, face, color, t);
}

Rect Canvas::text_center(const Rect& box, Face face, Color color, std::string_view t) {
  const float size = context_.fonts.size(face);
  return text(box.cx() - width(face, t) * 0.5f, box.cy() - size * 0.53f, face, color, t);
}

std::string Canvas::shortened(Face face, std::string_view text, float max_width) const {
  std::string out(text);
  while (!out.empty() && width(face, out + "…") > max_width) {
    // Whole UTF-8 characters only.
    do out.pop_back();
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0xC0);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80) != 0 &&
           (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) {
      out.pop_back();
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? std::string() : out + "…";
}

Rect Canvas::fit(float x, float y, float max_width, Face face, Color color, std::string_view t) {
  if (width(face, t) <= max_width) return text(x, y, face, color, t);
  const std::string part = shortened(face, t, max_width);
  if (part.empty()) return Rect::at(x, y, 0, 0);
  const ImVec2 size = measure(face, part);
  const Rect rect = Rect::at(std::round(x), std::round(y), size.x, context_.fonts.size(face));
  list_->AddText(context_.fonts.font(face), context_.fonts.size(face), rect.min(), color,
                 part.c_str());
  note(rect, part, true);
  tip(rect, t);
  return rect;
}

namespace {

/// Calls `emit(line)` for each line that fits; returns how many there were.
template <class Emit>
int break_lines(const ImFont* font, float size, float max_width, std::string_view text,
                int max_lines, const Emit& emit) {
  int lines = 0;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end && lines < max_lines) {
    const char* stop = compat::wrap_position(font, size, at, end, max_width);
    if (stop == at) stop = at + 1;  // a word wider than the line
    const char* newline = std::find(at, stop, '\n');
    stop = newline;
    emit(std::string_view(at, static_cast<std::size_t>(stop - at)), stop < end, lines);
    ++lines;
    at = stop;
    while (at < end && (*at == ' ' || *at == '\n')) ++at;
  }
  return lines;
}

}  // namespace

float Canvas::wrap(float x, float y, float max_width, Face face, Color color, std::string_view t,
                   int max_lines) {
  const float size = context_.fonts.size(face);
  const float leading = std::round(size * 1.28f);
  const int lines = break_lines(context_.fonts.font(face), size, max_width, t, max_lines,
                                [&](std::string_view line, bool more, int n) {
                                  const float at = y + static_cast<float>(n) * leading;
                                  if (more && n == max_lines - 1) {
                                    fit(x, at, max_width, face, color, std::string(line) + " …");
                                  } else {
                                    fit(x, at, max_width, face, color, line);
                                  }
                                });
  return static_cast<float>(lines) * leading;
}

float Canvas::wrapped_height(float max_width, Face face, std::string_view t, int max_lines) const {
  const float size = context_.fonts.size(face);
  const int lines = break_lines(context_.fonts.font(face), size, max_width, t, max_lines,
                                [](std::string_view, bool, int) {});
  return static_cast<float>(lines) * std::round(size * 1.28f);
}

Rect Canvas::heading(float x, float y, std::string_view t) {
  return text(x, y, Face::Small, theme::kDim, t);
}

void Canvas::hit(const Rect& rect, const Target& target) {
  if (!target) return;
  const Rect visible = rect.intersect(clip());
  if (visible.empty()) return;
  if (context_.report.enabled()) context_.hits.emplace_back(visible, target);
  if (mouse_in(rect)) context_.hovered = target;
}

void Canvas::tip(const Rect& rect, std::string_view text) {
  if (mouse_in(rect)) context_.tooltip = std::string(text);
}

ScrollArea::ScrollArea(DrawContext& context, const char* id, const Rect& rect, bool horizontal)
    : context_(context), old_scrolls_(context.scrolls), old_sideways_(context.scrolls_sideways) {
  ImGui::SetCursorScreenPos(rect.min());
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav;
  if (horizontal) flags |= ImGuiWindowFlags_HorizontalScrollbar;
  ImGui::BeginChild(id, ImVec2(std::max(rect.w(), 1.0f), std::max(rect.h(), 1.0f)), false, flags);
  context_.scrolls = true;
  if (ImGui::GetScrollMaxX() > 0) context_.scrolls_sideways = true;
  const ImVec2 cursor = ImGui::GetCursorScreenPos();
  x_ = cursor.x;
  y_ = cursor.y;
  const ImVec2 local = ImGui::GetCursorPos();
  start_x_ = local.x;
  start_y_ = local.y;
}

void ScrollArea::content(float width, float height) {
  ImGui::SetCursorPos({start_x_, start_y_});
  ImGui::Dummy({width, height});
}

ScrollArea::~ScrollArea() {
  ImGui::EndChild();
  context_.scrolls = old_scrolls_;
  context_.scrolls_sideways = old_sideways_;
}

}  // namespace kscope::viewer
