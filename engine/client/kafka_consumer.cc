#include "engine/client/kafka_consumer.h"

namespace kscope::client {

namespace {
/// A consumer has one Fetch and a few short requests under way; Java sets no limit at all.
constexpr std::size_t kMaxInFlight = 100;
/// Consumer.close() without an argument.
constexpr Duration kCloseTimeout = seconds(30);
}  // namespace

KafkaConsumer KafkaConsumer::start(env::Env& env, const ConsumerConfig& config,
                                   std::vector<NodeId> bootstrap) {
  KafkaConsumer consumer;
  consumer.config_ = config;
  consumer.cluster_ = ClusterClient(config.common, std::move(bootstrap), kMaxInFlight,
                                    config.allow_auto_create_topics);
  consumer.subscriptions_ = SubscriptionState(config.auto_offset_reset);
  consumer.application_ = Application(config.application);
  if (config.group_protocol == GroupProtocol::Consumer) {
    consumer.membership_ = ConsumerMembership(config);
  } else {
    consumer.membership_ = ClassicMembership(config);
  }
  consumer.auto_commit_.begin_anew(env.now(), config.auto_commit_interval);
  return consumer;
}

void KafkaConsumer::run(env::Env& env) {
  if (closed_) return;
  MemberContext in = context(env);
  check_leaders();
  if (application_.polls()) {
    std::visit([&](auto& membership) { membership.polled(env.now()); }, membership_);
  }
  if (has_group() && !left_) {
    if (application_.polls() && !close_by_) commit_before_heartbeat(in);
    std::visit([&](auto& membership) { membership.background(in); }, membership_);
  }
  settle(in);
  application_.run(in, commits_);
  const bool polled = !close_by_ && application_.polls();
  if (polled) poll(in);
  if (closed_) return;
  commits_.run(in, finder_, group_identity());
  settle(in);
  application_.run(in, commits_);  // what it waited for may have failed at once
  if (close_by_) continue_close(in);
  if (closed_) return;
  cluster_.maybe_update_metadata(env);
  set_timers(env);
  const bool is_back = !polled && !close_by_ && application_.polls();
  if (is_back) send_timer_.set(env, env.now());  // in poll() again, which nobody has called yet
}

void KafkaConsumer::poll(MemberContext& in) {
  bool ready = true;
  if (has_group()) {
    ready = std::visit([&](auto& membership) { return membership.poll(in); }, membership_);
    const auto fatal =
        std::visit([&](auto& membership) { return membership.fatal(); }, membership_);
    if (fatal) {
      in.env.events.emit(in.env.node, event::ApplicationEnded{*fatal});
      return close(in.env);
    }
  }
  // Without a place in the group a consumer looks up nothing, but goes on reading what it still
  // has.
  if (ready && has_group()) {
    auto_commit(in);
    committed_offsets_.run(in, finder_, group_identity());
  }
  if (ready) offsets_.run(in);
  fetcher_.send_fetches(in);
  if (fetcher_.has_available(subscriptions_)) hand_out(in);
}

void KafkaConsumer::auto_commit(MemberContext& in) {
  if (!config_.enable_auto_commit || !auto_commit_.due(in.env.now())) return;
  // With KIP-848 one at a time (Java: CommitRequestManager.AutoCommitState); the next one is made
  // as soon as this one is answered.
  const bool is_under_way = last_auto_commit_ && commits_.pending(*last_auto_commit_);
  if (is_under_way && config_.group_protocol == GroupProtocol::Consumer) return;
  auto_commit_.begin_anew(in.env.now(), config_.auto_commit_interval);
  last_auto_commit_ = commits_.commit(subscriptions_.all_consumed(), OffsetCommitter::Kind::Auto);
}

/// The answer to a heartbeat of KIP-848 may bring another epoch, and what was sent behind it with
/// the old one would be refused. So what is due goes first (Java: the order in RequestManagers).
void KafkaConsumer::commit_before_heartbeat(MemberContext& in) {
  const GroupIdentity now = group_identity();
  if (!now.consumer_protocol || now.as != GroupIdentity::As::Member) return;
  auto_commit(in);
  commits_.run(in, finder_, now);
}

void KafkaConsumer::hand_out(MemberContext& in) {
  const std::vector<RecordRun> records = fetcher_.poll(in);
  if (!records.empty()) {
    for (const auto& interceptor : interceptors_) interceptor->on_consume(in.env, records);
  }
  fetcher_.send_fetches(in);  // for the next poll, while the application works on these
  if (!records.empty()) {
    application_.take(in, commits_, records, subscriptions_.all_consumed());
  }
}

/// Tells the parts of each other what came of their requests.
void KafkaConsumer::settle(MemberContext& in) {
  for (const protocol::InFlight& died : finder_.take_died()) {
    request_failed(in, died, ErrorCode::NETWORK_EXCEPTION);
  }
  for (const auto& setback : commits_.take_setbacks()) take_setback(in, setback);
  if (const auto error = committed_offsets_.take_error()) take_setback(in, {*error, {}});
  for (const OffsetCommitter::Done& done : commits_.take_done()) finish_commit(in, done);
}

void KafkaConsumer::take_setback(MemberContext& in, const OffsetCommitter::Setback& setback) {
  std::visit([&](auto& membership) { membership.on_commit_setback(in, setback); }, membership_);
  for (const protocol::InFlight& died : finder_.take_died()) {
    request_failed(in, died, ErrorCode::NETWORK_EXCEPTION);
  }
}

void KafkaConsumer::finish_commit(MemberContext& in, const OffsetCommitter::Done& done) {
  if (done.error == ErrorCode::NONE && !done.taken.empty()) {
    for (const auto& interceptor : interceptors_) interceptor->on_commit(in.env, done.taken);
  }
  if (done.kind == OffsetCommitter::Kind::Auto && error_info(done.error).retriable) {
    auto_commit_.begin_anew(in.env.now(), config_.common.retry_backoff);
  }
}

void KafkaConsumer::request_failed(MemberContext& in, const protocol::InFlight& died,
                                   ErrorCode why) {
  fetcher_.on_request_failed(died);
  offsets_.on_request_failed(in, died, why);
  finder_.on_request_failed(in, died);
  commits_.on_request_failed(in, died, why);
  committed_offsets_.on_request_failed(in, died, why);
  std::visit([&](auto& membership) { membership.on_request_failed(in, died, why); }, membership_);
}

void KafkaConsumer::take_outcome(env::Env& env, const Outcome& outcome) {
  MemberContext in = context(env);
  if (outcome.disconnected) finder_.on_disconnected(in, *outcome.disconnected, outcome.failure);
  if (outcome.arrived) {
    const protocol::Arrived& arrived = *outcome.arrived;
    const bool taken = fetcher_.on_response(in, arrived) || finder_.on_response(in, arrived) ||
                       commits_.on_response(in, arrived) ||
                       committed_offsets_.on_response(in, commits_, arrived) ||
                       std::visit([&](auto& m) { return m.on_response(in, arrived); }, membership_);
    if (!taken) offsets_.on_response(in, arrived);
  }
  for (const protocol::InFlight& died : outcome.failed) request_failed(in, died, outcome.failure);
  run(env);
}

void KafkaConsumer::check_leaders() {
  const Metadata& metadata = cluster_.metadata();
  if (metadata.version() == checked_metadata_) return;
  checked_metadata_ = metadata.version();
  for (const auto& [name, partition] : subscriptions_.all()) {
    subscriptions_.leader_may_have_changed(name, metadata.current_leader(name));
  }
}

std::optional<Instant> KafkaConsumer::next_retry(Instant now) const {
  std::optional<Instant> first;
  for (const auto& [name, partition] : subscriptions_.all()) {
    if (partition.state == FetchState::Halted || partition.retry_at <= now) continue;
    first = earlier(first, partition.retry_at);
  }
  return first;
}

void KafkaConsumer::set_timers(env::Env& env) {
  const Instant now = env.now();
  const bool polls = application_.polls() && !close_by_;
  std::optional<Instant> wake = cluster_.next_reconnect_at(now);
  if (polls) {
    wake = earlier(wake, next_retry(now));
    if (fetcher_.has_available(subscriptions_)) wake = earlier(wake, now);
  }
  send_timer_.set(env, wake);
  work_timer_.set(env, application_.due());
  std::optional<Instant> heartbeat, rejoin = close_by_, commit;
  if (has_group()) {
    std::visit(
        [&](auto& membership) {
          if (!left_) heartbeat = membership.background_at(now, finder_);
          if (polls) rejoin = earlier(rejoin, membership.retry_at(now));
        },
        membership_);
    rejoin = earlier(rejoin, finder_.retry_at(now));
    rejoin = earlier(rejoin, commits_.retry_at(now));
    if (polls) rejoin = earlier(rejoin, committed_offsets_.retry_at(now));
    if (polls && config_.enable_auto_commit && !subscriptions_.all().empty()) {
      if (auto_commit_.next() > now) commit = auto_commit_.next();
    }
  }
  heartbeat_timer_.set(env, heartbeat);
  rejoin_timer_.set(env, rejoin);
  commit_timer_.set(env, commit);
}

bool KafkaConsumer::timer_fired(env::TimerKind kind) {
  for (Wakeup* timer : timers()) {
    if (timer->kind() != kind) continue;
    timer->fired();
    return true;
  }
  return false;
}

void KafkaConsumer::close(env::Env& env) {
  if (close_by_) return;
  close_by_ = env.now() + kCloseTimeout;
  application_.end();
  // Who was fenced has no generation to commit in: Java tries, and fails before it sends anything.
  const bool is_fenced =
      has_group() && std::visit([](auto& m) { return m.fatal().has_value(); }, membership_);
  if (has_group() && config_.enable_auto_commit && !is_fenced) {
    commits_.commit(subscriptions_.all_consumed(), OffsetCommitter::Kind::Sync, *close_by_);
  }
  run(env);
}

void KafkaConsumer::continue_close(MemberContext& in) {
  const bool late = in.env.now() >= *close_by_;
  if (commits_.pending() && !late) return;
  if (has_group() && !left_) {
    left_ = true;
    std::visit([&](auto& m) { m.leave(in, "the consumer is being closed", true); }, membership_);
  }
  if (!late && std::visit([](auto& m) { return m.leaving(); }, membership_)) return;
  closed_ = true;
  for (Wakeup* timer : timers()) timer->set(in.env, std::nullopt);
  cluster_.close_all(in.env);
}

}  // namespace kscope::client
