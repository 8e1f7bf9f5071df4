// Consistent hashing: an assignor of one's own, from the first line to the last.
//
// Not one of Kafka's. It is here to show how little it takes to bring an assignor, and that the
// broker never notices. The idea: members and partitions are points on a circle; a partition
// belongs to the first member clockwise that subscribes to its topic.
//
//            a
//        3 /   \ 1         1 -> b     2 -> b     3 -> a
//         |     |
//          \   / 2
//            b
//
// When a member leaves, only its own partitions move, each to the next member on the circle; when
// one comes, it takes from its neighbours and from nobody else. And nobody has to remember anything
// or send any user data: positions follow from names alone. The price is balance, which is left to
// chance. Each member has kPoints points so that chance has something to average over.
//
// Invariant: whether partition p goes to member m depends only on p, m, and the members in between.
//
// Kafka: nothing like it; the contract is ConsumerPartitionAssignor's. To write your own, derive
// from Assignor as here, say register_assignor(), and name it in partition.assignment.strategy.
// Called by: assignor.cc. Read next: labs/52-write-an-assignor/my_assignor.cc
#pragma once

#include "engine/client/assignor/assignor.h"

namespace kscope::client {

class ConsistentHashAssignor final : public Assignor {
 public:
  /// Points of one member on the circle.
  static constexpr int kPoints = 100;

  const char* name() const override { return "consistent-hash"; }
  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override;
};

}  // namespace kscope::client
