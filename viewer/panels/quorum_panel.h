// The screen "Quorum": roles, votes and patience of the members, their logs over one window of
// offsets, and the metadata log with what each record changed.
//
// A member's circle has its role's colour and word; the arc from twelve o'clock is the time that
// is left before it stands for election; a dot is a vote. Logs are solid as far as they are known
// to be committed and lighter beyond; a diamond is a snapshot. All of it is drawn from
// model/quorum_desk.
//
// Called by: panels.cc. Read next: model/quorum_desk.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_quorum_screen(Ui& ui, const Rect& rect);

}  // namespace kscope::viewer
