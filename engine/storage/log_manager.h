// LogManager: all the logs in one node's log directory.
//
// It finds them at the start, knows which of them need recovery, gives out and removes logs, and
// keeps the checkpoints: small files that say how far each log is flushed (recovery point), how far
// it was known to be committed (high watermark), and where it begins. They are allowed to be old:
// each is a lower bound, and a crash only means that a bit more has to be scanned or fetched again.
//
// One marker tells a clean stop from everything else: .kafka_cleanshutdown is written as the very
// last thing and removed as the first thing of the next start.
//
// Invariant: every directory "<topic>-<partition>" but that of the metadata log (raft/ opens it) is
// a log in logs_. Logs are kept by value: a reference is only good until the next call that adds or
// removes one.
//
// Called by: broker/ (life cycle, timers), replication/replica_manager (logs, checkpoints).
// Kafka: LogManager, OffsetCheckpointFile, CleanShutdownFileHandler. Real Kafka has several log
// directories and loads them with a thread pool.
// Read next: storage/unified_log.h
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/env/env.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/log_cleaner.h"
#include "engine/storage/log_config.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

class LogManager {
 public:
  using ConfigOverrides = std::map<std::string, LogConfig>;  // by topic

  LogManager() = default;
  /// Opens every log in the directory, recovering those that need it, and removes the clean marker.
  static Result<LogManager> open(env::Env& env, const LogConfig& default_config,
                                 const ConfigOverrides& overrides = {});

  bool contains(const TopicPartition& partition) const { return logs_.contains(partition); }
  /// nullptr if there is none.
  UnifiedLog* find(const TopicPartition& partition);
  const UnifiedLog* find(const TopicPartition& partition) const;
  /// The topic id in the log's partition.metadata; nullopt without log or file.
  std::optional<Uuid> topic_id(const TopicPartition& partition) const;
  /// Creates the log with its directory and partition.metadata if there is none. An existing log of
  /// another topic id is Invalid: the caller decides what becomes of it (KIP-516).
  Result<UnifiedLog*> get_or_create(env::Env& env, const TopicPartition& partition,
                                    const Uuid& topic_id, const LogConfig& config);
  /// Nothing happens if there is none.
  Result<void> remove(env::Env& env, const TopicPartition& partition);

  Result<void> checkpoint_recovery_points(env::Env& env) const;
  Result<void> checkpoint_log_starts(env::Env& env) const;
  Result<void> checkpoint_high_watermarks(env::Env& env, const OffsetCheckpoint& marks) const;
  /// As of the start; empty if the file cannot be read.
  const OffsetCheckpoint& stored_high_watermarks() const { return high_watermarks_; }

  Result<void> flush_due(env::Env& env);  ///< flush.ms, for every log
  std::int64_t shortest_flush_ms() const;  ///< INT64_MAX if none is flushed by the clock
  /// segment.ms, for every log; also forgets silent producers.
  Result<void> roll_due(env::Env& env);
  Result<void> remove_due_files(env::Env& env);  ///< file.delete.delay.ms, for every log
  std::optional<Instant> next_file_removal() const;
  /// One look of the cleaner. True if there was a log to clean. See log_cleaner.h.
  Result<bool> clean_filthiest(env::Env& env, const CleanerConfig& config,
                               const LogCleaner::LastStable& last_stable) {
    return cleaner_.clean_filthiest(env, config, logs_, last_stable);
  }
  /// A log was cut: writes down its recovery point, and how far it is clean.
  Result<void> checkpoint_truncation(env::Env& env, const TopicPartition& partition);
  const LogCleaner& cleaner() const { return cleaner_; }

  /// Flushes and closes everything and leaves the marker (KIP-966 adds the broker epoch to it).
  Result<void> close_cleanly(env::Env& env, std::optional<BrokerEpoch> epoch = std::nullopt);

  bool stopped_cleanly_before() const { return clean_before_; }
  std::optional<BrokerEpoch> previous_broker_epoch() const { return previous_epoch_; }
  const std::map<TopicPartition, UnifiedLog>& logs() const { return logs_; }

 private:
  Result<void> take_clean_marker(env::Env& env);
  Result<void> load_logs(env::Env& env, const LogConfig& config, const ConfigOverrides& overrides);
  Result<void> load_log(env::Env& env, const TopicPartition& partition, const LogConfig& config,
                        const OffsetCheckpoint& recovery_points,
                        const OffsetCheckpoint& log_starts);

  std::map<TopicPartition, UnifiedLog> logs_;
  LogCleaner cleaner_;
  std::map<TopicPartition, Uuid> topic_ids_;
  OffsetCheckpoint high_watermarks_;
  std::optional<BrokerEpoch> previous_epoch_;
  bool clean_before_ = false;
};

}  // namespace kscope::storage
