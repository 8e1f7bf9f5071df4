// LayoutReport: remembers every text that was drawn, and finds what is cut or covered.
//
// A screenshot test cannot read, but it can measure: every label goes through Canvas, which notes
// its rectangle, the clip rectangle in force and the box it was put into. problems() then names
// each label that leaves its box, is cut by a clip rectangle, or overlaps another label of the same
// layer.
//
// Labels in scrolling regions may be cut at the region's top and bottom (that is what scrolling
// is); labels scrolled out of sight are not noted at all.
//
// Called by: widgets/canvas while enabled; tests/viewer. Read next: widgets/canvas.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viewer/widgets/geometry.h"

namespace kscope::viewer {

struct LabelBox {
  Rect rect;
  Rect clip;
  Rect box;                ///< the card, button or column it belongs to
  int layer = 0;           ///< labels overlap only within a layer: menus and call-outs lie above
  bool scrolls = false;    ///< in a region that scrolls vertically
  bool sideways = false;   ///< in a region that scrolls horizontally
  bool shortened = false;  ///< ends in "…"; the whole text is in its tooltip
  std::string text;
  std::string where;  ///< panel
};

class LayoutReport {
 public:
  void enable(bool on) { enabled_ = on; }
  bool enabled() const { return enabled_; }
  void begin_frame() { labels_.clear(); }
  void add(LabelBox label);
  const std::vector<LabelBox>& labels() const { return labels_; }
  /// One line for each defect; empty: all is well.
  std::vector<std::string> problems() const;
  bool shows(std::string_view text) const;  ///< some label contains it

 private:
  bool enabled_ = false;
  std::vector<LabelBox> labels_;
};

}  // namespace kscope::viewer
