#include "engine/storage/log_manager.h"

#include <fmt/core.h>

#include <charconv>

#include "engine/storage/file_names.h"
#include "engine/storage/log_loader.h"
#include "engine/storage/properties.h"

namespace kscope::storage {

namespace {

// A checkpoint that cannot be understood counts as lost: all offsets in it are lower bounds, so
// that "nothing known" is always a correct answer. Kafka resets it, too.
Result<OffsetCheckpoint> read_or_forget(env::Disk& disk, std::string_view path) {
  Result<OffsetCheckpoint> stored = read_offset_checkpoint(disk, path);
  if (!stored.ok() && stored.error().kind == ErrorKind::Corrupt) return OffsetCheckpoint();
  return stored;
}

Offset offset_in(const OffsetCheckpoint& checkpoint, const TopicPartition& partition) {
  const auto found = checkpoint.find(partition);
  return found == checkpoint.end() ? Offset(0) : found->second;
}

// {"version":0,"brokerEpoch":12}; without the number if the file is from an older broker.
std::optional<BrokerEpoch> epoch_in_marker(std::string_view text) {
  const std::string_view key = "\"brokerEpoch\":";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t epoch = -1;
  const auto [end, failure] =
      std::from_chars(text.data() + at + key.size(), text.data() + text.size(), epoch);
  if (failure != std::errc() || end == text.data()) return std::nullopt;
  return BrokerEpoch(epoch);
}

}  // namespace

Result<LogManager> LogManager::open(env::Env& env, const LogConfig& default_config,
                                    const ConfigOverrides& overrides) {
  LogManager manager;
  KTRY(manager.take_clean_marker(env));
  KTRY_ASSIGN(manager.high_watermarks_, read_or_forget(env.disk, kHighWatermarkCheckpoint));
  KTRY(manager.load_logs(env, default_config, overrides));
  KTRY_ASSIGN(manager.cleaner_, LogCleaner::open(env, manager.logs_));
  return manager;
}

Result<void> LogManager::take_clean_marker(env::Env& env) {
  KTRY_ASSIGN(const auto text, read_whole_file(env.disk, kCleanShutdownMarker));
  clean_before_ = text.has_value();
  if (!text) return {};
  previous_epoch_ = epoch_in_marker(*text);
  KTRY(env.disk.remove(kCleanShutdownMarker));
  // Made certain before anything is written: if the marker came back after a power loss, the next
  // start would trust bytes that were never flushed.
  return env.disk.flush_directory("");
}

Result<void> LogManager::load_logs(env::Env& env, const LogConfig& config,
                                   const ConfigOverrides& overrides) {
  KTRY_ASSIGN(const auto recovery_points, read_or_forget(env.disk, kRecoveryPointCheckpoint));
  KTRY_ASSIGN(const auto log_starts, read_or_forget(env.disk, kLogStartCheckpoint));
  KTRY_ASSIGN(const auto entries, env.disk.list(""));
  for (const env::DirEntry& entry : entries) {
    if (!entry.is_directory) continue;
    if (std::string_view(entry.name).ends_with(kDeleteDirSuffix)) {
      KTRY(remove_directory_tree(env.disk, entry.name));
      continue;
    }
    const auto partition = parse_log_directory(entry.name);
    if (!partition || partition->topic == kClusterMetadataTopic) continue;
    const auto own = overrides.find(partition->topic);
    KTRY(load_log(env, *partition, own == overrides.end() ? config : own->second, recovery_points,
                  log_starts));
  }
  return {};
}

Result<void> LogManager::load_log(env::Env& env, const TopicPartition& partition,
                                  const LogConfig& config, const OffsetCheckpoint& recovery_points,
                                  const OffsetCheckpoint& log_starts) {
  Result<std::optional<Uuid>> id = read_partition_metadata(env.disk, partition.str());
  if (!id.ok() && id.error().kind != ErrorKind::Corrupt) return id.error();
  KTRY_ASSIGN(UnifiedLog log,
              UnifiedLog::open(env, partition, config, offset_in(recovery_points, partition),
                               clean_before_, offset_in(log_starts, partition)));
  if (id.ok() && *id) topic_ids_[partition] = **id;
  logs_.emplace(partition, std::move(log));
  return {};
}

UnifiedLog* LogManager::find(const TopicPartition& partition) {
  const auto found = logs_.find(partition);
  return found == logs_.end() ? nullptr : &found->second;
}

const UnifiedLog* LogManager::find(const TopicPartition& partition) const {
  return const_cast<LogManager*>(this)->find(partition);
}

std::optional<Uuid> LogManager::topic_id(const TopicPartition& partition) const {
  const auto found = topic_ids_.find(partition);
  if (found == topic_ids_.end()) return std::nullopt;
  return found->second;
}

Result<UnifiedLog*> LogManager::get_or_create(env::Env& env, const TopicPartition& partition,
                                              const Uuid& topic_id, const LogConfig& config) {
  if (UnifiedLog* existing = find(partition)) {
    const auto known = this->topic_id(partition);
    if (known && !topic_id.is_zero() && *known != topic_id) {
      return Error{ErrorKind::Invalid,
                   fmt::format("{}: the log belongs to topic id {}, not {}", partition.str(),
                               known->str(), topic_id.str())};
    }
    if (!known && !topic_id.is_zero()) {
      KTRY(write_partition_metadata(env.disk, partition.str(), topic_id));
      topic_ids_[partition] = topic_id;
    }
    return existing;
  }
  KTRY_ASSIGN(UnifiedLog log, UnifiedLog::open(env, partition, config, Offset(0), false));
  if (!topic_id.is_zero()) {
    KTRY(write_partition_metadata(env.disk, partition.str(), topic_id));
    topic_ids_[partition] = topic_id;
  }
  return &logs_.emplace(partition, std::move(log)).first->second;
}

Result<void> LogManager::remove(env::Env& env, const TopicPartition& partition) {
  const auto found = logs_.find(partition);
  if (found == logs_.end()) return {};
  UnifiedLog doomed = std::move(found->second);
  logs_.erase(found);
  topic_ids_.erase(partition);
  high_watermarks_.erase(partition);
  KTRY(doomed.delete_all(env));
  KTRY(cleaner_.on_removed(env, partition));
  // A topic of the same name must not inherit these.
  KTRY(checkpoint_recovery_points(env));
  return checkpoint_log_starts(env);
}

Result<void> LogManager::checkpoint_recovery_points(env::Env& env) const {
  OffsetCheckpoint points;
  for (const auto& [partition, log] : logs_) points[partition] = log.recovery_point();
  return write_offset_checkpoint(env.disk, kRecoveryPointCheckpoint, points);
}

Result<void> LogManager::checkpoint_log_starts(env::Env& env) const {
  OffsetCheckpoint starts;
  for (const auto& [partition, log] : logs_) {
    // Where the first segment begins is no news; Kafka leaves those out as well.
    if (log.log_start() > log.segments().front().base_offset()) {
      starts[partition] = log.log_start();
    }
  }
  return write_offset_checkpoint(env.disk, kLogStartCheckpoint, starts);
}

Result<void> LogManager::checkpoint_truncation(env::Env& env, const TopicPartition& partition) {
  // The stored recovery point may lie beyond the new end, where other records will be written.
  KTRY(checkpoint_recovery_points(env));
  const UnifiedLog* log = find(partition);
  return log == nullptr ? Result<void>()
                        : cleaner_.on_truncated(env, partition, log->log_end());
}

Result<void> LogManager::checkpoint_high_watermarks(env::Env& env,
                                                    const OffsetCheckpoint& marks) const {
  return write_offset_checkpoint(env.disk, kHighWatermarkCheckpoint, marks);
}

Result<void> LogManager::flush_due(env::Env& env) {
  for (auto& [partition, log] : logs_) KTRY(log.flush_if_due(env));
  return {};
}

std::int64_t LogManager::shortest_flush_ms() const {
  std::int64_t shortest = INT64_MAX;
  for (const auto& [partition, log] : logs_) {
    shortest = std::min(shortest, log.config().flush_ms);
  }
  return shortest;
}

Result<void> LogManager::roll_due(env::Env& env) {
  for (auto& [partition, log] : logs_) {
    log.remove_expired_producers(env);
    KTRY(log.roll_if_due(env));
  }
  return {};
}

Result<void> LogManager::remove_due_files(env::Env& env) {
  for (auto& [partition, log] : logs_) KTRY(log.remove_due_files(env));
  return {};
}

std::optional<Instant> LogManager::next_file_removal() const {
  std::optional<Instant> next;
  for (const auto& [partition, log] : logs_) {
    const auto due = log.next_file_removal();
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

Result<void> LogManager::close_cleanly(env::Env& env, std::optional<BrokerEpoch> epoch) {
  for (auto& [partition, log] : logs_) KTRY(log.flush(env));
  KTRY(checkpoint_recovery_points(env));
  KTRY(checkpoint_log_starts(env));
  for (auto& [partition, log] : logs_) KTRY(log.close_cleanly(env));
  logs_.clear();
  const std::string text =
      fmt::format("{{\"version\":0,\"brokerEpoch\":{}}}", epoch ? epoch->value() : -1);
  return write_file_atomically(env.disk, kCleanShutdownMarker, text);
}

}  // namespace kscope::storage
