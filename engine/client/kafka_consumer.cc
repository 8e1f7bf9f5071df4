#include "engine/client/kafka_consumer.h"

#include <algorithm>

namespace kscope::client {

namespace {
/// A consumer has one Fetch and a few short requests under way; Java sets no limit at all.
constexpr std::size_t kMaxInFlight = 100;
}  // namespace

KafkaConsumer KafkaConsumer::start(env::Env& env, const ConsumerConfig& config,
                                   std::vector<NodeId> bootstrap) {
  (void)env;
  KafkaConsumer consumer;
  consumer.config_ = config;
  consumer.cluster_ = ClusterClient(config.common, std::move(bootstrap), kMaxInFlight,
                                    config.allow_auto_create_topics);
  consumer.subscriptions_ = SubscriptionState(config.auto_offset_reset);
  return consumer;
}

void KafkaConsumer::assign(env::Env& env, const std::vector<TopicPartition>& partitions) {
  subscriptions_.assign(env, partitions);
  for (const TopicPartition& partition : partitions) {
    cluster_.metadata().add_topic(partition.topic);
  }
  wake_now(env);
}

bool KafkaConsumer::seek(env::Env& env, const TopicPartition& partition, Offset offset) {
  if (subscriptions_.find(partition) == nullptr) return false;
  subscriptions_.seek(env, partition, offset, cluster_.metadata().current_leader(partition));
  wake_now(env);
  return true;
}

bool KafkaConsumer::seek_to(env::Env& env, const TopicPartition& partition, OffsetReset where) {
  if (subscriptions_.find(partition) == nullptr || where == OffsetReset::None) return false;
  subscriptions_.request_reset(partition, where);
  wake_now(env);
  return true;
}

void KafkaConsumer::run(env::Env& env) {
  if (closed_) return;
  ConsumerContext in = context(env);
  check_leaders();
  offsets_.run(in, &next_tag_);
  fetcher_.send_fetches(in, &next_tag_);
  if (env.now() >= next_poll_ && fetcher_.has_buffered()) {
    if (fetcher_.poll(in) > 0) next_poll_ = env.now() + config_.processing;
    fetcher_.send_fetches(in, &next_tag_);
  }
  cluster_.maybe_update_metadata(env);
  std::optional<Instant> wake = next_retry(env.now());
  if (fetcher_.has_buffered()) wake = earlier(wake, std::max(next_poll_, env.now()));
  send_timer_.set(env, earlier(wake, cluster_.next_reconnect_at(env.now())));
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

void KafkaConsumer::take_outcome(env::Env& env, const Outcome& outcome) {
  ConsumerContext in = context(env);
  if (outcome.arrived && !fetcher_.on_response(in, *outcome.arrived)) {
    offsets_.on_response(in, *outcome.arrived);
  }
  for (const protocol::InFlight& died : outcome.failed) {
    fetcher_.on_request_failed(died);
    offsets_.on_request_failed(in, died, outcome.failure);
  }
  run(env);
}

void KafkaConsumer::on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame,
                             FrameId id) {
  (void)id;
  take_outcome(env, cluster_.on_frame(env, from, frame));
}

void KafkaConsumer::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  take_outcome(env, cluster_.on_closed(env, connection));
}

bool KafkaConsumer::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  switch (kind) {
    case env::TimerKind::ClientSend:
      send_timer_.fired();
      break;
    case env::TimerKind::ClientMetadata:
      cluster_.metadata_timer_fired();
      break;
    case env::TimerKind::ClientRequest:
      take_outcome(env,
                   cluster_.on_request_timeout(env, NodeId(static_cast<std::int32_t>(key))));
      return true;
    default:
      return false;
  }
  run(env);
  return true;
}

void KafkaConsumer::close(env::Env& env) {
  if (closed_) return;
  closed_ = true;
  send_timer_.set(env, std::nullopt);
  cluster_.close_all(env);
}

std::vector<TopicPartition> KafkaConsumer::assigned() const {
  std::vector<TopicPartition> names;
  for (const auto& [name, partition] : subscriptions_.all()) names.push_back(name);
  return names;
}

std::map<TopicPartition, Offset> KafkaConsumer::positions() const {
  std::map<TopicPartition, Offset> result;
  for (const auto& [name, partition] : subscriptions_.all()) {
    if (partition.position) result.emplace(name, partition.position->offset);
  }
  return result;
}

std::map<TopicPartition, std::int64_t> KafkaConsumer::lag() const {
  std::map<TopicPartition, std::int64_t> result;
  for (const auto& [name, partition] : subscriptions_.all()) {
    if (!partition.position || !partition.high_watermark) continue;
    result.emplace(name, *partition.high_watermark - partition.position->offset);
  }
  return result;
}

}  // namespace kscope::client
