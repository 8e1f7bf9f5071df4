// UnifiedLog: life cycle, flushing and rolling. Appending, reading and truncation have files of
// their own: log_append.cc, log_read.cc, log_truncate.cc; opening is LogLoader's.
#include "engine/storage/unified_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/env/disk_path.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"
#include "engine/storage/index_search.h"
#include "engine/storage/log_loader.h"

namespace kscope::storage {

Result<UnifiedLog> UnifiedLog::open(env::Env& env, const TopicPartition& partition,
                                    const LogConfig& config, Offset recovery_point, bool clean,
                                    Offset log_start) {
  return LogLoader(env, partition, config).load({recovery_point, log_start, clean});
}

std::size_t UnifiedLog::segment_index(Offset offset, LookupTrace* trace) const {
  KCHECK(offset >= segments_.front().base_offset());
  const auto read = [this](std::int32_t i) {
    const Offset base = segments_.base(static_cast<std::size_t>(i));
    return std::pair(base.value(), std::int64_t{0});
  };
  const auto last = static_cast<std::int32_t>(segments_.size()) - 1;
  const auto probes = trace == nullptr ? nullptr : &trace->segments;
  return static_cast<std::size_t>(halve(0, last, offset.value(), read, probes));
}

std::string UnifiedLog::epoch_checkpoint_path() const {
  return env::join_path(directory_, kLeaderEpochCheckpoint);
}

Result<void> UnifiedLog::save_epochs(env::Env& env) {
  return write_file_atomically(env.disk, epoch_checkpoint_path(), epochs_.to_checkpoint());
}

Result<void> UnifiedLog::assign_epoch_start(env::Env& env, LeaderEpoch epoch, Offset start) {
  if (!epochs_.assign(epoch, start)) return {};
  env.events.emit(env.node, event::LeaderEpochStarted{ref_, epoch, start});
  return save_epochs(env);
}

Result<void> UnifiedLog::flush_up_to(env::Env& env, Offset end) {
  if (end <= recovery_point_) return {};
  const Duration before = env.disk.pending_cost();
  const Offset first = std::max(recovery_point_, segments_.front().base_offset());
  bool has_new_segment = false;
  for (std::size_t i = segment_index(first); i < segments_.size(); ++i) {
    if (segments_[i].base_offset() >= end) break;
    KTRY(segments_[i].flush(env.disk));
    has_new_segment |= segments_[i].base_offset() >= recovery_point_;
  }
  // The bytes are safe, but the names of files that are new since the last flush are not yet
  // (KAFKA-3968).
  if (has_new_segment) KTRY(env.disk.flush_directory(directory_));
  recovery_point_ = end;
  last_flush_ms_ = env.clock.wall_ms();
  env.events.emit(env.node, event::LogFlushed{ref_, end, env.disk.pending_cost() - before});
  return {};
}

Result<void> UnifiedLog::flush(env::Env& env) { return flush_up_to(env, log_end_); }

Result<void> UnifiedLog::flush_if_due(env::Env& env) {
  const bool due = env.clock.wall_ms() - last_flush_ms_ >= config_.flush_ms;
  return due ? flush(env) : Result<void>();
}

Result<void> UnifiedLog::roll(env::Env& env, event::RollReason reason) {
  return roll_at(env, log_end_, reason);
}

// Everything in the old segment is made safe first, so that only the active segment is ever at
// risk.
// Real Kafka flushes it in the background right after the roll.
Result<void> UnifiedLog::roll_at(env::Env& env, Offset base, event::RollReason reason) {
  KCHECK(base >= log_end_);
  if (active().size() == 0 && active().base_offset() == base) return {};
  KTRY(active().on_become_inactive(env.disk));
  if (log_end_ > recovery_point_) {
    KTRY(flush_up_to(env, log_end_));
  } else {
    KTRY(active().flush(env.disk));
  }
  producers_.set_map_end(base);
  KTRY(take_producer_snapshot(env));
  KTRY_ASSIGN(LogSegment::Opened next,
              LogSegment::open(env.disk, directory_, base, env.clock.wall_ms()));
  segments_.push_back(std::move(next.segment));
  KTRY(active().resize_indexes(env.disk, config_));
  env.events.emit(env.node, event::SegmentRolled{ref_, base, reason});
  return {};
}

Result<void> UnifiedLog::roll_if_due(env::Env& env) {
  RollParams now;
  now.max_timestamp_ms = now.now_ms = env.clock.wall_ms();
  now.last_offset = log_end_;
  if (active().should_roll(config_, now) != event::RollReason::Time) return {};
  return roll(env, event::RollReason::Time);
}

Result<void> UnifiedLog::close_cleanly(env::Env& env) {
  KTRY(active().on_become_inactive(env.disk));
  KTRY(flush_up_to(env, log_end_));
  KTRY(take_producer_snapshot(env));
  for (LogSegment& segment : segments_) {
    KTRY(segment.flush(env.disk));
    segment.close(env.disk);
  }
  segments_.clear();
  return {};
}

Result<void> UnifiedLog::delete_all(env::Env& env) {
  for (LogSegment& segment : segments_) segment.close(env.disk);
  segments_.clear();
  // Out of the way in one step: a crash in the middle of the removal must not leave half a log.
  const std::string doomed = fmt::format("{}.{:016x}{}", directory_, env.clock.wall_ms(),
                                         kDeleteDirSuffix);
  KTRY(env.disk.rename(directory_, doomed));
  KTRY(env.disk.flush_directory(""));
  KTRY(remove_directory_tree(env.disk, doomed));
  KTRY(remote_.wipe(env.disk));
  env.events.emit(env.node, event::LogDeleted{ref_});
  return {};
}

std::optional<EpochEnd> UnifiedLog::end_offset_for_epoch(LeaderEpoch epoch) const {
  const auto end = epochs_.end_for(epoch, log_end_);
  if (!end) return std::nullopt;
  return EpochEnd{end->epoch, end->end};
}

std::optional<LeaderEpoch> UnifiedLog::latest_epoch() const {
  const auto latest = epochs_.latest();
  if (!latest) return std::nullopt;
  return latest->epoch;
}

std::int64_t UnifiedLog::size_in_bytes() const {
  std::int64_t sum = 0;
  for (const LogSegment& segment : segments_) sum += segment.size();
  return sum;
}

void UnifiedLog::check() const {
  KCHECK(!segments_.empty());
  KCHECK(log_start_ <= log_end_);
  KCHECK(recovery_point_ <= log_end_);
  KCHECK(segments_.back().base_offset() <= log_end_);
  for (std::size_t i = 1; i < segments_.size(); ++i) {
    KCHECK(segments_[i - 1].base_offset() < segments_[i].base_offset());
  }
  const auto& entries = epochs_.entries();
  for (std::size_t i = 1; i < entries.size(); ++i) {
    KCHECK(entries[i - 1].epoch < entries[i].epoch);
    KCHECK(entries[i - 1].start < entries[i].start);
  }
}

}  // namespace kscope::storage
