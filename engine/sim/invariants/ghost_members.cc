// The ghost of members: who is in which group, in which generation, with which partitions, as the
// coordinators tell it.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using event::GroupState;

GroupGhost& group(Check& check, NameRef name) {
  return check.ghost.groups.told[{check.node(), name}];
}

/// Classic: the meeting is over, and who has come to it is in the new generation.
void begin_generation(GroupGhost& g) {
  g.record_at = -1;
  for (auto& [id, member] : g.members) {
    if (member.joining) member.in_generation = g.generation;
    member.joining = false;
  }
}

void on_state(Check& check, const event::GroupStateChanged& e) {
  GroupsGhost& groups = check.ghost.groups;
  if (e.to == GroupState::Dead) {
    groups.told.erase({check.node(), e.group});
    groups.histories[e.group].stored_generation = 0;
    return;
  }
  GroupGhost& g = group(check, e.group);
  g.state = e.to;
  g.generation = e.generation;
  if (e.to == GroupState::CompletingRebalance) begin_generation(g);
  if (e.from == GroupState::CompletingRebalance && e.to == GroupState::Stable)
    groups.histories[e.group].stored_generation = e.generation;
}

void on_epoch(Check& check, const event::GroupEpochBumped& e) {
  group(check, e.group).consumer_protocol = true;
  group(check, e.group).generation = e.epoch;
}

void on_leader(Check& check, const event::GroupLeaderChosen& e) {
  group(check, e.group).leader = e.leader;
}

void on_added(Check& check, const event::MemberAdded& e) {
  GroupGhost& g = group(check, e.group);
  GroupMemberGhost member;
  member.instance = e.instance;
  // One that comes in without a rebalance takes the place of another.
  if (g.state == GroupState::Stable) member.in_generation = g.generation;
  g.members.insert_or_assign(e.member, std::move(member));
}

void on_removed(Check& check, const event::MemberRemoved& e) {
  group(check, e.group).members.erase(e.member);
}

void on_joining(Check& check, const event::MemberJoining& e) {
  group(check, e.group).members[e.member].joining = true;
}

void on_assignment(Check& check, const event::MemberAssignmentChanged& e) {
  std::set<PartitionRef>& has = group(check, e.group).members[e.member].partitions;
  if (e.given)
    has.insert(e.partition);
  else
    has.erase(e.partition);
}

void on_member_epoch(Check& check, const event::MemberEpochChanged& e) {
  GroupGhost& g = group(check, e.group);
  g.consumer_protocol = true;
  g.members[e.member].epoch = e.epoch;
}

}  // namespace

const Recorder members_ghost{{record<on_state>(), record<on_epoch>(), record<on_leader>(),
                              record<on_added>(), record<on_removed>(), record<on_joining>(),
                              record<on_assignment>(), record<on_member_epoch>()}};

}  // namespace kscope::sim
