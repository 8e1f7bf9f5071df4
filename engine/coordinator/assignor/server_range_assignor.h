// Range, on the coordinator: each topic in contiguous ranges, members in order.
//
// The same idea as the consumers' range assignor, without racks. As the first members get the one
// partition more of every topic, members that subscribe to the same topics get the same partition
// numbers of all topics with equal counts (co-partitioning).
//
// Invariant: of one topic, any two subscribers' numbers of partitions differ by at most one.
//
// Kafka: org.apache.kafka.coordinator.group.assignor.RangeAssignor. Its two cases, equal and
// different subscriptions, give the same result; here they are one.
// Called by: server_assignor. Read next: assignor/uniform_assignor.h
#pragma once

#include "engine/coordinator/assignor/server_assignor.h"

namespace kscope::coordinator {

class ServerRangeAssignor final : public ServerAssignor {
 public:
  const char* name() const override { return "range"; }
  Result<TargetAssignment> assign(const GroupSpec& group) const override;
};

}  // namespace kscope::coordinator
