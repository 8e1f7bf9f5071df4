#include "engine/replication/replica_manager.h"

#include "engine/base/check.h"

namespace kscope::replication {

ReplicaManager::Online ReplicaManager::online(const TopicPartition& partition) {
  const auto it = hosted_.find(partition);
  if (it == hosted_.end()) return {nullptr, nullptr, ErrorCode::NOT_LEADER_OR_FOLLOWER};
  if (it->second.offline) return {nullptr, nullptr, ErrorCode::KAFKA_STORAGE_ERROR};
  storage::UnifiedLog* log = logs_.find(partition);
  KCHECK(log != nullptr);
  return {&it->second.partition, log, ErrorCode::NONE};
}

const HostedPartition* ReplicaManager::find(const TopicPartition& partition) const {
  const auto it = hosted_.find(partition);
  return it == hosted_.end() ? nullptr : &it->second;
}

void ReplicaManager::disk_failed(env::Env& env, const Error& error) {
  (void)error;  // the event names the directory; there is only one
  if (log_dir_failed_) return;
  log_dir_failed_ = true;
  env.events.emit(env.node, event::LogDirFailed{});
  fetchers_.remove_all();
  for (auto& [name, hosted] : hosted_) {
    hosted.offline = true;
    effects_.progress.push_back({hosted.partition.ref(), true});
  }
}

// ---- requests ---------------------------------------------------------------------------------

LeaderAppendResult ReplicaManager::append(env::Env& env, const TopicPartition& partition,
                                          ByteView records, std::int16_t acks) {
  LeaderAppendResult result;
  const Online replica = online(partition);
  result.error = replica.error;
  if (result.error != ErrorCode::NONE) return result;
  Context around = context(env);
  auto appended = replica.partition->append_as_leader(around, *replica.log, records, acks);
  if (!appended.ok()) {
    disk_failed(env, appended.error());
    result.error = ErrorCode::KAFKA_STORAGE_ERROR;
    return result;
  }
  return std::move(appended).value();
}

std::pair<bool, ErrorCode> ReplicaManager::check_enough_replicas(const TopicPartition& partition,
                                                                 Offset required) const {
  const HostedPartition* hosted = find(partition);
  if (hosted == nullptr) return {false, ErrorCode::NOT_LEADER_OR_FOLLOWER};
  if (hosted->offline) return {false, ErrorCode::KAFKA_STORAGE_ERROR};
  return hosted->partition.check_enough_replicas(required);
}

PartitionRead ReplicaManager::read(env::Env& env, const FetchSource& source,
                                   const TopicPartition& partition, const PartitionFetch& fetch,
                                   bool update_follower) {
  PartitionRead refused;
  const Online replica = online(partition);
  refused.error = replica.error;
  if (refused.error == ErrorCode::NONE && !fetch.topic_id.is_zero() &&
      fetch.topic_id != replica.partition->topic_id()) {
    refused.error = ErrorCode::INCONSISTENT_TOPIC_ID;
  }
  if (refused.error != ErrorCode::NONE) return refused;
  Context around = context(env);
  auto read = replica.partition->fetch(around, *replica.log, source, fetch, update_follower);
  if (read.ok()) {
    throttle_read(env, source, partition, *read);
    return std::move(read).value();
  }
  if (read.error().kind == ErrorKind::Corrupt) {
    refused.error = ErrorCode::CORRUPT_MESSAGE;  // this batch is lost here, the disk still works
    return refused;
  }
  disk_failed(env, read.error());
  refused.error = ErrorCode::KAFKA_STORAGE_ERROR;
  return refused;
}

FetchReadiness ReplicaManager::readiness(const FetchSource& source,
                                         const TopicPartition& partition,
                                         const PartitionFetch& fetch) const {
  const HostedPartition* hosted = find(partition);
  if (hosted == nullptr || hosted->offline) return {true, false};
  const Partition& replica = hosted->partition;
  if (replica.check_epoch(fetch.current_leader_epoch, source.leader_only) != ErrorCode::NONE) {
    return {true, false};
  }
  const storage::UnifiedLog* log = logs_.find(partition);
  KCHECK(log != nullptr);
  // A leader that has become a follower and cut its log, or retention, moved the log away from it.
  if (fetch.offset > log->log_end() || fetch.offset < log->log_start()) return {true, false};
  if (fetch.last_fetched_epoch) {
    const auto end = log->end_offset_for_epoch(*fetch.last_fetched_epoch);
    if (!end || end->epoch < *fetch.last_fetched_epoch || end->end < fetch.offset) {
      return {true, false};
    }
  }
  if (holds_back(source, partition)) return {};
  return {false, fetch.offset < replica.end_for(source.isolation, *log)};
}

ListedOffset ReplicaManager::list_offset(env::Env& env, const TopicPartition& partition,
                                         const OffsetQuery& query) {
  ListedOffset refused;
  const Online replica = online(partition);
  refused.error = replica.error;
  if (refused.error != ErrorCode::NONE) return refused;
  auto listed = replica.partition->list_offset(env, *replica.log, query);
  if (listed.ok()) return *listed;
  disk_failed(env, listed.error());
  refused.error = ErrorCode::KAFKA_STORAGE_ERROR;
  return refused;
}

DeleteRecordsResult ReplicaManager::delete_records(env::Env& env, const TopicPartition& partition,
                                                   std::int64_t offset) {
  DeleteRecordsResult refused;
  const Online replica = online(partition);
  refused.error = replica.error;
  if (refused.error != ErrorCode::NONE) return refused;
  Context around = context(env);
  const auto deleted = replica.partition->delete_records(around, *replica.log, offset);
  if (deleted.ok()) return *deleted;
  disk_failed(env, deleted.error());
  refused.error = ErrorCode::KAFKA_STORAGE_ERROR;
  return refused;
}

std::pair<Offset, ErrorCode> ReplicaManager::low_watermark(const TopicPartition& partition) const {
  const HostedPartition* hosted = find(partition);
  if (hosted == nullptr) return {Offset(-1), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION};
  if (hosted->offline) return {Offset(-1), ErrorCode::KAFKA_STORAGE_ERROR};
  if (!hosted->partition.is_leader()) return {Offset(-1), ErrorCode::NOT_LEADER_OR_FOLLOWER};
  return {hosted->partition.low_watermark(), ErrorCode::NONE};
}

EpochEndResult ReplicaManager::epoch_end(const TopicPartition& partition,
                                         std::optional<LeaderEpoch> current_leader_epoch,
                                         LeaderEpoch epoch) const {
  const HostedPartition* hosted = find(partition);
  if (hosted == nullptr) return {ErrorCode::NOT_LEADER_OR_FOLLOWER, std::nullopt};
  if (hosted->offline) return {ErrorCode::KAFKA_STORAGE_ERROR, std::nullopt};
  const storage::UnifiedLog* log = logs_.find(partition);
  KCHECK(log != nullptr);
  return hosted->partition.end_offset_for_epoch(*log, current_leader_epoch, epoch, true);
}

// ---- ISR changes ------------------------------------------------------------------------------

void ReplicaManager::on_isr_decision(env::Env& env, const TopicPartition& partition,
                                     const IsrProposal& sent, const IsrDecision& decision) {
  const Online replica = online(partition);
  if (replica.partition == nullptr) return;
  Context around = context(env);
  replica.partition->on_isr_decision(around, *replica.log, sent, decision);
}

void ReplicaManager::on_isr_change_not_attempted(env::Env& env, const TopicPartition& partition,
                                                 const IsrProposal& sent) {
  const Online replica = online(partition);
  if (replica.partition == nullptr) return;
  Context around = context(env);
  replica.partition->on_isr_change_not_attempted(around, sent);
}

// ---- the network ------------------------------------------------------------------------------

void ReplicaManager::on_frame(env::Env& env, const env::ConnectionInfo& connection,
                              const Blob& frame) {
  fetchers_.on_frame(env, config_, own_epoch_, *this, connection, frame);
}

void ReplicaManager::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  fetchers_.on_closed(env, config_, own_epoch_, *this, connection);
}

}  // namespace kscope::replication
