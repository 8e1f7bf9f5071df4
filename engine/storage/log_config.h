// The topic-level settings of one log, with Kafka's defaults.
//
// Kafka: org.apache.kafka.storage.internals.log.LogConfig. Scenario scripts may lower them.
// Read next: storage/unified_log.h
#pragma once

#include <cstdint>

namespace kscope::storage {

struct LogConfig {
  std::int64_t segment_bytes = 1'073'741'824;
  std::int64_t segment_ms = 604'800'000;         ///< 7 days
  std::int64_t segment_index_bytes = 10'485'760;
  std::int64_t index_interval_bytes = 4096;
  std::int64_t flush_messages = INT64_MAX;       ///< "flush.messages": left to the OS by default
  std::int64_t flush_ms = INT64_MAX;
  std::int64_t max_message_bytes = 1'048'588;
  std::int64_t retention_ms = 604'800'000;
  std::int64_t retention_bytes = -1;
  bool message_timestamp_is_append_time = false;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = 3'600'000;
  // Tiered storage (KIP-405). -2: as retention.ms and retention.bytes say.
  bool remote_storage_enable = false;
  std::int64_t local_retention_ms = -2;
  std::int64_t local_retention_bytes = -2;
  /// producer.id.expiration.ms, a setting of the broker: how long a silent producer is remembered.
  std::int64_t producer_id_expiration_ms = 86'400'000;
  bool operator==(const LogConfig&) const = default;
};

}  // namespace kscope::storage
