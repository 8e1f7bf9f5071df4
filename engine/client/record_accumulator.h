// RecordAccumulator: where records wait to travel together.
//
// send() only puts a record here; the sender takes whole batches out. Between the two lies the
// whole trade of latency for throughput: a batch leaves when it is full, or when it has waited
// linger.ms, or when memory runs out. One queue per partition; only its last batch still takes
// records.
//
// Invariants: buffer_used() is the sum of reserved_bytes() over all batches not yet done, in flight
//             or not; append() never lets it exceed buffer.memory (splitting a batch may);
//             a muted partition is never drained (used for order: max.in.flight = 1).
//
// Kafka: RecordAccumulator, BufferPool, ReadyCheckResult. A retried batch goes back to the *front*
// of its queue; if two batches under way both fail, the second ends up in front of the first. That
// is how a Kafka producer without idempotence reorders, and it is kept on purpose.
// Called by: sender, kafka_producer. Read next: client/sender.h
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/client/client_config.h"
#include "engine/client/metadata.h"
#include "engine/client/partitioner.h"
#include "engine/client/producer_batch.h"
#include "engine/env/env.h"

namespace kscope::client {

struct ReadyCheck {
  std::set<NodeId> nodes;               ///< leaders of at least one batch that may be sent now
  std::set<std::string> unknown_leader; ///< topics with batches whose leader is not known
  std::optional<Instant> next_check;    ///< when lingering or backing off ends for the next one
};

class RecordAccumulator {
 public:
  RecordAccumulator() = default;
  explicit RecordAccumulator(const ProducerConfig& config) : config_(config) {}

  enum class Append : std::uint8_t { Appended, OutOfMemory };
  /// Puts the record into the last batch of the queue, or into a new one. Emits RecordQueued with
  /// number `record_number`.
  Append append(env::Env& env, const TopicPartition& partition, record::Record& record,
                std::int64_t record_number);
  /// The queue's last batch (if any) takes no more records: the sticky partitioner may move on.
  bool all_batches_full(const TopicPartition& partition) const;

  /// `exhausted`: somebody waits for memory, so nothing lingers any longer.
  ReadyCheck ready(const Metadata& metadata, Instant now, bool exhausted) const;
  /// At most one batch per partition led by `node`, together at most max.request.size (but at least
  /// one), starting behind the partition where the last call for that node stopped. Batches that
  /// still linger come along: the request goes to that broker anyway.
  std::vector<ProducerBatch> drain(const Metadata& metadata, NodeId node, Instant now);
  void reenqueue(ProducerBatch batch);
  /// Cuts a batch that the broker found too large in two and queues both at the front.
  void split_and_reenqueue(ProducerBatch big);

  /// Takes out what has waited longer than delivery.timeout.ms, front first.
  std::vector<ProducerBatch> take_expired(Instant now);
  /// Takes out everything (the producer closes).
  std::vector<ProducerBatch> take_all();
  std::optional<Instant> next_expiry() const;

  void release(const ProducerBatch& batch) { buffer_used_ -= batch.reserved_bytes(); }
  void mute(const TopicPartition& partition) { muted_.insert(partition); }
  void unmute(const TopicPartition& partition) { muted_.erase(partition); }
  /// close(): nothing lingers any longer.
  void close() { closed_ = true; }

  bool has_undrained() const;
  std::int64_t buffer_used() const { return buffer_used_; }
  const std::map<TopicPartition, std::deque<ProducerBatch>>& queues() const { return queues_; }

 private:
  std::int32_t reservation_for(const record::Record& record, Instant now) const;
  /// When the first batch of the queue may go; `now` or earlier means at once.
  /// REQUIRES !queue.empty().
  Instant sendable_at(const std::deque<ProducerBatch>& queue, const LeaderAndEpoch& leader,
                      Instant now, bool exhausted) const;

  ProducerConfig config_;
  std::map<TopicPartition, std::deque<ProducerBatch>> queues_;
  std::map<NodeId, TopicPartition> drain_after_;  // round robin between partitions, per node
  std::set<TopicPartition> muted_;
  std::int64_t buffer_used_ = 0;
  std::int64_t next_batch_ = 1;
  bool closed_ = false;
};

}  // namespace kscope::client
