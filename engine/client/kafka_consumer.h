// KafkaConsumer: the application's side of reading, alone or as a member of a group.
//
// The application is a loop around poll() (client/application.h). Java has two threads, and so has
// this: what the application's thread does happens in poll() and only while the application stands
// there: joining, taking and giving up partitions, looking up positions, fetching, handing out.
// What Java's heartbeat thread does happens in background(), always: heartbeats, and answers that
// arrive.
//
//   poll():  membership -> auto-commit -> committed offsets -> reset or validate -> fetch
//            -> hand out
//
// Each part has a file: who asks for what (topic_subscription), the group (classic_membership,
// coordinator_finder), commits (offset_committer, committed_offsets), positions
// (subscription_state, offset_fetcher), records (fetcher).
//
// Invariants: with subscribe() only the group gives and takes partitions; what is handed out is of
//             assigned partitions; close() commits, leaves and hangs up, in this order.
//
// Kafka: org.apache.kafka.clients.consumer.KafkaConsumer (ClassicKafkaConsumer). Differences:
// nothing blocks, so what Java returns shows later (committed(), positions()); errors that Java
// throws out of poll() show as FetchFailed and last_error(), or end the application.
// Called by: cluster/. Read next: client/application.h, client/classic_membership.h
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/client/application.h"
#include "engine/client/classic_membership.h"
#include "engine/client/client_loop.h"
#include "engine/client/committed_offsets.h"
#include "engine/client/consumer_membership.h"
#include "engine/client/fetcher.h"
#include "engine/client/offset_fetcher.h"
#include "engine/client/wakeup.h"

namespace kscope::client {

class KafkaConsumer : public ClientLoop<KafkaConsumer> {
 public:
  KafkaConsumer() = default;
  static KafkaConsumer start(env::Env& env, const ConsumerConfig& config,
                             std::vector<NodeId> bootstrap);

  // ---- what to read. Takes effect with the next wake-up, which is due at once. Invalid, and
  // nothing happens, if another kind of subscription is in force or there is no group.id.
  Result<void> subscribe(env::Env& env, const std::vector<std::string>& topics);
  Result<void> subscribe_pattern(env::Env& env, const std::string& pattern);
  /// Replaces the assignment. Partitions that are new start where the group was, or where
  /// auto.offset.reset says, unless a seek follows.
  Result<void> assign(env::Env& env, const std::vector<TopicPartition>& partitions);
  /// What the three above would say.
  Result<void> may_subscribe(SubscriptionType type) const;
  /// Leaves the group, or drops the partitions that were assigned by hand.
  void unsubscribe(env::Env& env);

  // ---- where to read. Nothing happens for a partition that is not assigned: false.
  bool seek(env::Env& env, const TopicPartition& partition, Offset offset);
  bool seek_to(env::Env& env, const TopicPartition& partition, OffsetReset where);
  /// To the first record that is not older than `timestamp_ms`; to the end if there is none.
  bool seek_to_time(env::Env& env, const TopicPartition& partition, std::int64_t timestamp_ms);
  bool pause(env::Env& env, const TopicPartition& partition, bool paused);

  // ---- how far we are
  /// commitSync() or commitAsync() of all positions. Invalid without a group.id.
  Result<void> commit(env::Env& env, bool sync);
  Result<void> commit(env::Env& env, const Offsets& offsets, bool sync);
  /// committed(): shows in committed() below.
  Result<void> ask_committed(env::Env& env, const std::vector<TopicPartition>& partitions);
  /// The application stops polling, or goes on.
  void stall(env::Env& env, bool stalled);

  /// Both are the application's own, and outlive the consumer.
  void set_listener(const RebalanceListener& listener) { listener_ = &listener; }
  void add_interceptor(const ConsumerInterceptor& interceptor) {
    interceptors_.push_back(&interceptor);
  }

  /// Commits (enable.auto.commit), leaves the group and hangs up; takes as long as it takes.
  void close(env::Env& env);
  bool closed() const { return closed_; }
  /// The application wants its process to die (ApplicationConfig::crash_after).
  bool died() const { return application_.crashed(); }

