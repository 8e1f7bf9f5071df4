// What a broker takes out of its logs by the clock: old segments, and their files a minute later.
//
// Leaders and followers do this each for themselves: that is why it needs no message, and why two
// replicas of a partition may begin at different offsets for a while.
// Kafka: LogManager.cleanupLogs, LogCleaner.CleanerThread.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/replication/replica_manager.h"

namespace kscope::replication {

Result<void> ReplicaManager::delete_old_segments(env::Env& env, bool compacted) {
  for (auto& [name, hosted] : hosted_) {
    if (hosted.offline) continue;
    storage::UnifiedLog* log = logs_.find(name);
    KCHECK(log != nullptr);
    if (log->config().cleanup_compact != compacted) continue;
    const Offset before = log->log_start();
    KTRY(log->delete_old_segments(env, hosted.partition.high_watermark()));
    // Who waits for offsets that are gone now has to hear so.
    if (log->log_start() > before) {
      effects_.progress.push_back({hosted.partition.ref(), true});
      Context around = context(env);
      hosted.partition.update_low_watermark(around, *log);
    }
  }
  arm_file_removal(env);
  return {};
}

// One round of the cleaner's thread: a log is cleaned if one is dirty enough, then retention is
// applied to compacted topics, which have to wait for the cleaner (Kafka: CleanerThread.doWork).
Result<void> ReplicaManager::run_cleaner(env::Env& env) {
  const auto last_stable = [&](const TopicPartition& name) -> std::optional<Offset> {
    const HostedPartition* hosted = find(name);
    if (hosted == nullptr || hosted->offline) return std::nullopt;
    const storage::UnifiedLog* log = logs_.find(name);
    if (log == nullptr) return std::nullopt;
    return hosted->partition.last_stable_offset(*log);
  };
  const Duration busy_before = env.disk.pending_cost();
  KTRY_ASSIGN(const bool cleaned, logs_.clean_filthiest(env, config_.cleaner, last_stable));
  KTRY(delete_old_segments(env, true));
  // At least a moment: time has to pass even where the disk costs none.
  const Duration busy = std::max(env.disk.pending_cost() - busy_before, millis(1));
  arm(env, env::TimerKind::LogCleaner, 0, cleaned ? busy : config_.cleaner.backoff);
  return {};
}

void ReplicaManager::arm_file_removal(env::Env& env) {
  if (const auto due = logs_.next_file_removal()) {
    env.timers.set(env::TimerKind::SegmentFileDelete, 0, *due);
  }
}

}  // namespace kscope::replication
