// UnifiedLog: what is copied to the remote tier, when the local copy goes, and reading from there.
// Kafka: RemoteLogManager.RLMCopyTask, RLMExpirationTask, UnifiedLog.deletionCondition.
#include <algorithm>

#include "engine/storage/unified_log.h"

namespace kscope::storage {

namespace {

// -2: as for the whole log.
std::int64_t local_or(std::int64_t local, std::int64_t whole) {
  return local == -2 ? whole : local;
}

}  // namespace

Offset UnifiedLog::first_offset() const {
  const Offset local = segments_.front().base_offset();
  const bool joined = !remote_.empty() && remote_.end() >= local;
  return joined ? std::min(local, remote_.begin()) : local;
}

Offset UnifiedLog::local_log_start() const {
  return std::max(log_start_, segments_.front().base_offset());
}

// The tier is another place than the log directory: its failure costs no replica, it is tried
// again.
Result<void> UnifiedLog::tier(env::Env& env, Offset high_watermark) {
  const Offset target = remote_.empty() ? segments_.front().base_offset() : remote_.end();
  Result<void> done = copy_to_remote(env, copy_limit(high_watermark));
  if (done.ok()) done = delete_remote(env);
  if (!done.ok()) env.events.emit(env.node, event::RemoteTierFailed{ref_, target});
  return delete_local(env);
}

// Up to where every record is committed and decided.
Offset UnifiedLog::copy_limit(Offset high_watermark) const {
  return std::min(producers_.first_unstable(high_watermark).value_or(high_watermark),
                  high_watermark);
}

// Closed segments up to there, in order.
Result<void> UnifiedLog::copy_to_remote(env::Env& env, Offset stable) {
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    const LogSegment& segment = segments_[i];
    const Offset next = segments_[i + 1].base_offset();
    if (!remote_.empty() && segment.base_offset() < remote_.end()) continue;
    if (next > stable) break;
    const Offset base = segment.base_offset(), last = next - 1;
    env.events.emit(env.node, event::RemoteCopyStarted{ref_, base, last});
    KTRY(remote_.copy(env.disk, directory_, segment, last));
    env.events.emit(env.node, event::RemoteCopyFinished{ref_, base, last, segment.size()});
  }
  return {};
}

// A local segment goes if its copy is safe (it ends at or before `copied`), and it is before the
// log start, or beyond local retention.
std::vector<event::DeleteReason> UnifiedLog::due_local(Offset copied, std::int64_t now_ms) const {
  using event::DeleteReason;
  const std::int64_t keep_bytes = local_or(config_.local_retention_bytes, config_.retention_bytes);
  const std::int64_t keep_ms = local_or(config_.local_retention_ms, config_.retention_ms);
  std::int64_t local_bytes = size_in_bytes();
  std::vector<DeleteReason> due;
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    const LogSegment& oldest = segments_[i];
    const Offset next = segments_[i + 1].base_offset();
    const bool too_large = keep_bytes >= 0 && local_bytes - oldest.size() >= keep_bytes;
    const bool too_old = keep_ms >= 0 && now_ms - oldest.largest_timestamp() > keep_ms;
    const bool before_start = next <= log_start_;
    if (!before_start && !(next <= copied && (too_large || too_old))) break;
    local_bytes -= oldest.size();
    due.push_back(before_start ? DeleteReason::LogStart
                  : too_large  ? DeleteReason::RetentionBytes
                               : DeleteReason::RetentionMs);
  }
  return due;
}

// The log start stays where it is: what goes can still be read from the tier.
Result<void> UnifiedLog::delete_local(env::Env& env) {
  const Offset from = local_log_start();
  const Offset copied = remote_.empty() ? Offset(0) : remote_.end();
  for (std::size_t left = due_local(copied, env.clock.wall_ms()).size(); left > 0; --left) {
    LogSegment gone = segments_.take_front();
    KTRY(doom(env, gone));
    KTRY(producers_.remove_snapshot(env.disk, gone.base_offset()));
  }
  const Offset to = local_log_start();
  if (to > from) env.events.emit(env.node, event::LocalLogStartAdvanced{ref_, from, to});
  return {};
}

