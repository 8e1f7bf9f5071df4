// DrawContext: what every widget needs for one frame, and what it leaves behind.
//
// Carries fonts and scale in, and collects the layout report, the target under the mouse and the
// tooltip. Targets drawn later lie above earlier ones, so the last one under the mouse wins.
//
// Owned by: app/gui. Called by: widgets/canvas. Read next: widgets/canvas.h
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "viewer/model/target.h"
#include "viewer/widgets/fonts.h"
#include "viewer/widgets/layout_report.h"

namespace kscope::viewer {

struct DrawContext {
  FontSet fonts;
  LayoutReport report;
  Target selected;  ///< drawn highlighted
  Target hovered;   ///< last target under the mouse in this frame
  std::string tooltip;
  std::vector<std::pair<Rect, Target>> hits;          ///< all targets, while the report is enabled
  std::vector<std::pair<Rect, std::string>> buttons;  ///< likewise
  int layer = 0;
  bool scrolls = false;             ///< in a region that scrolls up and down
  bool scrolls_sideways = false;    ///< and is wider than what is shown of it
  bool background_blocked = false;  ///< a modal sheet is open: nothing below it reacts
  std::string where;
  std::vector<Rect> boxes;  ///< innermost last

  float px(float units) const { return units * fonts.scale; }
  void begin_frame() {
    hovered = {};
    tooltip.clear();
    hits.clear();
    buttons.clear();
    layer = 0;
    scrolls = scrolls_sideways = false;
    boxes.clear();
    report.begin_frame();
  }
  /// Where a target was drawn in this frame; empty rectangle if it was not.
  Rect find(const Target& target) const {
    for (auto it = hits.rbegin(); it != hits.rend(); ++it) {
      if (it->second == target) return it->first;
    }
    return {};
  }
  /// The button with this label that was drawn last: menus lie above panels.
  Rect find_button(const std::string& label) const {
    for (auto it = buttons.rbegin(); it != buttons.rend(); ++it) {
      if (it->second == label) return it->first;
    }
    return {};
  }
};

}  // namespace kscope::viewer
