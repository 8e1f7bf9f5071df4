// UnifiedLog: taking records away again, at the end (truncation) or at the start.
//
// Order matters against a power loss: segments behind the cut go first and their disappearance is
// made durable, then the cut itself. In the other order a segment could come back behind a hole.
#include <utility>

#include "engine/storage/unified_log.h"

namespace kscope::storage {

Result<void> UnifiedLog::drop_epochs_from(env::Env& env, Offset end) {
  const std::size_t before = epochs_.entries().size();
  epochs_.truncate_from_end(end);
  return epochs_.entries().size() == before ? Result<void>() : save_epochs(env);
}

Result<void> UnifiedLog::remove_segments_after(env::Env& env, std::size_t keep) {
  if (segments_.size() <= keep) return {};
  while (segments_.size() > keep) {
    KTRY(segments_.back().remove_files(env.disk));
    segments_.pop_back();
  }
  return env.disk.flush_directory(directory_);
}

Result<void> UnifiedLog::truncate_to(env::Env& env, Offset to, event::TruncateReason reason) {
  KCHECK(to.value() >= 0);
  if (to >= log_end_) {
    // A leader that never wrote a record in its epoch leaves an epoch start at the log end behind.
    // Taking it back is told as a truncation by nothing: readers of the events must forget it, too.
    const bool none = epochs_.entries().empty() || epochs_.entries().back().start < log_end_;
    if (!none) env.events.emit(env.node, event::LogTruncated{ref_, log_end_, log_end_, reason});
    return drop_epochs_from(env, log_end_);
  }
  if (to < segments_.front().base_offset()) return truncate_fully_and_start_at(env, to);

  // Only what is committed was copied; an unclean election may cut even that.
  if (!remote_.empty() && to < remote_.end()) KTRY(forget_remote(env));
  const Offset from_end = log_end_;
  KTRY(remove_segments_after(env, segment_index(to) + 1));
  KTRY_ASSIGN(log_end_, active().truncate_to(env.disk, to, env.clock.wall_ms()));
  recovery_point_ = std::min(recovery_point_, log_end_);
  env.events.emit(env.node, event::LogTruncated{ref_, from_end, log_end_, reason});
  if (log_start_ > log_end_) {
    const Offset from_start = std::exchange(log_start_, log_end_);
    env.events.emit(env.node, event::LogStartAdvanced{ref_, from_start, log_start_,
                                                      event::LogStartReason::Truncation});
  }
  KTRY(drop_epochs_from(env, log_end_));
  return rebuild_producers(env, log_end_);
}

Result<void> UnifiedLog::truncate_fully_and_start_at(env::Env& env, Offset start) {
  const Offset from_end = log_end_;
  const Offset from_start = log_start_;
  KTRY(remove_segments_after(env, 0));
  KTRY_ASSIGN(LogSegment::Opened opened,
              LogSegment::open(env.disk, directory_, start, env.clock.wall_ms()));
  segments_.push_back(std::move(opened.segment));
  KTRY(env.disk.flush_directory(directory_));
  log_start_ = log_end_ = recovery_point_ = start;
  env.events.emit(env.node, event::LogTruncated{ref_, from_end, start,
                                                event::TruncateReason::FullyAndRestart});
  if (start != from_start) {
    env.events.emit(env.node, event::LogStartAdvanced{ref_, from_start, start,
                                                      event::LogStartReason::Truncation});
  }
  env.events.emit(env.node, event::LogFlushed{ref_, start});
  KTRY(producers_.truncate_fully(env.disk, start));
  KTRY(remote_.wipe(env.disk));
  epochs_.clear();
  return save_epochs(env);
}

Result<void> UnifiedLog::advance_log_start(env::Env& env, Offset to,
                                           event::LogStartReason reason) {
  KCHECK(to <= log_end_);
  if (to <= log_start_) return {};
  const Offset from = log_start_;
  log_start_ = to;
  producers_.on_log_start(to);
  env.events.emit(env.node, event::LogStartAdvanced{ref_, from, to, reason});
  const LeaderEpochCache before = epochs_;
  epochs_.truncate_from_start(to);
  return epochs_ == before ? Result<void>() : save_epochs(env);
}

}  // namespace kscope::storage
