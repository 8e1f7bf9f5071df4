// One frame of the screen: regions, panels, overlays. Called by: app/gui. Read next: panels/panel.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

struct Regions {
  Rect window, top, left, tabs, centre, inspector, feed, timeline;
};
Regions plan_regions(const Ui& ui, float width, float height);
/// REQUIRES: between ImGui::NewFrame and ImGui::Render; models are fresh.
void draw_frame(Ui& ui, float width, float height);

}  // namespace kscope::viewer
