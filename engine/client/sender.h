// Sender: takes batches out of the accumulator, sends them to the leaders, and decides what an
// answer means.
//
//   no error                    -> acknowledged
//   retriable, time is left     -> back to the queue after a back-off (BatchRetried)
//   too large, several records  -> cut in two and tried again
//   anything else               -> given up (BatchFailed)
//
// One request per broker carries at most one batch per partition. A broken connection is a
// retriable error for everything that was under way on it: the producer cannot know whether the
// broker wrote the batch, and trying again may write it twice (idempotence exists for that).
//
// Invariants: a partition has at most one batch under way if max.in.flight is 1;
//             a batch is given up at the latest delivery.timeout.ms after its creation, sent or
//             not.
//
// Kafka: org.apache.kafka.clients.producer.internals.Sender (a thread there, a function here).
// Called by: kafka_producer. Read next: client/kafka_producer.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/client/cluster_client.h"
#include "engine/client/history.h"
#include "engine/client/record_accumulator.h"
#include "engine/client/wakeup.h"

namespace kscope::client {

/// Counters for readers; each moves together with the event that tells of it.
struct ProducerStats {
  std::int64_t records_acked = 0;
  std::int64_t records_failed = 0;
  std::string last_error;                       ///< empty: none yet
  std::map<TopicPartition, Offset> last_acked;  ///< the highest offset acknowledged
};

class Sender {
 public:
  Sender() = default;
  Sender(const ProducerConfig& config, std::vector<NodeId> bootstrap);

  /// Does all that can be done now and arms the timers for the rest. `exhausted`: a send() waits
  /// for memory.
  void run(env::Env& env, bool exhausted);
  void on_response(env::Env& env, const protocol::Arrived& arrived);
  void on_requests_failed(env::Env& env, const Outcome& outcome);
  /// Kafka: Sender.forceClose. Gives up everything with NETWORK_EXCEPTION.
  void abort_all(env::Env& env);

  ClusterClient& cluster() { return cluster_; }
  const ClusterClient& cluster() const { return cluster_; }
  RecordAccumulator& accumulator() { return accumulator_; }
  const RecordAccumulator& accumulator() const { return accumulator_; }
  ProducerStats& stats() { return stats_; }
  const ProducerStats& stats() const { return stats_; }
  History<AckedRecord>& acked() { return acked_; }
  const History<AckedRecord>& acked() const { return acked_; }
  bool idle() const { return in_flight_.empty() && !accumulator_.has_undrained(); }
  void send_timer_fired() { send_timer_.fired(); }

  struct Request {
    NodeId to;
    std::vector<ProducerBatch> batches;  // some may be Done already: expired under way
  };
  const std::map<protocol::RequestTag, Request>& in_flight() const { return in_flight_; }
  /// When the next batch reaches its delivery timeout.
  std::optional<Instant> next_expiry() const;

 private:
  bool send_what_is_ready(env::Env& env, bool exhausted, std::optional<Instant>* next_check);
  void send_request(env::Env& env, NodeId node, std::int16_t version,
                    std::vector<ProducerBatch> batches);
  void expire(env::Env& env);
  Request take_request(protocol::RequestTag tag);
  void complete(env::Env& env, ProducerBatch batch, ErrorCode error, std::int64_t base_offset);
  void acknowledged(env::Env& env, ProducerBatch& batch, std::int64_t base_offset);
  void retry(env::Env& env, ProducerBatch batch, ErrorCode error);
  void give_up(env::Env& env, ProducerBatch& batch, ErrorCode error);
  bool can_retry(const ProducerBatch& batch, ErrorCode error, Instant now) const;

  ProducerConfig config_;
  ClusterClient cluster_;
  RecordAccumulator accumulator_;
  std::map<protocol::RequestTag, Request> in_flight_;
  protocol::RequestTag next_tag_ = 1;
  ProducerStats stats_;
  History<AckedRecord> acked_;
  Wakeup send_timer_{env::TimerKind::ClientSend};
};

}  // namespace kscope::client
