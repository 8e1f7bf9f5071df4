// What the application may ask of its consumer, and what it may read off it.
#include <fmt/core.h>

#include <algorithm>

#include "engine/client/kafka_consumer.h"

namespace kscope::client {

Result<void> KafkaConsumer::need_group(const char* what) const {
  if (has_group()) return {};
  return Error{ErrorKind::Invalid, fmt::format("{} needs a group.id; the consumer has none", what)};
}

Result<void> KafkaConsumer::subscribe(env::Env& env, const std::vector<std::string>& topics) {
  KTRY(need_group("subscribe"));
  if (topics.empty()) return unsubscribe(env), Result<void>();
  KTRY(topics_.subscribe(topics));
  cluster_.metadata().want(topics_.topics());
  wake_now(env);
  return {};
}

Result<void> KafkaConsumer::subscribe_pattern(env::Env& env, const std::string& pattern) {
  KTRY(need_group("subscribe"));
  KTRY(topics_.subscribe_pattern(pattern));
  topics_.match(cluster_.metadata().known_topics());
  cluster_.metadata().want_all(true);
  wake_now(env);
  return {};
}

Result<void> KafkaConsumer::assign(env::Env& env, const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return unsubscribe(env), Result<void>();
  KTRY(topics_.assign_by_hand());
  if (config_.enable_auto_commit) {  // what is dropped here has no rebalance that commits it
    commits_.commit(subscriptions_.all_consumed(), OffsetCommitter::Kind::Auto);
  }
  assign_by_hand(env, partitions);
  std::set<std::string> topics;
  for (const TopicPartition& partition : partitions) topics.insert(partition.topic);
  cluster_.metadata().want(topics);
  wake_now(env);
  return {};
}

Result<void> KafkaConsumer::may_subscribe(SubscriptionType type) const {
  if (type != SubscriptionType::Manual) KTRY(need_group("subscribe"));
  return topics_.may_become(type);
}

/// No listener is told of these: the application knows what it does.
void KafkaConsumer::assign_by_hand(env::Env& env, std::vector<TopicPartition> partitions) {
  std::sort(partitions.begin(), partitions.end());
  const std::vector<TopicPartition> before = subscriptions_.names();
  for (const TopicPartition& name : without(before, partitions)) {
    env.events.emit(env.node, event::PartitionRevoked{env.names.intern(name), false});
  }
  subscriptions_.assign(env, partitions);
  for (const TopicPartition& name : without(partitions, before)) {
    env.events.emit(env.node, event::PartitionAssigned{env.names.intern(name)});
  }
}

void KafkaConsumer::unsubscribe(env::Env& env) {
  MemberContext in = context(env);
  if (topics_.by_group()) {
    std::visit([&](auto& m) { m.leave(in, "the consumer unsubscribed from all topics", false); },
               membership_);
  }
  topics_.unsubscribe();
  assign_by_hand(env, {});
  cluster_.metadata().want_all(false);
  cluster_.metadata().want({});
  wake_now(env);
}

bool KafkaConsumer::seek(env::Env& env, const TopicPartition& partition, Offset offset) {
  if (subscriptions_.find(partition) == nullptr) return false;
  subscriptions_.seek(env, partition, offset, cluster_.metadata().current_leader(partition));
  wake_now(env);
  return true;
}

bool KafkaConsumer::seek_to(env::Env& env, const TopicPartition& partition, OffsetReset where) {
  if (where == OffsetReset::None) return false;
  return seek_to_time(env, partition,
                      where == OffsetReset::Earliest ? kEarliestTimestamp : kLatestTimestamp);
}

bool KafkaConsumer::seek_to_time(env::Env& env, const TopicPartition& partition,
                                 std::int64_t timestamp_ms) {
  if (subscriptions_.find(partition) == nullptr) return false;
  subscriptions_.request_reset(partition, timestamp_ms);
  wake_now(env);
  return true;
}

bool KafkaConsumer::pause(env::Env& env, const TopicPartition& partition, bool paused) {
  AssignedPartition* p = subscriptions_.find(partition);
  if (p == nullptr) return false;
  p->paused = paused;
  wake_now(env);
  return true;
}

Result<void> KafkaConsumer::commit(env::Env& env, bool sync) {
  return commit(env, subscriptions_.all_consumed(), sync);
}

Result<void> KafkaConsumer::commit(env::Env& env, const Offsets& offsets, bool sync) {
  KTRY(need_group("commit"));
  const auto kind = sync ? OffsetCommitter::Kind::Sync : OffsetCommitter::Kind::Async;
  commits_.commit(offsets, kind, env.now() + config_.api_timeout);
  wake_now(env);
  return {};
}

Result<void> KafkaConsumer::ask_committed(env::Env& env,
                                          const std::vector<TopicPartition>& partitions) {
  KTRY(need_group("committed"));
  committed_offsets_.ask(partitions);
  wake_now(env);
  return {};
}

void KafkaConsumer::stall(env::Env& env, bool stalled) {
  application_.stall(env, stalled);
  wake_now(env);
}

std::vector<TopicPartition> KafkaConsumer::paused() const {
  std::vector<TopicPartition> names;
  for (const auto& [name, partition] : subscriptions_.all()) {
    if (partition.paused) names.push_back(name);
  }
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

GroupIdentity KafkaConsumer::group_identity() const {
  return std::visit([&](const auto& m) { return m.identity(topics_); }, membership_);
}

ConsumerState KafkaConsumer::member_state() const {
  return std::visit([](const auto& m) { return m.state(); }, membership_);
}

std::optional<Instant> KafkaConsumer::next_heartbeat() const {
  return std::visit([](const auto& m) { return m.next_heartbeat(); }, membership_);
}

std::optional<Instant> KafkaConsumer::poll_deadline() const {
  return std::visit([](const auto& m) { return m.poll_deadline(); }, membership_);
}

}  // namespace kscope::client
