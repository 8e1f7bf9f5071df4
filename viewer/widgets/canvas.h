// Canvas: text and shapes in the current ImGui window, noted in the layout report.
//
// The only place that draws text. Everything is placed in absolute pixels by its panel: the screen
// is a diagram, not a form, and a diagram must know where its parts are. Sizes are given in units
// of the 1680-pixel design and scaled by px().
//
// Called by: widgets/*, panels/*. Read next: widgets/controls.h
#pragma once

#include <string>
#include <string_view>

#include "viewer/widgets/draw_context.h"
#include "viewer/widgets/theme.h"

namespace kscope::viewer {

class Canvas {
 public:
  /// Of the current ImGui window.
  explicit Canvas(DrawContext& context);

  DrawContext& context() { return context_; }
  ImDrawList* list() { return list_; }
  float px(float units) const { return context_.px(units); }
  float line_height(Face face) const { return context_.fonts.size(face); }
  /// The mouse may act here: no menu or sheet lies above.
  bool reacts() const { return hovered_; }
  bool mouse_in(const Rect& rect) const;
  bool clicked(const Rect& rect) const;

  // ---- text; every call returns the rectangle of what it drew
  ImVec2 measure(Face face, std::string_view text) const;
  float width(Face face, std::string_view text) const { return measure(face, text).x; }
  Rect text(float x, float y, Face face, Color color, std::string_view text);
  Rect text_right(float x_right, float y, Face face, Color color, std::string_view text);
  Rect text_center(const Rect& box, Face face, Color color, std::string_view text);
  /// At most `max_width` wide: shortened with "…" if it must be, the whole text in a tooltip then.
  Rect fit(float x, float y, float max_width, Face face, Color color, std::string_view text);
  /// Breaks lines between words. Returns the height that was used.
  float wrap(float x, float y, float max_width, Face face, Color color, std::string_view text,
             int max_lines = 100);
  float wrapped_height(float max_width, Face face, std::string_view text,
                       int max_lines = 100) const;
  /// Small capitals-like heading of a section.
  Rect heading(float x, float y, std::string_view text);

  // ---- shapes
  void fill(const Rect& rect, Color color, float rounding = 0);
  void outline(const Rect& rect, Color color, float rounding = 0, float thickness = 1);
  void dashed_outline(const Rect& rect, Color color, float rounding, float thickness);
  void line(float x0, float y0, float x1, float y1, Color color, float thickness = 1);
  void dashed_line(float x0, float y0, float x1, float y1, Color color, float thickness = 1,
                   float dash = 4);
  /// Diagonal strokes inside the rectangle.
  void hatch(const Rect& rect, Color color, float step);
  void circle(float x, float y, float r, Color color, float thickness = 0);  ///< 0: filled
  /// `share` of a circle clockwise from twelve o'clock.
  void arc(float x, float y, float r, float share, Color color, float thickness);
  void diamond(float x, float y, float r, Color color);
  void triangle_up(float x, float y, float r, Color color);
  /// Pointing left (-1) or right (+1).
  void arrow_head(float x, float y, float r, int direction, Color color);
  void star(float x, float y, float r, Color color);
  void check(float x, float y, float r, Color color);
  void cross(float x, float y, float r, Color color);

  // ---- reacting
  /// Makes the rectangle stand for `target`: hover, click and right-click find it.
  void hit(const Rect& rect, const Target& target);
  /// Shows `text` while the mouse is in `rect`.
  void tip(const Rect& rect, std::string_view text);
  bool is_selected(const Target& target) const { return target && context_.selected == target; }

 private:
  void note(const Rect& rect, std::string_view text, bool shortened);
  Rect clip() const;
  std::string shortened(Face face, std::string_view text, float max_width) const;

  DrawContext& context_;
  ImDrawList* list_;
  bool hovered_;
};

/// Labels drawn while this lives must stay inside `rect` (layout report only).
class BoxScope {
 public:
  BoxScope(Canvas& canvas, const Rect& rect) : context_(canvas.context()) {
    context_.boxes.push_back(rect);
  }
  ~BoxScope() { context_.boxes.pop_back(); }
  BoxScope(const BoxScope&) = delete;
  BoxScope& operator=(const BoxScope&) = delete;

 private:
  DrawContext& context_;
};

/// Labels drawn while this lives belong to another layer (menus, call-outs).
class LayerScope {
 public:
  LayerScope(DrawContext& context, int layer) : context_(context), old_(context.layer) {
    context_.layer = layer;
  }
  ~LayerScope() { context_.layer = old_; }
  LayerScope(const LayerScope&) = delete;
  LayerScope& operator=(const LayerScope&) = delete;

 private:
  DrawContext& context_;
  int old_;
};

/// A region with its own vertical (and, if asked for, horizontal) scrolling.
class ScrollArea {
 public:
  ScrollArea(DrawContext& context, const char* id, const Rect& rect, bool horizontal = false);
  ~ScrollArea();
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;
  /// Where the content's top left corner lies at the moment.
  float x() const { return x_; }
  float y() const { return y_; }
  /// Tells how large the content is; call before the end.
  void content(float width, float height);

 private:
  DrawContext& context_;
  bool old_scrolls_, old_sideways_;
  float x_ = 0, y_ = 0;
  float start_x_ = 0, start_y_ = 0;
};

}  // namespace kscope::viewer
