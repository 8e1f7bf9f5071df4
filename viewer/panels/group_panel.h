// The screen "Groups": a consumer group, and one of its rebalances phase by phase.
//
// In the middle the talk of the rebalance on the lanes of its members and its coordinator, and
// below it one of several pages: who had and has what, how long partitions went unread, offsets,
// the coordinator's records, and the comparison with another assignor. On the left the group with
// its state machine, on the right the member that was clicked. A member has one colour everywhere,
// and its name beside it. All of it is drawn from model/group_desk.
//
// Called by: panels.cc. Read next: model/group_desk.h, panels/group_panel.cc
#pragma once

#include "viewer/panels/log_panel.h"
#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_groups(Ui& ui, const Rect& rect);
void draw_groups_left(Ui& ui, const Rect& rect);
void draw_groups_right(Ui& ui, const Rect& rect);

/// A member's colour by its place in the palette; nobody and brokers have their own.
Color member_ink(int hue);
/// Selects the member: its card comes up on the right.
void choose_member(Ui& ui, const MemberFace& face);
/// A ring that empties with its words beside it. Moves down.
void draw_group_timer(Canvas& c, LogColumn& at, const GroupTimer& timer);
/// Buttons of actions, as many in a row as fit. Moves down.
void draw_group_buttons(Ui& ui, Canvas& c, LogColumn& at, const std::vector<Action>& actions);
/// What there is to know about groups as such, for somebody who has selected nothing.
void draw_group_words(Ui& ui, Canvas& c, LogColumn& at);

// ---- parts of the middle; all but the talk move `at` below themselves
void draw_group_talk(Ui& ui, const Rect& rect);
void draw_assignment(Ui& ui, Canvas& c, LogColumn& at);
void draw_unread(Ui& ui, Canvas& c, LogColumn& at);
void draw_group_offsets(Ui& ui, Canvas& c, LogColumn& at);
void draw_group_records(Ui& ui, Canvas& c, LogColumn& at);
void draw_group_replay(Ui& ui, Canvas& c, LogColumn& at);
/// Bars by row of [at.x, at.x + at.w] with an axis below. `names`: with the members' column.
void draw_read_chart(Ui& ui, Canvas& c, LogColumn& at, const ReadChart& chart, bool names,
                     Instant now);

}  // namespace kscope::viewer
