// Rect: a rectangle on the screen in pixels, y downwards. Called by: everything that draws.
#pragma once

#include <imgui.h>

#include <algorithm>

namespace kscope::viewer {

struct Rect {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  static Rect at(float x, float y, float w, float h) { return {x, y, x + w, y + h}; }
  float w() const { return x1 - x0; }
  float h() const { return y1 - y0; }
  float cx() const { return (x0 + x1) * 0.5f; }
  float cy() const { return (y0 + y1) * 0.5f; }
  ImVec2 min() const { return {x0, y0}; }
  ImVec2 max() const { return {x1, y1}; }
  bool contains(float x, float y) const { return x >= x0 && x < x1 && y >= y0 && y < y1; }
  bool overlaps(const Rect& o) const { return x0 < o.x1 && o.x0 < x1 && y0 < o.y1 && o.y0 < y1; }
  Rect shrunk(float by) const { return {x0 + by, y0 + by, x1 - by, y1 - by}; }
  Rect shrunk(float dx, float dy) const { return {x0 + dx, y0 + dy, x1 - dx, y1 - dy}; }
  Rect intersect(const Rect& o) const {
    return {std::max(x0, o.x0), std::max(y0, o.y0), std::min(x1, o.x1), std::min(y1, o.y1)};
  }
  bool empty() const { return x1 <= x0 || y1 <= y0; }
};

}  // namespace kscope::viewer
