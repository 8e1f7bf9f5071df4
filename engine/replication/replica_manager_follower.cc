// The follower's hands: what the fetchers do to the local logs.
#include "engine/replication/replica_manager.h"

#include "engine/base/check.h"

namespace kscope::replication {
namespace {

/// DeleteRecords may put the leader's log start inside a batch. A follower that begins there is
/// given the whole batch, which begins earlier; its own log has nothing yet that could be lost, so
/// it may begin earlier, too. Kafka: Partition.appendRecordsToFollowerOrFutureReplica, where it
/// catches UnexpectedAppendOffsetException.
std::optional<Offset> base_of_first_batch(const storage::UnifiedLog& log, ByteView records) {
  if (log.log_start() != log.log_end()) return std::nullopt;
  const auto first = record::parse_header(records);
  KCHECK(first.ok());  // the append has read it
  const bool around =
      Offset(first->base_offset) < log.log_end() && Offset(first->next_offset()) > log.log_end();
  return around ? std::optional(Offset(first->base_offset)) : std::nullopt;
}

}  // namespace

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
  if (const ErrorCode refused = append_records(env, partition, data.records);
      refused != ErrorCode::NONE)
    return refused;
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

ErrorCode ReplicaManager::append_records(env::Env& env, const TopicPartition& partition,
                                         ByteView records) {
  if (records.empty()) return ErrorCode::NONE;
  const Online replica = online(partition);
  Context around = context(env);
  auto appended = replica.partition->append_as_follower(around, *replica.log, records);
  if (!appended.ok() && appended.error().kind == ErrorKind::Invalid) {
    if (const auto base = base_of_first_batch(*replica.log, records)) {
      if (!truncate_fully_and_start_at(env, partition, *base))
        return ErrorCode::KAFKA_STORAGE_ERROR;
      appended = replica.partition->append_as_follower(around, *replica.log, records);
    }
  }
  if (appended.ok()) return ErrorCode::NONE;
  // Nothing was taken over. Bad bytes may have been bad on the way only: fetch them again. Offsets
  // that do not fit will not fit the next time either.
  if (appended.error().kind == ErrorKind::Corrupt) return ErrorCode::CORRUPT_MESSAGE;
  if (appended.error().kind == ErrorKind::Invalid) return ErrorCode::UNKNOWN_SERVER_ERROR;
  disk_failed(env, appended.error());
  return ErrorCode::KAFKA_STORAGE_ERROR;
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
