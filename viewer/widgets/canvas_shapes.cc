// The shapes of Canvas. Signs are drawn instead of taken from a font, so that they look the same
// with every font and cannot turn into a question mark.
#include <array>
#include <cmath>

#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

namespace {

constexpr float kPi = 3.14159265f;

}  // namespace

void Canvas::fill(const Rect& rect, Color color, float rounding) {
  list_->AddRectFilled(rect.min(), rect.max(), color, rounding);
}

void Canvas::outline(const Rect& rect, Color color, float rounding, float thickness) {
  list_->AddRect(rect.min(), rect.max(), color, rounding, 0, thickness);
}

void Canvas::dashed_line(float x0, float y0, float x1, float y1, Color color, float thickness,
                         float dash) {
  const float length = std::hypot(x1 - x0, y1 - y0);
  if (length <= 0) return;
  dash = px(dash);
  const float ux = (x1 - x0) / length, uy = (y1 - y0) / length;
  for (float at = 0; at < length; at += dash * 2) {
    const float to = std::min(at + dash, length);
    list_->AddLine({x0 + ux * at, y0 + uy * at}, {x0 + ux * to, y0 + uy * to}, color, thickness);
  }
}

void Canvas::dashed_outline(const Rect& r, Color color, float rounding, float thickness) {
  dashed_line(r.x0 + rounding, r.y0, r.x1 - rounding, r.y0, color, thickness);
  dashed_line(r.x1, r.y0 + rounding, r.x1, r.y1 - rounding, color, thickness);
  dashed_line(r.x1 - rounding, r.y1, r.x0 + rounding, r.y1, color, thickness);
  dashed_line(r.x0, r.y1 - rounding, r.x0, r.y0 + rounding, color, thickness);
}

void Canvas::line(float x0, float y0, float x1, float y1, Color color, float thickness) {
  list_->AddLine({x0, y0}, {x1, y1}, color, thickness);
}

void Canvas::hatch(const Rect& rect, Color color, float step) {
  list_->PushClipRect(rect.min(), rect.max(), true);
  for (float x = rect.x0 - rect.h(); x < rect.x1; x += step) {
    list_->AddLine({x, rect.y1}, {x + rect.h(), rect.y0}, color, std::max(1.0f, px(1)));
  }
  list_->PopClipRect();
}

void Canvas::circle(float x, float y, float r, Color color, float thickness) {
  if (thickness > 0) {
    list_->AddCircle({x, y}, r, color, 0, thickness);
  } else {
    list_->AddCircleFilled({x, y}, r, color);
  }
}

void Canvas::arc(float x, float y, float r, float share, Color color, float thickness) {
  if (share <= 0) return;
  list_->PathArcTo({x, y}, r, -kPi / 2, -kPi / 2 + 2 * kPi * std::min(share, 1.0f), 40);
  list_->PathStroke(color, 0, thickness);
}

void Canvas::diamond(float x, float y, float r, Color color) {
  list_->AddQuadFilled({x, y - r}, {x + r, y}, {x, y + r}, {x - r, y}, color);
}

void Canvas::triangle_up(float x, float y, float r, Color color) {
  list_->AddTriangleFilled({x, y - r}, {x + r, y + r}, {x - r, y + r}, color);
}

void Canvas::arrow_head(float x, float y, float r, int direction, Color color) {
  const float d = static_cast<float>(direction) * r;
  list_->AddTriangleFilled({x, y}, {x - d * 1.6f, y - r}, {x - d * 1.6f, y + r}, color);
}

void Canvas::star(float x, float y, float r, Color color) {
  // Five kites around the centre: ImGui fills only convex shapes.
  for (int i = 0; i < 5; ++i) {
    const float a = -kPi / 2 + static_cast<float>(i) * 2 * kPi / 5;
    const float in = r * 0.45f;
    const std::array<ImVec2, 4> kite{
        ImVec2{x, y}, ImVec2{x + std::cos(a - kPi / 5) * in, y + std::sin(a - kPi / 5) * in},
        ImVec2{x + std::cos(a) * r, y + std::sin(a) * r},
        ImVec2{x + std::cos(a + kPi / 5) * in, y + std::sin(a + kPi / 5) * in}};
    list_->AddQuadFilled(kite[0], kite[1], kite[2], kite[3], color);
  }
}

void Canvas::check(float x, float y, float r, Color color) {
  const std::array<ImVec2, 3> points{ImVec2{x - r, y}, ImVec2{x - r * 0.25f, y + r * 0.75f},
                                     ImVec2{x + r, y - r * 0.75f}};
  list_->AddPolyline(points.data(), 3, color, 0, std::max(1.5f, px(1.8f)));
}

void Canvas::cross(float x, float y, float r, Color color) {
  const float t = std::max(1.5f, px(1.8f));
  list_->AddLine({x - r, y - r}, {x + r, y + r}, color, t);
  list_->AddLine({x - r, y + r}, {x + r, y - r}, color, t);
}

}  // namespace kscope::viewer
