// The follower's hands: what the fetchers do to the local logs.
#include "engine/replication/replica_manager.h"

namespace kscope::replication {

std::optional<LogTail> ReplicaManager::tail(const TopicPartition& partition) const {
  const HostedPartition* hosted = find(partition);
  if (hosted == nullptr || hosted->offline) return std::nullopt;
  const storage::UnifiedLog* log = logs_.find(partition);
  if (log == nullptr) return std::nullopt;
  return LogTail{log->log_start(), log->log_end(), log->latest_epoch()};
}

std::optional<storage::EpochEnd> ReplicaManager::end_offset_for_epoch(
    const TopicPartition& partition, LeaderEpoch epoch) const {
  const storage::UnifiedLog* log = logs_.find(partition);
  return log == nullptr ? std::nullopt : log->end_offset_for_epoch(epoch);
}

ErrorCode ReplicaManager::append(env::Env& env, const TopicPartition& partition,
                                 const protocol::FetchResponse::PartitionData& data) {
  const Online replica = online(partition);
  if (replica.partition == nullptr) return ErrorCode::KAFKA_STORAGE_ERROR;
  if (follower_quota_.is_throttled(partition)) {
    follower_quota_.record(env.now(), static_cast<std::int64_t>(data.records.size()));
  }
  Context around = context(env);
  if (!data.records.empty()) {
    const auto appended = replica.partition->append_as_follower(around, *replica.log, data.records);
    if (!appended.ok()) {
      // Nothing was taken over. Bad bytes may have been bad on the way only: fetch them again.
      if (appended.error().kind == ErrorKind::Corrupt) return ErrorCode::CORRUPT_MESSAGE;
      disk_failed(env, appended.error());
      return ErrorCode::KAFKA_STORAGE_ERROR;
    }
  }
  replica.partition->follow_high_watermark(around, *replica.log, Offset(data.high_watermark));
  const Offset leader_start(data.log_start_offset);
  if (leader_start > replica.log->log_start() &&
      leader_start <= replica.partition->high_watermark()) {
    const auto advanced = replica.log->advance_log_start(env, leader_start,
                                                          event::LogStartReason::Leader);
    if (!advanced.ok()) {
      disk_failed(env, advanced.error());
      return ErrorCode::KAFKA_STORAGE_ERROR;
    }
  }
  return ErrorCode::NONE;
}

bool ReplicaManager::truncate(env::Env& env, const TopicPartition& partition, Offset to) {
  const Online replica = online(partition);
  if (replica.partition == nullptr) return false;
  Result<void> done = replica.partition->truncate_to(env, *replica.log, to);
  if (done.ok()) done = logs_.checkpoint_truncation(env, partition);
  if (!done.ok()) disk_failed(env, done.error());
  return done.ok();
}

bool ReplicaManager::truncate_fully_and_start_at(env::Env& env, const TopicPartition& partition,
                                                 Offset start) {
  const Online replica = online(partition);
  if (replica.partition == nullptr) return false;
  Result<void> done = replica.partition->truncate_fully_and_start_at(env, *replica.log, start);
  if (done.ok()) done = logs_.checkpoint_truncation(env, partition);
  if (done.ok()) done = logs_.checkpoint_log_starts(env);
  if (!done.ok()) disk_failed(env, done.error());
  return done.ok();
}

}  // namespace kscope::replication
