// The Invariants screen: what must be true of the cluster after every event, and whether it is.
//
// A compact list: state in a word and a sign, the id under which the literature knows it, its
// name, the promise, how often there was something to look at. A click on a violated one goes to
// the event that broke it.
//
// Called by: panels.cc. Read next: model/invariant_list.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_invariants(Ui& ui, const Rect& rect);

}  // namespace kscope::viewer
