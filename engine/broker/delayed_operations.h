// Delayed operations: requests that cannot be answered yet, as plain data.
//
// A produce with acks=all waits until the high watermark has passed its records; a fetch waits
// until there are fetch.min.bytes to give. Everything needed to answer later is kept here, by
// value: no callback, because state must be copyable, and because a viewer can then show what is
// waited for. A DeleteRecords waits until every live replica has moved its log start.
//
// Kept by: purgatory. Completed by: kafka_apis. Kafka: DelayedProduce, ProducePartitionStatus,
// DelayedFetch, FetchPartitionStatus, DelayedDeleteRecords, DeleteRecordsPartitionStatus.
// Read next: broker/purgatory.h
#pragma once

#include <string>
#include <vector>

#include "engine/broker/request_channel.h"
#include "engine/replication/partition_requests.h"

namespace kscope::broker {

/// One partition of a produce request, from its append to its answer.
struct ProducePartitionStatus {
  TopicPartition partition;
  PartitionRef ref;
  Offset required;            ///< the HW that acknowledges it: last offset + 1
  /// While true, `error` is what a time-out would answer.
  bool acks_pending = false;
  ErrorCode error = ErrorCode::NONE;
  std::string message;
  std::int64_t base_offset = -1;
  std::int64_t log_append_time_ms = -1;
  std::int64_t log_start = -1;
};

struct DelayedProduce {
  RequestContext context;
  std::vector<ProducePartitionStatus> partitions;  ///< in the order of the request
};

struct FetchPartitionStatus {
  TopicPartition partition;
  PartitionRef ref;
  Uuid topic_id;
  replication::PartitionFetch fetch;
  ErrorCode refused = ErrorCode::NONE;  ///< known before any log was looked at
};

/// What a fetch has to do with sessions (KIP-227).
enum class SessionUse : std::uint8_t {
  None,        ///< names all its partitions and wants no session
  Open,        ///< names all its partitions and gets a session with its answer, if there is room
  Incremental  ///< its partitions are those of its session; the answer leaves out what is not new
};

struct DelayedFetch {
  RequestContext context;
  SessionUse use = SessionUse::None;
  std::int32_t session = 0;        ///< if Incremental
  std::int32_t session_epoch = 0;  ///< that the session has unless another request overtook this
  replication::FetchSource source;
  std::int32_t min_bytes = 1;
  std::int64_t max_bytes = 0;
  std::vector<FetchPartitionStatus> partitions;    ///< in the order of the request
};

/// One partition of a DeleteRecords request: its log start has moved, and waits for the others.
struct DeleteRecordsPartitionStatus {
  TopicPartition partition;
  PartitionRef ref;
  Offset required;             ///< what every live replica's log start has to reach
  bool acks_pending = false;   ///< while true, `error` is what a time-out would answer
  ErrorCode error = ErrorCode::NONE;
  std::int64_t low_watermark = -1;
};

struct DelayedDeleteRecords {
  RequestContext context;
  std::vector<DeleteRecordsPartitionStatus> partitions;  ///< in the order of the request
};

}  // namespace kscope::broker
