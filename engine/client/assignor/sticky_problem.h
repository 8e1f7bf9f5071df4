// What both sticky algorithms start from: who owned what, and whom to believe.
//
// Owned partitions are claims, and claims can contradict each other: a member that slept through a
// rebalance still lists what it had two generations ago. So every member says the generation of its
// claim, and of two claims the younger one counts. Two claims of the same generation cannot both be
// true; then neither is believed.
//
//   a, generation 7: orders-0 orders-1      believed
//   b, generation 6: orders-1 orders-2      orders-2 only
//
// Invariant: a partition is in at most one member's `owned`, unless it is `disputed`.
//
// Kafka: AbstractStickyAssignor.allSubscriptionsEqual, MemberData. Differences: partitions beyond
// the topic's count (it was deleted and made again, smaller) are not believed; a claim's generation
// is always the one it came with, where 3.9 compares a sticky member's user data with the other
// one's subscription; the generation is not remembered from one call to the next.
// Called by: sticky_assignor. Read next: assignor/sticky_constrained.h
#pragma once

#include <optional>
#include <vector>

#include "engine/client/assignor/group_shape.h"
#include "engine/client/assignor/rack_table.h"

namespace kscope::client {

/// What a member says it had before.
struct OwnedClaim {
  std::vector<TopicPartition> partitions;
  std::optional<std::int32_t> generation;  ///< older clients do not say
};

struct StickyProblem {
  /// `claims` in the order of `shape.members`. Borrows the shape.
  StickyProblem(const GroupShape& shape, const std::vector<OwnedClaim>& claims);

  const GroupShape& shape;
  RackTable racks;
  bool by_rack = false;                  ///< racks matter in this group
  GroupShape::Shares owned;              ///< believed claims, in the order they were listed
  std::vector<bool> disputed;            ///< by partition: claimed twice in one generation
  GroupShape::Shares older_claims;       ///< of members behind the newest generation, as claimed
  std::vector<std::int32_t> generation;  ///< of each member's claim; -1: it did not say

  /// A member with a rack is to be kept away from partitions that have no replica there.
  bool wrong_rack(int member, int partition) const {
    return by_rack && racks.has_rack(member) && !racks.same_rack(member, partition);
  }
};

struct StickyResult {
  GroupShape::Shares shares;
  /// Partitions, by number, that go to another member than the one that has them now.
  std::vector<int> changing_hands;
};

}  // namespace kscope::client
