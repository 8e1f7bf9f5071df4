// KafkaProducer: the application's side of writing.
//
// send() serialises, chooses a partition and leaves the record in the accumulator; the Sender does
// the rest. In Java send() blocks while the topic is unknown or memory is short, for at most
// max.block.ms. Nothing blocks here: such a record waits in line (and everything sent after it
// behind it, as behind a blocked thread), with the same deadline.
//
// Invariants: records wait, are queued and are acknowledged or failed exactly once each:
//   calls of send() = waiting + in accumulator or under way + acked + failed.
//
// Kafka: org.apache.kafka.clients.producer.KafkaProducer. No transactions, no idempotence, no
// interceptors; callbacks are events (RecordQueued, BatchAcked, BatchFailed).
// Called by: cluster/ (which owns the process it lives in), client/workload.
// Read next: client/sender.h, client/record_accumulator.h
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client_loop.h"
#include "engine/client/sender.h"

namespace kscope::client {

/// A batch as a reader sees it.
struct BatchInfo {
  TopicPartition partition;
  std::int64_t batch = 0;
  std::int32_t records = 0;
  std::int32_t bytes = 0;
  std::int32_t attempt = 0;   ///< times sent; 0: never yet
  std::optional<NodeId> to;   ///< the broker it is under way to
};

class KafkaProducer : public ClientLoop<KafkaProducer> {
 public:
  KafkaProducer() = default;
  /// Asks for nothing yet: metadata is fetched when the first topic is known, as in Java.
  static KafkaProducer start(env::Env& env, const ProducerConfig& config,
                             std::vector<NodeId> bootstrap);

  void send(env::Env& env, const std::string& topic, std::optional<std::int32_t> partition,
            std::optional<Bytes> key, std::optional<Bytes> value,
            std::vector<record::Header> headers = {});
  /// No more send(); what is queued is still sent, then the connections close (Java: close()).
  void close(env::Env& env);
  /// close() has finished.
  bool closed() const { return closed_; }

  const ProducerConfig& config() const { return config_; }
  /// Calls of send() so far.
  std::int64_t sends() const { return sends_; }
  std::int64_t records_queued() const { return records_queued_; }
  std::int64_t records_acked() const { return sender_.stats().records_acked; }
  std::int64_t records_failed() const { return sender_.stats().records_failed; }
  /// Records in send(): their topic is unknown or memory is short.
  std::size_t records_waiting() const { return waiting_.size(); }
  std::int64_t buffer_bytes() const { return sender_.accumulator().buffer_used(); }
  const std::string& last_error() const { return sender_.stats().last_error; }
  const std::map<TopicPartition, Offset>& last_acked() const { return sender_.stats().last_acked; }
  std::vector<BatchInfo> accumulator() const;  ///< ordered by partition, then position in its queue
  std::vector<BatchInfo> in_flight() const;    ///< ordered by request
  const Metadata& metadata() const { return sender_.cluster().metadata(); }

  /// What was acknowledged since the last call.
  std::vector<AckedRecord> take_acked() { return sender_.acked().take(); }
  bool has_acked() const { return !sender_.acked().empty(); }

 private:
  friend class ClientLoop<KafkaProducer>;
  ClusterClient& cluster() { return sender_.cluster(); }
  bool timer_fired(env::TimerKind kind);
  struct WaitingRecord {
    std::string topic;
    std::optional<std::int32_t> partition;
    record::Record record;
    std::optional<Instant> blocked_since;  // set when it is at the head of the line and cannot go
  };
  enum class Accept : std::uint8_t { Accepted, Blocked, Failed };
  void run(env::Env& env);
  bool accept_waiting(env::Env& env);
  Accept try_accept(env::Env& env, WaitingRecord& waiting, ErrorCode* error);
  void refuse(env::Env& env, const WaitingRecord& waiting, ErrorCode error);
  bool waited_too_long(env::Env& env, WaitingRecord& waiting);
  void take_outcome(env::Env& env, const Outcome& outcome);

  ProducerConfig config_;
  Sender sender_;
  StickyPartitioner partitioner_;
  std::deque<WaitingRecord> waiting_;
  bool memory_short_ = false;  // the head of the line waits for memory, not for metadata
  std::int64_t sends_ = 0;
  std::int64_t records_queued_ = 0;
  bool closing_ = false;
  bool closed_ = false;
  Wakeup delivery_timer_{env::TimerKind::ClientDelivery};
};

}  // namespace kscope::client
