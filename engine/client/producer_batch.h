// ProducerBatch: records of one partition on their way to become one record batch.
//
// A batch fills in the accumulator, is closed and encoded when the sender drains it, and then lives
// on - the same bytes - through every retry, until it is acknowledged, or given up.
//
//   Filling -> Closed -> InFlight -> Done
//                 ^          |
//                 +-- retry -+
//
// Invariants: encoded_ is set in every state but Filling; attempts_ counts the times it was sent;
//             created_at_ never changes: delivery.timeout.ms runs from there through all retries.
//
// Kafka: ProducerBatch, MemoryRecordsBuilder. Simplified: sizes are computed exactly and before
// compression (Kafka estimates with a compression ratio learnt per topic), so a compressed batch of
// ours holds batch.size bytes of *plain* records.
// Called by: record_accumulator, sender. Read next: client/record_accumulator.h
#pragma once

#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/error_code.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/record/record_batch.h"

namespace kscope::client {

enum class BatchState : std::uint8_t { Filling, Closed, InFlight, Done };
/// True if a batch may go from one to the other; ProducerBatch::become checks it.
constexpr bool may_become(BatchState from, BatchState to) {
  switch (from) {
    case BatchState::Filling: return to == BatchState::Closed || to == BatchState::Done;
    case BatchState::Closed: return to == BatchState::InFlight || to == BatchState::Done;
    case BatchState::InFlight: return to == BatchState::Closed || to == BatchState::Done;
    case BatchState::Done: return false;
  }
  return false;
}

class ProducerBatch {
 public:
  ProducerBatch(TopicPartition partition, PartitionRef ref, std::int64_t number, Instant now,
                std::int32_t write_limit);

  /// Bytes that the record would add, varints included (Kafka: DefaultRecord.sizeInBytes).
  std::int32_t size_of(const record::Record& record) const;
  /// An empty batch has room for any record: one that is larger than batch.size travels alone.
  bool has_room_for(const record::Record& record) const;
  /// REQUIRES has_room_for(record). Gives the record its offset delta.
  void append(record::Record record);
  bool is_full() const { return state_ != BatchState::Filling || bytes_ >= write_limit_; }

  /// Encodes, if that has not happened yet.
  void close(record::Codec codec);
  /// `leader_epoch`: what metadata believes at this moment.
  void sent(std::optional<LeaderEpoch> leader_epoch);
  /// Back to the accumulator until `retry_at`.
  void retry(Instant retry_at);
  void done();

  bool reached_delivery_timeout(Instant now, Duration timeout) const {
    return now >= created_at_ + timeout;
  }
  /// A retry waits for its back-off, unless a new leader took over meanwhile (KIP-951).
  bool backing_off(Instant now, std::optional<LeaderEpoch> leader_epoch) const {
    if (attempts_ == 0 || now >= retry_at_) return false;
    return !(leader_epoch && sent_in_ && *leader_epoch > *sent_in_);
  }

  const TopicPartition& partition() const { return partition_; }
  PartitionRef ref() const { return ref_; }
  std::int64_t number() const { return number_; }
  BatchState state() const { return state_; }
  const std::vector<record::Record>& records() const { return records_; }
  std::int32_t record_count() const { return static_cast<std::int32_t>(records_.size()); }
  /// Encoded size once closed, the size so far before.
  std::int32_t bytes() const { return bytes_; }
  /// What it takes from buffer.memory: a whole batch.size even when nearly empty (Kafka:
  /// BufferPool).
  std::int32_t reserved_bytes() const { return write_limit_; }
  const Blob& encoded() const { return encoded_; }
  std::int32_t attempts() const { return attempts_; }
  Instant created_at() const { return created_at_; }
  Instant retry_at() const { return retry_at_; }

 private:
  void become(BatchState next);

  TopicPartition partition_;
  PartitionRef ref_;
  std::int64_t number_ = 0;
  BatchState state_ = BatchState::Filling;
  std::vector<record::Record> records_;  // offsets are deltas: 0, 1, 2 …
  std::int32_t bytes_ = 0;
  std::int32_t write_limit_ = 0;
  Blob encoded_;
  std::int32_t attempts_ = 0;
  Instant created_at_{};
  Instant retry_at_{};
  std::optional<LeaderEpoch> sent_in_;  // leader epoch believed at the latest attempt
};

}  // namespace kscope::client
