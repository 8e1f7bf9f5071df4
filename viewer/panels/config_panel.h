// The screen "Config": the settings of brokers, topics and clients, where each comes from, and a
// place to change them while the cluster runs.
//
// In the middle whose settings (one chip each) and the settings in a table with a search; on the
// right the chosen one in full: what it means, what it may be, every place that has a say in it,
// and a field to change it. A change is a command like any other input: watch the feed.
//
// Called by: panels.cc. Read next: model/config_view.h, panels/config_panel.cc
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_config(Ui& ui, const Rect& rect);
void draw_config_right(Ui& ui, const Rect& rect);

}  // namespace kscope::viewer
