// StripedReplicaPlacer: which brokers get the replicas of a new topic.
//
// Brokers are dealt out like cards: rack after rack, within a rack broker after broker, and every
// next partition starts one further on, which stripes leaders and followers evenly over the
// cluster. Where the dealing starts is luck, so that the first broker does not lead partition 0 of
// every topic.
//
// Invariants: no broker holds two replicas of a partition; the first replica is on an unfenced
// broker; fenced brokers are used only where the unfenced ones do not suffice.
//
// Called by: replication_control. Kafka: StripedReplicaPlacer (same algorithm, other luck).
// Read next: metadata/replication_control.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/env/random.h"

namespace kscope::metadata {

struct UsableBroker {
  NodeId id;
  std::optional<std::string> rack;
  bool fenced = false;
};

struct Placement {
  std::string problem;  ///< why it cannot be done (INVALID_REPLICATION_FACTOR); empty: it was done
  std::vector<std::vector<NodeId>> replicas;  ///< by partition
};

Placement place_replicas(const std::vector<UsableBroker>& brokers, std::int32_t partitions,
                         std::int32_t replication_factor, env::Random& random);

}  // namespace kscope::metadata
