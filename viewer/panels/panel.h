// Panels: the regions of the screen, one pair of files each, listed in one table.
//
// A panel is a function that draws into a rectangle. Regions that are always there (top bar, left,
// right, timeline) are called by the frame; screens are the tabs in the centre. Adding a screen is
// one line in panels.cc.
//
// Called by: app/frame. Read next: panels/cluster_panel.h
#pragma once

#include <string_view>
#include <vector>

#include "viewer/panels/ui.h"

namespace kscope::viewer {

struct Screen {
  const char* name;  ///< the tab's label; `view --panel NAME`, any case
  void (*draw)(Ui& ui, const Rect& rect);
  /// What the screen puts in place of the labs and of the inspector; null: they stay.
  void (*left)(Ui& ui, const Rect& rect) = nullptr;
  void (*right)(Ui& ui, const Rect& rect) = nullptr;
};

const std::vector<Screen>& screens();
/// By its label or the beginning of it: "log". Nothing if there is no such screen.
const Screen* find_screen(std::string_view name);

// ---- the regions around the screens
void draw_top_bar(Ui& ui, const Rect& rect);
void draw_lab_panel(Ui& ui, const Rect& rect);                    ///< labs, steps, faults
float draw_fault_buttons(Ui& ui, float x, float y, float width);  ///< returns its height
void draw_tabs(Ui& ui, const Rect& rect);
void draw_inspector(Ui& ui, const Rect& rect);
void draw_feed(Ui& ui, const Rect& rect);
void draw_timeline(Ui& ui, const Rect& rect);
// ---- above everything
void draw_notices(Ui& ui, const Rect& centre);
void draw_menu(Ui& ui);
void draw_tooltip(Ui& ui);
void draw_help(Ui& ui, const Rect& window);
/// `anchors`: rectangles of the three things that are pointed at.
void draw_callouts(Ui& ui, const Rect& window, const std::vector<Rect>& anchors);

}  // namespace kscope::viewer
