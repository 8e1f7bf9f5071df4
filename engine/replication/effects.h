// Effects: what replication wants done by others, as data.
//
// A partition may not call the purgatory or the controller channel: those live a layer above and
// node state holds no pointers. So whatever a call makes possible or necessary is appended here,
// and the broker carries it out before the call that it handles ends. Real Kafka calls out through
// DelayedOperations and AlterPartitionManager, and needs an action queue and rules about which lock
// may be held meanwhile; a list of plain values needs neither.
//
// Filled by: partition, replica_manager. Drained by: broker/broker_server.
// Read next: replication/partition.h
#pragma once

#include <vector>

#include "engine/base/partition.h"
#include "engine/env/env.h"
#include "engine/replication/broker_directory.h"
#include "engine/replication/isr_state.h"
#include "engine/replication/replica_config.h"

namespace kscope::replication {

/// Something about a partition moved that a parked request may be waiting for.
struct Progress {
  PartitionRef partition;
  /// False: only the log end moved, which no waiting producer cares about.
  bool wakes_producers = true;
};

/// An ISR change for the controller.
struct AlterPartitionItem {
  TopicPartition partition;
  Uuid topic_id;
  IsrProposal proposal;
  bool operator==(const AlterPartitionItem&) const = default;
};

struct Effects {
  std::vector<Progress> progress;            ///< in the order in which it happened
  std::vector<AlterPartitionItem> proposals;
};

/// What a partition sees of its surroundings during one call.
struct Context {
  env::Env& env;
  const ReplicaConfig& config;
  const BrokerDirectory& brokers;
  BrokerEpoch own_epoch;  ///< of this broker's registration; -1 before it has one
  Effects& effects;
};

}  // namespace kscope::replication
