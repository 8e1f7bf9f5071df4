// The screen "Metrics": what is wrong and since when, then a card for every metric of one node.
//
// A card has the value with its unit, what it was during the last minutes with the usual threshold
// as a dashed line, and the state of the alert in words. A click on "since" goes to the event that
// crossed the threshold. All of it is drawn from model/metrics_view.
//
// Called by: panels.cc. Read next: model/metrics_view.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_metrics(Ui& ui, const Rect& rect);

}  // namespace kscope::viewer
