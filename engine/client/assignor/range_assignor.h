// Range: each topic by itself, in contiguous ranges. Kafka's default.
//
//   topic of 7 partitions, members a b c:   a 0 1 2 | b 3 4 | c 5 6
//
// The first members get the one partition more - of every topic, so with many topics they end up
// with much more than the last. In return partition 3 of `orders` and partition 3 of `payments` go
// to the same member, which is what joins need (co-partitioning).
//
// With racks (KIP-881): topics with equal partition counts and equal subscribers are still dealt
// together, partition by partition, to the first member in whose rack all of them have a replica;
// any other topic hands out its near partitions first. What is left goes out in ranges as usual.
//
// Invariant: of one topic, any two subscribers' numbers of partitions differ by at most one.
//
// Kafka: RangeAssignor. Called by: assignor.cc. Read next: assignor/round_robin_assignor.h
#pragma once

#include "engine/client/assignor/assignor.h"

namespace kscope::client {

class RangeAssignor final : public Assignor {
 public:
  const char* name() const override { return "range"; }
  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override;
};

}  // namespace kscope::client
