// The topic-level settings of one log, with Kafka's defaults.
//
// Kafka: org.apache.kafka.storage.internals.log.LogConfig. Scenario scripts may lower them.
// Read next: storage/unified_log.h
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/time.h"

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
  std::int64_t file_delete_delay_ms = 60'000;
  bool cleanup_delete = true;                    ///< cleanup.policy contains "delete"
  bool cleanup_compact = false;                  ///< … and "compact"; both may be
  double min_cleanable_dirty_ratio = 0.5;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = INT64_MAX;
  std::int64_t delete_retention_ms = 86'400'000;  ///< how long a tombstone outlives its cleaning
  bool message_timestamp_is_append_time = false;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = 3'600'000;
  // Tiered storage (KIP-405). -2: as retention.ms and retention.bytes say.
  bool remote_storage_enable = false;
  std::int64_t local_retention_ms = -2;
  std::int64_t local_retention_bytes = -2;
  /// producer.id.expiration.ms, a setting of the broker: how long a silent producer is remembered.
  std::int64_t producer_id_expiration_ms = 86'400'000;

  /// A compacted log rolls early enough for max.compaction.lag.ms (KIP-354).
  std::int64_t max_segment_ms() const {
    return cleanup_compact ? std::min(segment_ms, std::max<std::int64_t>(max_compaction_lag_ms, 0))
                           : segment_ms;
  }
  bool operator==(const LogConfig&) const = default;
};

/// The log cleaner's own settings. Kafka: org.apache.kafka.storage.internals.log.CleanerConfig.
struct CleanerConfig {
  bool enable = true;                                 ///< log.cleaner.enable
  Duration backoff = seconds(15);                     ///< log.cleaner.backoff.ms
  std::int64_t dedupe_buffer_size = 134'217'728;      ///< log.cleaner.dedupe.buffer.size
  double load_factor = 0.9;                           ///< log.cleaner.io.buffer.load.factor
  bool operator==(const CleanerConfig&) const = default;
};

}  // namespace kscope::storage
