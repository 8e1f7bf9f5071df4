// What a broker does by the clock: ISR checks, checkpoints, flushing and rolling logs.
#include "engine/replication/replica_manager.h"

namespace kscope::replication {
namespace {

/// LogFlushCheck has two keys: logs whose flush.ms is over, and the recovery point checkpoint.
constexpr std::int64_t kFlushDue = 0, kCheckpointDue = 1;
constexpr Duration kFlushCheckpointInterval =
    seconds(60);  // log.flush.offset.checkpoint.interval.ms
constexpr Duration kRollCheckInterval = seconds(300);

}  // namespace

Result<void> ReplicaManager::start(env::Env& env, const ReplicaConfig& config,
                                   const TopicDefaults& defaults) {
  config_ = config;
  defaults_ = defaults;
  fetchers_ = ReplicaFetcherManager(config);
  KTRY_ASSIGN(logs_, storage::LogManager::open(env, defaults.log));
  arm(env, env::TimerKind::IsrCheck, 0, config_.isr_check_interval());
  arm(env, env::TimerKind::HighWatermarkCheckpoint, 0, config_.checkpoint_interval);
  arm(env, env::TimerKind::LogFlushCheck, kCheckpointDue, kFlushCheckpointInterval);
  arm(env, env::TimerKind::LogRollCheck, 0, kRollCheckInterval);
  if (config_.cleaner.enable) arm(env, env::TimerKind::LogCleaner, 0, config_.cleaner.backoff);
  arm(env, env::TimerKind::LogRetention, 0, config_.retention_check_interval);
  arm_flush(env);
  return {};
}

void ReplicaManager::reconfigure(env::Env& env, const ReplicaConfig& config,
                                 const TopicDefaults& defaults) {
  config_ = config;
  defaults_ = defaults;
  arm_flush(env);
}

// Looks as often as the log with the shortest flush.ms wants it. (Kafka looks every
// log.flush.scheduler.interval.ms, which by default is never: there flush.ms alone does nothing.)
void ReplicaManager::arm_flush(env::Env& env) {
  const std::int64_t ms = std::min(logs_.shortest_flush_ms(), defaults_.log.flush_ms);
  if (ms == INT64_MAX) return;
  constexpr std::int64_t kLongestMs = 365LL * 86'400'000;  // the setting knows centuries
  arm(env, env::TimerKind::LogFlushCheck, kFlushDue,
      millis(std::clamp<std::int64_t>(ms, 1, kLongestMs)));
}

void ReplicaManager::arm(env::Env& env, env::TimerKind kind, std::int64_t key, Duration interval) {
  env.timers.set(kind, key, env.now() + interval);
}

bool ReplicaManager::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  Result<void> done;
  switch (kind) {
    case env::TimerKind::ReplicaFetch:
      fetchers_.on_timer(env, config_, own_epoch_, *this, NodeId(static_cast<std::int32_t>(key)));
      return true;
    case env::TimerKind::IsrCheck:
      if (key != 0) return false;
      check_isrs(env);
      arm(env, kind, key, config_.isr_check_interval());
      return true;
    case env::TimerKind::HighWatermarkCheckpoint:
      if (!log_dir_failed_) done = checkpoint_high_watermarks(env);
      arm(env, kind, key, config_.checkpoint_interval);
      break;
    case env::TimerKind::LogFlushCheck:
      if (!log_dir_failed_) done = key == kFlushDue ? logs_.flush_due(env) : checkpoint_logs(env);
      if (key == kFlushDue) {
        arm_flush(env);
      } else {
        arm(env, kind, key, kFlushCheckpointInterval);
      }
      break;
    case env::TimerKind::LogRollCheck:
      if (!log_dir_failed_) done = logs_.roll_due(env);
      arm(env, kind, key, kRollCheckInterval);
      break;
    case env::TimerKind::LogRetention:
      if (!log_dir_failed_) done = delete_old_segments(env, false);
      arm(env, kind, key, config_.retention_check_interval);
      break;
    case env::TimerKind::SegmentFileDelete:
      if (!log_dir_failed_) done = logs_.remove_due_files(env);
      if (done.ok()) arm_file_removal(env);
      break;
    case env::TimerKind::LogCleaner:
      if (!log_dir_failed_) done = run_cleaner(env);
      break;
    default:
      return false;
  }
  if (!done.ok()) disk_failed(env, done.error());
  return true;
}

void ReplicaManager::check_isrs(env::Env& env) {
  Context around = context(env);
  for (auto& [name, hosted] : hosted_) {
    if (!hosted.offline) hosted.partition.maybe_shrink_isr(around, *logs_.find(name));
  }
}

Result<void> ReplicaManager::checkpoint_high_watermarks(env::Env& env) {
  // Before the first news from the controller nothing is hosted, and the file knows better.
  if (!started_with_metadata_) return {};
  storage::OffsetCheckpoint marks;
  for (const auto& [name, hosted] : hosted_) marks[name] = hosted.partition.high_watermark();
  if (marks == checkpointed_) return {};
  KTRY(logs_.checkpoint_high_watermarks(env, marks));
  checkpointed_ = std::move(marks);
  return {};
}

Result<void> ReplicaManager::checkpoint_logs(env::Env& env) {
  KTRY(logs_.checkpoint_recovery_points(env));
  return logs_.checkpoint_log_starts(env);
}

void ReplicaManager::shutdown(env::Env& env) {
  fetchers_.remove_all();
  fetchers_.poll(env, config_, own_epoch_, *this);  // closes their connections
  if (log_dir_failed_) return;
  Result<void> done = checkpoint_high_watermarks(env);
  // Without a marker the next start recovers every log: slower, and just as right.
  if (done.ok()) done = logs_.close_cleanly(env, own_epoch_);
  if (!done.ok()) disk_failed(env, done.error());
}

}  // namespace kscope::replication
