// Hand-made consumer groups for the tests of the screen "Groups".
// Goal: every phase of a rebalance as a picture, without an engine. Method: the events that a
// coordinator and its members tell, frame by frame, and a snapshot at each moment worth looking at.
#pragma once

#include <memory>

#include "tests/viewer/fake_machine.h"

namespace kscope::viewer::testing {

enum class GroupMoment { JoinPhase, SyncPhase, After };

/// Group "billing" on `partitions` partitions of orders: `members` - 1 members read, one more joins
/// and the group rebalances eagerly. The present is at that moment; the recording ends there.
std::unique_ptr<FakeMachine> rebalance_machine(int members, int partitions, GroupMoment moment);
/// The same under KIP-848, in the middle of the reconciliation: one member has to give up first.
std::unique_ptr<FakeMachine> consumer_protocol_machine();
/// A group without members, and a topic.
std::unique_ptr<FakeMachine> empty_group_machine();

inline constexpr std::int32_t kFirstMember = 1001;

}  // namespace kscope::viewer::testing