  const ConsumerConfig& config() const { return config_; }
  std::vector<TopicPartition> assigned() const { return subscriptions_.names(); }
  std::vector<TopicPartition> paused() const;
  /// The next offset to be handed out; nothing while a partition has never had one.
  std::map<TopicPartition, Offset> positions() const;
  /// High watermark of the latest fetch minus position.
  std::map<TopicPartition, std::int64_t> lag() const;
  /// The last commit that the coordinator took, or told of.
  const std::map<TopicPartition, Offset>& committed() const { return commits_.committed(); }
  const SubscriptionState& subscriptions() const { return subscriptions_; }
  const TopicSubscription& subscription() const { return topics_; }
  std::optional<NodeId> coordinator() const { return finder_.coordinator(); }
  GroupIdentity group_identity() const;
  ConsumerState member_state() const;
  std::optional<Instant> next_heartbeat() const;
  std::optional<Instant> poll_deadline() const;
  const Application& application() const { return application_; }
  std::int64_t records_consumed() const { return fetcher_.records_consumed(); }
  const std::string& last_error() const { return last_error_; }
  const Metadata& metadata() const { return cluster_.metadata(); }

  /// What the application was given since the last call.
  std::vector<ConsumedRecord> take_consumed() { return fetcher_.consumed().take(); }

 private:
  MemberContext context(env::Env& env) {
    return {
        {env, config_, cluster_, subscriptions_, topics_, last_error_, next_tag_, listener_},
        finder_,
        commits_,
        auto_commit_};
  }
  friend class ClientLoop<KafkaConsumer>;
  ClusterClient& cluster() { return cluster_; }
  bool timer_fired(env::TimerKind kind);
  std::array<Wakeup*, 5> timers() {
    return {&send_timer_, &work_timer_, &heartbeat_timer_, &rejoin_timer_, &commit_timer_};
  }
  bool has_group() const { return !config_.group_id.empty(); }
  Result<void> need_group(const char* what) const;
  void assign_by_hand(env::Env& env, std::vector<TopicPartition> partitions);
  void run(env::Env& env);
  void poll(MemberContext& in);
  void auto_commit(MemberContext& in);
  void commit_before_heartbeat(MemberContext& in);
  void hand_out(MemberContext& in);
  void settle(MemberContext& in);
  void take_setback(MemberContext& in, const OffsetCommitter::Setback& setback);
  void finish_commit(MemberContext& in, const OffsetCommitter::Done& done);
  void request_failed(MemberContext& in, const protocol::InFlight& died, ErrorCode why);
  void continue_close(MemberContext& in);
  void set_timers(env::Env& env);
  void take_outcome(env::Env& env, const Outcome& outcome);
  void check_leaders();
  std::optional<Instant> next_retry(Instant now) const;
  void wake_now(env::Env& env) { send_timer_.set(env, env.now()); }

  ConsumerConfig config_;
  ClusterClient cluster_;
  TopicSubscription topics_;
  SubscriptionState subscriptions_;
  CoordinatorFinder finder_;
  std::variant<ClassicMembership, ConsumerMembership> membership_;
  OffsetCommitter commits_;
  CommittedOffsets committed_offsets_;
  AutoCommit auto_commit_;
  std::optional<CommitId> last_auto_commit_;
  OffsetFetcher offsets_;
  Fetcher fetcher_;
  Application application_;
  const RebalanceListener* listener_ = nullptr;
  std::vector<const ConsumerInterceptor*> interceptors_;
  protocol::RequestTag next_tag_ = 1;
  std::int64_t checked_metadata_ = 0;  // version of the metadata whose leaders we compared
  std::string last_error_;
  std::optional<Instant> close_by_;  // close() was called, and gives up then
  bool left_ = false, closed_ = false;
  Wakeup send_timer_{env::TimerKind::ClientSend};
  Wakeup work_timer_{env::TimerKind::Workload};
  Wakeup heartbeat_timer_{env::TimerKind::GroupHeartbeat};
  Wakeup rejoin_timer_{env::TimerKind::GroupRejoin};
  Wakeup commit_timer_{env::TimerKind::AutoCommit};
};

}  // namespace kscope::client
