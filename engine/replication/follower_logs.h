// FollowerLogs: what a fetcher may do to the local replicas that it feeds.
//
// The fetcher knows the protocol, this knows the logs. Real Kafka splits them in the same place:
// AbstractFetcherThread calls abstract methods that ReplicaFetcherThread fills in.
//
// Implemented by: replica_manager (and by a fake in the fetcher's tests). Kafka:
// ReplicaFetcherThread.processPartitionData, truncate, latestEpoch, logEndOffset,
// endOffsetForEpoch.
// Read next: replication/replica_fetcher.h
#pragma once

#include <optional>

#include "engine/base/error_code.h"
#include "engine/env/env.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/storage/unified_log.h"

namespace kscope::replication {

/// The end of a local log, after whatever was just done to it.
struct LogTail {
  Offset log_start;
  Offset log_end;
  std::optional<LeaderEpoch> latest_epoch;
};

class FollowerLogs {
 public:
  virtual ~FollowerLogs() = default;
  /// Nothing if there is no such replica here (any more), or its log is offline.
  virtual std::optional<LogTail> tail(const TopicPartition& partition) const = 0;
  virtual std::optional<storage::EpochEnd> end_offset_for_epoch(const TopicPartition& partition,
                                                                LeaderEpoch epoch) const = 0;
  /// Appends the records, takes over high watermark and log start. NONE, CORRUPT_MESSAGE (ask
  /// again: the bytes were bad), UNKNOWN_SERVER_ERROR (the offsets do not follow on, and never
  /// will), or KAFKA_STORAGE_ERROR (the replica is offline now).
  virtual ErrorCode append(env::Env& env, const TopicPartition& partition,
                           const protocol::FetchResponse::PartitionData& data) = 0;
  /// False while the replication quota is used up; who is in sync is never held back (KIP-73).
  virtual bool may_fetch(env::Env& env, const TopicPartition& partition, bool in_sync) = 0;
  /// False: the disk failed and the replica is offline now.
  virtual bool truncate(env::Env& env, const TopicPartition& partition, Offset to) = 0;
  virtual bool truncate_fully_and_start_at(env::Env& env, const TopicPartition& partition,
                                           Offset start) = 0;
};

}  // namespace kscope::replication
