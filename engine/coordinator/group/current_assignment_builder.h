// CurrentAssignmentBuilder: one step of a member towards its target (KIP-848's reconciliation).
//
//                 has to give something up            said that it gave it up
//   Stable ───────────────────────────→ UnrevokedPartitions ──────────┐
//     ↑ │ nothing to give up                                          │
//     │ └────────────────────────→ (takes what is free) ←─────────────┘
//     │                                  │ something is still held by others
//     └──────── all is free ──── UnreleasedPartitions
//
// So a partition is never given to one member before the other has said that it stopped reading it:
// no barrier for the whole group, only for the partitions that move.
//
// Invariant: a partition is assigned to, or pending revocation at, at most one member (D1).
// Kafka: CurrentAssignmentBuilder. Called by: consumer_operation.
// Read next: coordinator/group/consumer_group.h
#pragma once

#include <functional>
#include <optional>

#include "engine/coordinator/group/consumer_group_member.h"

namespace kscope::coordinator {

struct Reconciliation {
  std::int32_t target_epoch = 0;
  PartitionsByTopicId target;
  /// What the member says it has; nothing if it did not say.
  std::optional<PartitionsByTopicId> owned;
  /// Does anybody have this partition, or has not yet given it up?
  std::function<bool(const Uuid&, std::int32_t)> is_held;
};

ConsumerGroupMember reconcile(const ConsumerGroupMember& member, const Reconciliation& towards);

/// Every partition of `part` is in `whole`.
bool is_subset(const PartitionsByTopicId& part, const PartitionsByTopicId& whole);

}  // namespace kscope::coordinator
