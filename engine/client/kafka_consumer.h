// KafkaConsumer: the application's side of reading, with partitions assigned by hand.
//
// The application is modelled as one that calls poll() all the time: as soon as records are there
// it gets at most max.poll.records of them, works on them for processing.ms, and polls again.
// Fetching goes on meanwhile, for partitions of which nothing is buffered.
//
// Order of work, in every run: metadata -> leaders changed? validate -> where to start? -> fetch ->
// hand out.
//
// Kafka: org.apache.kafka.clients.consumer.KafkaConsumer (ClassicKafkaConsumer) with assign().
// Differences: no groups yet, nothing is committed; errors that Java throws out of poll() show as
// FetchFailed and last_error().
// Called by: cluster/. Read next: client/subscription_state.h, client/fetcher.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/fetcher.h"
#include "engine/client/offset_fetcher.h"
#include "engine/client/wakeup.h"

namespace kscope::client {

class KafkaConsumer {
 public:
  KafkaConsumer() = default;
  static KafkaConsumer start(env::Env& env, const ConsumerConfig& config,
                             std::vector<NodeId> bootstrap);

  /// Replaces the assignment. Partitions that are new start where auto.offset.reset says, unless a
  /// seek follows. Takes effect with the next wake-up, which is due at once.
  void assign(env::Env& env, const std::vector<TopicPartition>& partitions);
  /// Nothing happens for a partition that is not assigned: false.
  bool seek(env::Env& env, const TopicPartition& partition, Offset offset);
  bool seek_to(env::Env& env, const TopicPartition& partition, OffsetReset where);

  void on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is none of ours.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);
  void close(env::Env& env);
  bool closed() const { return closed_; }

  const ConsumerConfig& config() const { return config_; }
  std::vector<TopicPartition> assigned() const;
  /// The next offset to be handed out; nothing while a partition has never had one.
  std::map<TopicPartition, Offset> positions() const;
  /// High watermark of the latest fetch minus position.
  std::map<TopicPartition, std::int64_t> lag() const;
  const SubscriptionState& subscriptions() const { return subscriptions_; }
  std::int64_t records_consumed() const { return fetcher_.records_consumed(); }
  const std::string& last_error() const { return last_error_; }
  const Metadata& metadata() const { return cluster_.metadata(); }

  /// What the application was given since the last call.
  std::vector<ConsumedRecord> take_consumed() { return fetcher_.consumed().take(); }
  bool has_consumed() const { return !fetcher_.consumed().empty(); }

 private:
  ConsumerContext context(env::Env& env) {
    return {env, config_, cluster_, subscriptions_, last_error_};
  }
  void run(env::Env& env);
  void take_outcome(env::Env& env, const Outcome& outcome);
  void check_leaders();
  std::optional<Instant> next_retry(Instant now) const;
  void wake_now(env::Env& env) { send_timer_.set(env, env.now()); }

  ConsumerConfig config_;
  ClusterClient cluster_;
  SubscriptionState subscriptions_;
  OffsetFetcher offsets_;
  Fetcher fetcher_;
  protocol::RequestTag next_tag_ = 1;
  std::int64_t checked_metadata_ = 0;  // version of the metadata whose leaders we compared
  Instant next_poll_{};                // the application is busy until then
  std::string last_error_;
  bool closed_ = false;
  Wakeup send_timer_{env::TimerKind::ClientSend};
};

}  // namespace kscope::client
