// The states of a classic group, and the table of the steps between them.
//
//        join               all here or time is up        leader's SyncGroup stored
//   Empty ──→ PreparingRebalance ──→ CompletingRebalance ──→ Stable
//     ↑──────────────│ ↑───────────────────┘ ↑                  │
//      nobody is left  └── a member joins, leaves, fails ───────┘
//   Dead: from everywhere, when the group is deleted, its partition moves to another broker, or its
//   members go over to KIP-848.
//
// Invariant: a group takes no step that is not in kClassicTransitions; transition_to() checks it,
//            and docs/ prints it.
//
// Kafka: ClassicGroupState (its validPreviousStates). Called by: coordinator/group/classic_group.
// Read next: coordinator/group/classic_group.h
#pragma once

#include "engine/event/group_events.h"

namespace kscope::coordinator {

using event::GroupState;

struct GroupTransition {
  GroupState from{}, to{};
  const char* when;
};

inline constexpr GroupTransition kClassicTransitions[] = {
    {GroupState::Empty, GroupState::PreparingRebalance,
     "the first member joins; group.initial.rebalance.delay.ms begins"},
    {GroupState::PreparingRebalance, GroupState::CompletingRebalance,
     "all members have joined, or the rebalance timeout is over: a new generation, and JoinGroup "
     "is answered"},
    {GroupState::PreparingRebalance, GroupState::Empty, "nobody is left to join"},
    {GroupState::CompletingRebalance, GroupState::Stable,
     "the leader's SyncGroup is stored: everyone hears its assignment"},
    {GroupState::CompletingRebalance, GroupState::PreparingRebalance,
     "a member joins, leaves, fails, asks for no assignment in time, or changes its subscription; "
     "or the assignment could not be stored"},
    {GroupState::Stable, GroupState::PreparingRebalance,
     "a member joins, leaves or fails; a follower changes its subscription; the leader joins "
     "again"},
    {GroupState::Empty, GroupState::Dead, "deleted, all its offsets expired, or unloaded"},
    {GroupState::PreparingRebalance, GroupState::Dead,
     "unloaded, or it becomes a group of KIP-848"},
    {GroupState::CompletingRebalance, GroupState::Dead,
     "unloaded, or it becomes a group of KIP-848"},
    {GroupState::Stable, GroupState::Dead, "unloaded, or it becomes a group of KIP-848"},
    {GroupState::Dead, GroupState::Dead, "deleted while it was unloaded"},
};

constexpr bool is_valid_transition(GroupState from, GroupState to) {
  for (const GroupTransition& step : kClassicTransitions) {
    if (step.from == from && step.to == to) return true;
  }
  return false;
}

/// Kafka: ClassicGroup.canRebalance.
constexpr bool can_rebalance(GroupState from) {
  return is_valid_transition(from, GroupState::PreparingRebalance);
}

static_assert(can_rebalance(GroupState::Empty) && can_rebalance(GroupState::CompletingRebalance) &&
              can_rebalance(GroupState::Stable));
static_assert(!can_rebalance(GroupState::PreparingRebalance) && !can_rebalance(GroupState::Dead));
static_assert(!is_valid_transition(GroupState::Empty, GroupState::Stable));

}  // namespace kscope::coordinator
