// What a member of the quorum is told at its start, with Kafka's names and defaults.
//
// The voter set is static (`controller.quorum.voters`, kraft.version 0): every voter knows all the
// others from its properties file. Kafka 3.9 can also change the set at run time (KIP-853); we
// cannot.
//
// Called by: metadata/shared_server. Kafka: org.apache.kafka.raft.QuorumConfig.
// Read next: raft/quorum_state.h
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/storage/log_config.h"

namespace kscope::raft {

/// The id that stands in frames for the name of the metadata topic (Kafka: Uuid.METADATA_TOPIC_ID).
constexpr Uuid metadata_topic_id() {
  Uuid id;
  id.bytes[15] = 1;
  return id;
}

inline TopicPartition metadata_partition() { return {kClusterMetadataTopic, 0}; }

/// Metadata batches are larger than a producer's may be: creating a topic is one atomic batch.
/// Kafka: KafkaRaftClient.MAX_BATCH_SIZE_BYTES.
inline constexpr std::int64_t kMaxBatchBytes = 8 * 1024 * 1024;

struct RaftConfig {
  NodeId node;
  std::vector<NodeId> voters;  ///< controller.quorum.voters
  std::string cluster_id;      ///< empty: requests are not checked for it
  Uuid directory_id;           ///< of this node's metadata log directory (meta.properties)
  Duration election_timeout = millis(1000);  ///< quorum.election.timeout.ms; drawn from [1x, 2x)
  Duration election_backoff_max = millis(1000);  ///< quorum.election.backoff.max.ms
  Duration fetch_timeout = millis(2000);         ///< quorum.fetch.timeout.ms
  Duration request_timeout = millis(2000);       ///< quorum.request.timeout.ms
  Duration retry_backoff = millis(20);           ///< quorum.retry.backoff.ms, doubled per failure
  Duration retry_backoff_max = millis(1000);     ///< reconnect.backoff.max.ms
  Duration fetch_max_wait = millis(500);         ///< KafkaRaftClient.MAX_FETCH_WAIT_MS
  storage::LogConfig log;

  /// A node that is no voter is an observer: it copies the log and never takes part in elections.
  bool is_voter(NodeId id) const {
    return std::find(voters.begin(), voters.end(), id) != voters.end();
  }
  bool is_voter() const { return is_voter(node); }
  std::size_t majority() const { return voters.size() / 2 + 1; }
};

}  // namespace kscope::raft
