// The broker settings that replication runs on, with Kafka's defaults.
//
// Kafka: ReplicationConfigs, ReplicationConfigs' "replica.*" names. Filled in by
// broker/broker_config.
// Read next: replication/replica_state.h
#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/storage/log_config.h"

namespace kscope::replication {

/// replica.selector.class: which replica a consumer is sent to (KIP-392).
enum class ReplicaSelector : std::uint8_t {
  Leader,    ///< none configured: always the leader
  RackAware  ///< RackAwareReplicaSelector
};

struct ReplicaConfig {
  NodeId broker;                                ///< node.id
  Duration lag_time_max = seconds(30);          ///< replica.lag.time.max.ms
  Duration fetch_wait_max = millis(500);        ///< replica.fetch.wait.max.ms
  std::int32_t fetch_min_bytes = 1;             ///< replica.fetch.min.bytes
  std::int32_t fetch_max_bytes = 1'048'576;     ///< replica.fetch.max.bytes, for one partition
  std::int32_t fetch_response_max_bytes = 10'485'760;  ///< replica.fetch.response.max.bytes
  Duration fetch_backoff = seconds(1);          ///< replica.fetch.backoff.ms
  Duration socket_timeout = seconds(30);        ///< replica.socket.timeout.ms
  Duration checkpoint_interval = seconds(5);    ///< replica.high.watermark.checkpoint.interval.ms

  // Bytes per second that throttled replicas may take while they catch up (KIP-73).
  std::int64_t leader_throttle_rate = INT64_MAX;    ///< leader.replication.throttled.rate
  std::int64_t follower_throttle_rate = INT64_MAX;  ///< follower.replication.throttled.rate

  ReplicaSelector selector = ReplicaSelector::Leader;

  storage::CleanerConfig cleaner;
  Duration retention_check_interval = seconds(300);  ///< log.retention.check.interval.ms

  /// Twice per lag time, so that a stuck follower leaves after 1 to 1.5 times the limit.
  Duration isr_check_interval() const { return lag_time_max / 2; }
  bool operator==(const ReplicaConfig&) const = default;
};

/// What a topic gets where it has no setting of its own.
struct TopicDefaults {
  storage::LogConfig log;
  std::int32_t min_insync_replicas = 1;  ///< min.insync.replicas
  bool operator==(const TopicDefaults&) const = default;
};

}  // namespace kscope::replication
