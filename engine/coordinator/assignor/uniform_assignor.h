// Uniform: the coordinator's default. Evenly, and moving as little as that allows.
//
// Two builders, for the two kinds of groups:
//
//   homogeneous    everybody subscribes to the same topics. P partitions, M members: everybody's
//                  quota is P/M, and the first P mod M members' is one more. What a member has
//                  beyond its quota is taken away, and fills those that are below theirs.
//   heterogeneous  subscriptions differ. Everybody keeps what they may keep; free partitions go to
//                  their least loaded subscriber, those of crowded topics first (most partitions
//                  per subscriber); then partitions move from the loaded to the least loaded as
//                  long as that helps.
//
// Worth knowing: in the homogeneous case who may have one more is decided by the members' order and
// not by who has one more already. So a leaving member can make two others swap a partition, which
// sticky would not have done.
//
// Invariants: homogeneous: sizes differ by at most one. Heterogeneous: as even as the moves get it;
//             see assign_heterogeneous for where they stop.
//
// Kafka: UniformAssignor, UniformHomogeneousAssignmentBuilder,
// UniformHeterogeneousAssignmentBuilder.
// Called by: server_assignor. Read next: coordinator/group/consumer_steps.cc
#pragma once

#include "engine/coordinator/assignor/server_assignor.h"

namespace kscope::coordinator {

class UniformAssignor final : public ServerAssignor {
 public:
  const char* name() const override { return "uniform"; }
  Result<TargetAssignment> assign(const GroupSpec& group) const override;
};

/// REQUIRES at least one member, and a partition count of every subscribed topic.
TargetAssignment assign_homogeneous(const GroupSpec& group);

/// The same requirements. Moves end when no subscriber could take over a partition from somebody
/// who has two more - or earlier, in two cases that make the result less even than it could be:
///   all members that could still take more are within one of each other (a member that has all
///   there is for it to have is not looked at, however much that is);
///   the partition that would help has moved before (each is looked at again in the next pass only
///   as long as it has not moved).
///
/// Difference: 3.9's builder fails, and the heartbeat with it, where it wants to send a partition
/// back instead of swapping two (PartitionMovements.movePartition has its check the wrong way
/// round). Here the partition goes back.
TargetAssignment assign_heterogeneous(const GroupSpec& group);

}  // namespace kscope::coordinator
