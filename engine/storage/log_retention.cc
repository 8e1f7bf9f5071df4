// UnifiedLog: taking whole segments out of the log, by retention or by the cleaner.
//
// A segment leaves in two steps. Its files are renamed to .deleted, which takes them out of the log
// at once and for good; only after file.delete.delay.ms are they removed, so that a reader that has
// just been given such a file can finish (sendfile needs no copy, but it needs the file). What a
// crash leaves behind under that name is removed when the log is loaded.
//
// Segments go from the oldest on, so that whatever stops the machine, what is left is one stretch.
#include <algorithm>

#include "engine/env/disk_path.h"
#include "engine/storage/file_names.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

Result<void> UnifiedLog::delete_old_segments(env::Env& env, Offset high_watermark) {
  // Compacted logs have no tier, as in Kafka.
  if (config_.remote_storage_enable && !config_.cleanup_compact) return tier(env, high_watermark);
  if (!remote_.empty()) KTRY(delete_remote(env));
  return delete_leading(env, due_segments(high_watermark, env.clock.wall_ms()));
}

std::vector<event::DeleteReason> UnifiedLog::due_segments(Offset high_watermark,
                                                          std::int64_t now_ms) const {
  using event::DeleteReason;
  if (config_.remote_storage_enable && !config_.cleanup_compact) {
    const Offset limit = copy_limit(high_watermark);
    return due_local(remote_.empty() ? limit : std::max(remote_.end(), limit), now_ms);
  }
  std::vector<DeleteReason> due;
  const auto add = [&](DeleteReason reason, const Deletable& deletable) {
    due.insert(due.end(), count_leading(due.size(), high_watermark, deletable), reason);
  };
  add(DeleteReason::LogStart,
      [&](const LogSegment&, std::optional<Offset> next) { return next && *next <= log_start_; });
  if (!config_.cleanup_delete) return due;
  if (config_.retention_bytes >= 0) {
    // A segment only goes if what is left has still at least retention.bytes.
    std::int64_t excess = size_in_bytes() - config_.retention_bytes;
    for (std::size_t i = 0; i < due.size(); ++i) excess -= segments_[i].size();
    add(DeleteReason::RetentionBytes, [&](const LogSegment& segment, std::optional<Offset>) {
      excess -= segment.size();
      return excess >= 0;
    });
  }
  if (config_.retention_ms < 0) return due;
  add(DeleteReason::RetentionMs, [&](const LogSegment& segment, std::optional<Offset>) {
    return now_ms - segment.largest_timestamp() > config_.retention_ms;
  });
  return due;
}

// How many segments from `from` on, in a row, `deletable` holds for. One record that is too young
// keeps everything behind it, however old that is: a log has no holes.
std::size_t UnifiedLog::count_leading(std::size_t from, Offset high_watermark,
                                      const Deletable& deletable) const {
  std::size_t i = from;
  for (; i < segments_.size(); ++i) {
    const bool is_active = i + 1 == segments_.size();
    if (is_active && segments_[i].size() == 0) break;
    const auto next = is_active ? std::nullopt : std::optional(segments_[i + 1].base_offset());
    if (high_watermark < next.value_or(log_end_) || !deletable(segments_[i], next)) break;
  }
  return i - from;
}

Result<void> UnifiedLog::delete_leading(env::Env& env,
                                        const std::vector<event::DeleteReason>& reasons) {
  const std::size_t count = reasons.size();
  if (count == 0) return {};
  if (count == segments_.size()) KTRY(roll(env, event::RollReason::Forced));
  KCHECK(count < segments_.size());
  for (std::size_t i = 0; i < count; ++i) {
    // The log start moves once for each reason, as Kafka's three checks do it one after the other.
    if (i == 0 || reasons[i] != reasons[i - 1]) {
      std::size_t end = i;
      while (end < count && reasons[end] == reasons[i]) ++end;
      const Offset start = segments_[end - i].base_offset();
      if (start > log_start_) KTRY(advance_log_start(env, start, event::LogStartReason::Retention));
    }
    LogSegment gone = segments_.take_front();
    env.events.emit(env.node,
                    event::SegmentDeleted{ref_, gone.base_offset(), segments_.front().base_offset(),
                                          gone.size(), reasons[i]});
    KTRY(doom(env, gone));
    KTRY(producers_.remove_snapshot(env.disk, gone.base_offset()));
  }
  return {};
}

// The settings know years that do not fit into a Duration.
static Duration file_delete_delay(const LogConfig& config) {
  constexpr std::int64_t kForeverMs = 100LL * 365 * 86'400'000;
  return millis(std::min(config.file_delete_delay_ms, kForeverMs));
}

// Renames and closes. A second segment of the same base offset (the cleaner makes them) replaces
// the files of the first.
Result<void> UnifiedLog::doom(env::Env& env, LogSegment& segment) {
  KTRY(segment.change_suffix(env.disk, kDeletedSuffix));
  segment.close(env.disk);
  std::erase_if(doomed_, [&](const DoomedSegment& d) { return d.base == segment.base_offset(); });
  doomed_.push_back({segment.base_offset(), env.now() + file_delete_delay(config_)});
  return {};
}

Result<void> UnifiedLog::remove_due_files(env::Env& env) {
  while (true) {
    const auto due = std::find_if(doomed_.begin(), doomed_.end(),
                                  [&](const DoomedSegment& d) { return d.due <= env.now(); });
    if (due == doomed_.end()) return {};
    const Offset base = due->base;
    const std::string stem = segment_stem(directory_, base);
    for (const std::string_view kind :
         {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
      const std::string path = stem + std::string(kind) + std::string(kDeletedSuffix);
      if (env.disk.exists(path)) KTRY(env.disk.remove(path));
    }
    doomed_.erase(due);
    env.events.emit(env.node, event::SegmentFilesRemoved{ref_, base});
  }
}

std::optional<Instant> UnifiedLog::next_file_removal() const {
  std::optional<Instant> next;
  for (const DoomedSegment& d : doomed_) next = next ? std::min(*next, d.due) : d.due;
  return next;
}

// Crash-safe by its order, which log_loader.cc undoes or completes:
//   .cleaned -> .swap   before this step the old segments are the truth, after it the new one is;
//   old -> .deleted     the base offset in the names tells which old ones a .swap covers;
//   .swap -> no suffix  and the directory is made safe, before anything can be removed for good.
Result<void> UnifiedLog::replace_segments(env::Env& env, std::size_t first, std::size_t count,
                                          LogSegment cleaned) {
  KCHECK(count > 0 && first + count < segments_.size());
  KCHECK(cleaned.base_offset() == segments_[first].base_offset());
  KTRY(cleaned.change_suffix(env.disk, kSwapSuffix));
  for (std::size_t i = first; i < first + count; ++i) {
    KTRY(doom(env, segments_[i]));
    if (i > first) KTRY(producers_.remove_snapshot(env.disk, segments_[i].base_offset()));
  }
  KTRY(cleaned.change_suffix(env.disk, {}));
  KTRY(env.disk.flush_directory(directory_));
  const Offset end = segments_[first + count].base_offset();
  env.events.emit(env.node,
                  event::SegmentsSwapped{ref_, cleaned.base_offset(), end,
                                         static_cast<std::int32_t>(count), cleaned.size()});
  segments_.replace(first, count, std::move(cleaned));
  return {};
}

}  // namespace kscope::storage
