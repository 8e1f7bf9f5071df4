// Round robin: all partitions of all topics in one row, dealt like cards.
//
//   orders 0 1 2, payments 0 1 2, members a b:   a orders-0 orders-2 payments-1
//                                                b orders-1 payments-0 payments-2
//
// As even as can be while everybody subscribes to the same topics. A member that does not want the
// next partition is skipped and nothing makes up for it, so different subscriptions can end
// lopsided where sticky would not. And one member more or less shifts every card after it.
//
// Invariant: with equal subscriptions any two members' numbers of partitions differ by at most one.
//
// Kafka: RoundRobinAssignor. Called by: assignor.cc. Read next: assignor/sticky_assignor.h
#pragma once

#include "engine/client/assignor/assignor.h"

namespace kscope::client {

class RoundRobinAssignor final : public Assignor {
 public:
  const char* name() const override { return "roundrobin"; }
  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override;
};

}  // namespace kscope::client
