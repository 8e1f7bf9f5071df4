// The states of a consumer as a member of a group, and which may follow which.
//
//   classic (JoinGroup, SyncGroup)
//     Unjoined -> PreparingRebalance -> CompletingRebalance -> Stable
//        ^               ^                      |                |
//        |               +----------------------+----------------+   the group rebalances
//        +-------------------- thrown out, or left --------------+
//
//   KIP-848 (ConsumerGroupHeartbeat)
//     Unjoined -> Joining -> Reconciling -> Acknowledging -> Stable -> Reconciling …
//                    ^---------- Fenced <------- from all of them
//
// Kafka: AbstractCoordinator.MemberState; consumer.internals.MemberState, where Unjoined is
// UNSUBSCRIBED (or STALE, after max.poll.interval.ms) and an unjoined classic member is UNJOINED.
// Called by: classic_membership, consumer_membership. Read next: client/classic_membership.h
#pragma once

#include "engine/base/check.h"
#include "engine/event/member_events.h"

namespace kscope::client {

using event::ConsumerState;

/// Rows: from; columns: to, both in the order of the enumeration.
inline constexpr bool kMemberTransitions[9][9] = {
    //  Unj    Prep   Compl  Stable Join   Reconc Ackn   Fenced Leaving
    {false, true, false, false, true, false, false, false, true},   // Unjoined
    {true, true, true, false, false, false, false, false, true},    // PreparingRebalance
    {true, true, false, true, false, false, false, false, true},    // CompletingRebalance
    {true, true, false, false, false, true, false, true, true},     // Stable
    {true, false, false, true, false, true, false, true, true},     // Joining
    {true, false, false, true, false, true, true, true, true},      // Reconciling
    {true, false, false, true, false, true, false, true, true},     // Acknowledging
    {true, false, false, false, true, false, false, false, true},   // Fenced
    {true, false, false, false, false, false, false, true, false},  // Leaving
};

constexpr bool may_follow(ConsumerState from, ConsumerState to) {
  return kMemberTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}
static_assert(!may_follow(ConsumerState::Unjoined, ConsumerState::Stable),
              "nobody is in a group without having joined it");

}  // namespace kscope::client
