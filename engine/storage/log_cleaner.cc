#include "engine/storage/log_cleaner.h"

#include <algorithm>

#include "engine/storage/file_names.h"

namespace kscope::storage {

namespace {

/// Index of the segment that counts as active: the last one that holds anything.
std::size_t active_index(const UnifiedLog& log) {
  std::size_t i = log.segments().size() - 1;
  while (i > 0 && log.segments()[i].size() == 0) --i;
  return i;
}

/// Index of the segment that holds `offset`, or would.
std::size_t floor_index(const UnifiedLog& log, Offset offset) {
  const auto& segments = log.segments();
  std::size_t i = 0;
  while (i + 1 < segments.size() && segments[i + 1].base_offset() <= offset) ++i;
  return i;
}

/// The first segment from `first_dirty` on that has something too young in it; the active one if
/// all others are old enough.
std::size_t first_too_young(const UnifiedLog& log, Offset first_dirty, std::int64_t now_ms) {
  const std::size_t active = active_index(log);
  const std::int64_t lag = std::max<std::int64_t>(log.config().min_compaction_lag_ms, 0);
  if (lag == 0) return active;
  std::size_t i = std::min(floor_index(log, first_dirty), active);
  while (i < active && log.segments()[i].largest_timestamp() <= now_ms - lag) ++i;
  return i;
}

}  // namespace

Result<LogCleaner> LogCleaner::open(env::Env& env, const Logs& logs) {
  LogCleaner cleaner;
  Result<OffsetCheckpoint> stored = read_offset_checkpoint(env.disk, kCleanerCheckpoint);
  // Lost means: everything is dirty, which costs time and nothing else.
  if (!stored.ok() && stored.error().kind != ErrorKind::Corrupt) return stored.error();
  if (!stored.ok()) return cleaner;
  for (const auto& [partition, offset] : *stored) {
    const auto log = logs.find(partition);
    const bool reached = log != logs.end() && offset <= log->second.log_end();
    if (reached) cleaner.checkpoint_[partition] = offset;
  }
  return cleaner;
}

Result<void> LogCleaner::save(env::Env& env) const {
  return write_offset_checkpoint(env.disk, kCleanerCheckpoint, checkpoint_);
}

Result<void> LogCleaner::on_truncated(env::Env& env, const TopicPartition& partition, Offset to) {
  const auto entry = checkpoint_.find(partition);
  if (entry == checkpoint_.end() || entry->second <= to) return {};
  entry->second = to;
  return save(env);
}

Result<void> LogCleaner::on_removed(env::Env& env, const TopicPartition& partition) {
  uncleanable_.erase(partition);
  return checkpoint_.erase(partition) > 0 ? save(env) : Result<void>();
}

LogCleaner::CleanableOffsets LogCleaner::cleanable_offsets(const UnifiedLog& log,
                                                           std::optional<Offset> clean_until,
                                                           Offset last_stable,
                                                           std::int64_t now_ms) {
  CleanableOffsets offsets;
  offsets.first_dirty = clean_until.value_or(log.log_start());
  // Retention, or DeleteRecords, has overtaken the cleaner; or the log lost its end.
  if (offsets.first_dirty < log.log_start() || offsets.first_dirty > log.log_end()) {
    offsets.first_dirty = log.log_start();
    offsets.checkpoint_was_wrong = true;
  }
  const std::size_t young = first_too_young(log, offsets.first_dirty, now_ms);
  const Offset limit = std::min(last_stable, log.segments()[young].base_offset());
  // Only whole segments: the one that holds the limit is left alone.
  const Offset segment = log.segments()[floor_index(log, limit)].base_offset();
  offsets.first_uncleanable = std::max(log.segments().front().base_offset(), segment);
  return offsets;
}

LogToClean LogCleaner::measure(const UnifiedLog& log, const CleanableOffsets& offsets,
                               std::int64_t now_ms) {
  LogToClean found;
  found.partition = log.partition();
  found.first_dirty = offsets.first_dirty;
  found.first_uncleanable = offsets.first_uncleanable;
  const std::int64_t lag = std::max<std::int64_t>(log.config().max_compaction_lag_ms, 0);
  const std::size_t dirty_from = floor_index(log, offsets.first_dirty);
  const std::size_t active = active_index(log);
  for (std::size_t i = 0; i < active; ++i) {
    const LogSegment& segment = log.segments()[i];
    if (segment.base_offset() < offsets.first_dirty) found.clean_bytes += segment.size();
    // The segment that the last pass stopped in counts as both.
    if (i >= dirty_from && segment.base_offset() < offsets.first_uncleanable) {
      found.dirty_bytes += segment.size();
    }
    const std::int64_t first = segment.first_timestamp().value_or(-1);
    if (i >= dirty_from && first > 0 && first < now_ms - lag) found.overdue = true;
  }
  return found;
}

Result<std::optional<LogToClean>> LogCleaner::grab_filthiest(env::Env& env, const Logs& logs,
                                                             const LastStable& last_stable) {
  std::optional<LogToClean> filthiest;
  const std::int64_t now_ms = env.clock.wall_ms();
  bool corrected = false;
  for (const auto& [partition, log] : logs) {
    if (!log.config().cleanup_compact || is_uncleanable(partition)) continue;
    const auto stable = last_stable(partition);
    if (!stable) continue;
    const auto entry = checkpoint_.find(partition);
    const auto offsets = cleanable_offsets(
        log, entry == checkpoint_.end() ? std::nullopt : std::optional(entry->second), *stable,
        now_ms);
    if (offsets.checkpoint_was_wrong) {
      checkpoint_[partition] = offsets.first_dirty;
      corrected = true;
    }
    const LogToClean candidate = measure(log, offsets, now_ms);
    if (candidate.dirty_bytes == 0) continue;
    const bool dirty_enough =
        candidate.overdue || candidate.dirty_ratio() > log.config().min_cleanable_dirty_ratio;
    if (!dirty_enough) continue;
    if (!filthiest || candidate.dirty_ratio() > filthiest->dirty_ratio()) filthiest = candidate;
  }
  if (corrected) KTRY(save(env));
  return filthiest;
}

Result<bool> LogCleaner::clean_filthiest(env::Env& env, const CleanerConfig& config, Logs& logs,
                                         const LastStable& last_stable) {
  KTRY_ASSIGN(const auto cleanable, grab_filthiest(env, logs, last_stable));
  if (!cleanable) return false;
  UnifiedLog& log = logs.at(cleanable->partition);
  const Result<Offset> cleaned = Cleaner(config, env, log).clean(*cleanable);
  if (!cleaned.ok() && cleaned.error().kind != ErrorKind::Io &&
      cleaned.error().kind != ErrorKind::DiskFull) {
    uncleanable_.insert(cleanable->partition);
    env.events.emit(env.node, event::PartitionUncleanable{log.ref()});
    return true;
  }
  if (!cleaned.ok()) return cleaned.error();
  checkpoint_[cleanable->partition] = *cleaned;
  KTRY(save(env));
  return true;
}

}  // namespace kscope::storage
