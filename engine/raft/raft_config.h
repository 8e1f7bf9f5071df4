// What a member of the quorum is told at its start, with Kafka's names and defaults.
//
// With kraft.version 0 the voter set is static (`controller.quorum.voters`): every voter knows all
// the others from its properties file. With kraft.version 1 the log holds it (KIP-853), and the
// properties only name somebody to ask (`controller.quorum.bootstrap.servers`).
//
// Called by: metadata/shared_server. Kafka: org.apache.kafka.raft.QuorumConfig.
// Read next: raft/quorum_state.h
#pragma once

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
  std::vector<NodeId> voters;     ///< controller.quorum.voters; empty with kraft.version 1
  std::vector<NodeId> bootstrap;  ///< controller.quorum.bootstrap.servers
  std::string cluster_id;         ///< empty: requests are not checked for it
  Uuid directory_id;              ///< of this node's metadata log directory (meta.properties)
  std::string host;               ///< where its controller listener is reached
  std::uint16_t port = 9093;
  /// KIP-996, which Kafka has from 4.0 on and without a switch: controller.quorum.pre.vote.enable.
  bool pre_vote = false;
  Duration election_timeout = millis(1000);  ///< quorum.election.timeout.ms; drawn from [1x, 2x)
  Duration election_backoff_max = millis(1000);  ///< quorum.election.backoff.max.ms
  Duration fetch_timeout = millis(2000);         ///< quorum.fetch.timeout.ms
  Duration request_timeout = millis(2000);       ///< quorum.request.timeout.ms
  Duration retry_backoff = millis(20);           ///< quorum.retry.backoff.ms, doubled per failure
  Duration retry_backoff_max = millis(1000);     ///< reconnect.backoff.max.ms
  Duration fetch_max_wait = millis(500);         ///< KafkaRaftClient.MAX_FETCH_WAIT_MS
  /// Of a snapshot, in one FetchSnapshot: controller.quorum.fetch.snapshot.max.bytes.
  std::int64_t snapshot_piece_bytes = kMaxBatchBytes;
  std::int64_t max_retention_bytes = 100 * 1024 * 1024;  ///< metadata.max.retention.bytes
  std::int64_t max_retention_ms = 604'800'000;           ///< metadata.max.retention.ms
  storage::LogConfig log;
};

}  // namespace kscope::raft