// From the oldest on: what lies before the log start, and what retention.ms and .bytes give up.
Result<void> UnifiedLog::delete_remote(env::Env& env) {
  const std::int64_t now_ms = env.clock.wall_ms();
  while (!remote_.empty()) {
    const RemoteSegment oldest = remote_.segments().front();
    const bool too_large = config_.retention_bytes >= 0 &&
                           size_with_remote() - oldest.bytes >= config_.retention_bytes;
    const bool too_old =
        config_.retention_ms >= 0 && now_ms - oldest.max_timestamp_ms > config_.retention_ms;
    const bool expired = config_.cleanup_delete && (too_large || too_old);
    if (!expired && oldest.last >= log_start_) break;
    if (oldest.last >= log_start_) {
      KTRY(advance_log_start(env, oldest.last + 1, LogStartReason::Retention));
    }
    KTRY(remote_.remove_front(env.disk));
    env.events.emit(env.node,
                    event::RemoteSegmentDeleted{ref_, oldest.base, oldest.last, oldest.bytes});
  }
  return {};
}

// The log begins with its first local segment again.
Result<void> UnifiedLog::forget_remote(env::Env& env) {
  KTRY(advance_log_start(env, local_log_start(), LogStartReason::Truncation));
  return remote_.wipe(env.disk);
}

std::int64_t UnifiedLog::size_with_remote() const {
  std::int64_t sum = size_in_bytes();
  for (const RemoteSegment& s : remote_.segments()) {
    if (s.last < segments_.front().base_offset()) sum += s.bytes;
  }
  return sum;
}

// REQUIRES the offset is before the first local segment.
Result<ReadResult> UnifiedLog::read_remote(env::Env& env, Offset from,
                                           const ReadLimits& limits) const {
  const RemoteSegment* found = remote_.find(from);
  if (found == nullptr) {
    return Error{ErrorKind::Corrupt,
                 directory_ + ": the remote tier has lost offset " + std::to_string(from.value())};
  }
  ReadResult result;
  result.first_offset = from;
  KTRY_ASSIGN(LogSegment segment, remote_.open(env.disk, *found));
  const auto read = [&]() -> Result<void> {
    KTRY_ASSIGN(const auto first, segment.translate(env.disk, from));
    if (!first) return Error{ErrorKind::Corrupt, segment.log_path() + " ends too early"};
    std::int64_t wanted = std::max<std::int64_t>(limits.max_bytes, 0);
    if (limits.at_least_one_batch) wanted = std::max(wanted, first->size);
    wanted = std::min(wanted, segment.size() - first->position);
    KTRY_ASSIGN(result.records, segment.read(env.disk, first->position, wanted));
    keep_whole_batches(result.records);
    if (result.records.empty()) return {};
    result.first_offset = first->base;
    result.position = first->position;
    return {};
  };
  const Result<void> done = read();
  segment.close(env.disk);
  if (!done.ok()) {
    env.events.emit(env.node, event::RemoteTierFailed{ref_, found->base});
    return done.error();
  }
  env.events.emit(env.node, event::RemoteLogRead{ref_, from, found->base,
                                                 static_cast<std::int64_t>(result.records.size())});
  return result;
}

// What is only remote is older than everything local, so it is asked first.
Result<std::optional<TimestampOffset>> UnifiedLog::offset_for_timestamp(
    env::Env& env, std::int64_t timestamp_ms) const {
  for (const RemoteSegment& s : remote_.segments()) {
    if (s.last >= segments_.front().base_offset()) break;
    if (s.last < log_start_ || s.max_timestamp_ms < timestamp_ms) continue;
    KTRY_ASSIGN(LogSegment segment, remote_.open(env.disk, s));
    const auto found = segment.find_offset_by_timestamp(env.disk, timestamp_ms, log_start_);
    segment.close(env.disk);
    if (!found.ok()) return found.error();
    if (*found) return found;
  }
  return locate_time(env.disk, timestamp_ms);
}

}  // namespace kscope::storage
