// AlterPartitionManager: carries the leaders' ISR wishes to the controller.
//
// One request at a time, with everything that has come together meanwhile. A wish stays in the list
// until the controller has answered *that partition*; a request that failed as a whole (a new
// controller, a stale broker epoch) is simply made again from the list, for ever: only newer
// metadata can make a wish pointless, and then the partition ignores the answer.
//
// Invariant: at most one wish per partition.
// Called by: broker_server. Kafka: AlterPartitionManager. KIP-497.
// Read next: broker/node_to_controller_channel.h
#pragma once

#include <map>
#include <vector>

#include "engine/broker/node_to_controller_channel.h"
#include "engine/replication/effects.h"
#include "engine/replication/partition.h"

namespace kscope::broker {

/// The timer that tries again after a failure: IsrCheck with this key (0 is replication's own).
inline constexpr std::int64_t kAlterPartitionRetryKey = 1;

class AlterPartitionManager {
 public:
  /// False: an older wish for that partition is not answered yet.
  bool submit(replication::AlterPartitionItem item);
  /// Sends what waits, unless a request is under way.
  void propagate(env::Env& env, NodeToControllerChannel& channel, NodeId broker,
                 BrokerEpoch broker_epoch);

  struct Answer {
    replication::AlterPartitionItem item;
    replication::IsrDecision decision;
  };
  /// What the controller decided. After a failure as a whole: nothing, and the retry timer is set.
  std::vector<Answer> on_reply(env::Env& env, const ControllerReply& reply);

  std::size_t waiting() const { return unsent_.size(); }

 private:
  std::map<TopicPartition, replication::AlterPartitionItem> unsent_;
  std::vector<replication::AlterPartitionItem> in_flight_;  // empty: nothing is under way
  Instant not_before_{};                                    // the rest after a failure
};

}  // namespace kscope::broker
