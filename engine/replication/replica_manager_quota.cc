// The two replication quotas: which replicas they hold back, and when (KIP-73).
#include "engine/replication/replica_manager.h"

namespace kscope::replication {

void ReplicaManager::update_throttles(const metadata::MetadataImage& image,
                                      const metadata::MetadataDelta& delta) {
  leader_quota_.set_limit(config_.leader_throttle_rate);
  follower_quota_.set_limit(config_.follower_throttle_rate);
  const auto set = [&](const std::string& topic) {
    const auto& own = image.topic_config(topic);
    const auto value = [&](const char* name) {
      const auto found = own.find(name);
      return found == own.end() ? std::string() : found->second;
    };
    leader_quota_.set_throttled(topic, value("leader.replication.throttled.replicas"),
                                config_.broker);
    follower_quota_.set_throttled(topic, value("follower.replication.throttled.replicas"),
                                  config_.broker);
  };
  for (const auto& topic : delta.deleted_topics) set(topic.name);
  for (const std::string& topic : delta.topic_configs) set(topic);
}

bool ReplicaManager::exceeded(env::Env& env, event::ThrottleSide side) {
  const bool leader = side == event::ThrottleSide::Leader;
  const ReplicationQuota& quota = leader ? leader_quota_ : follower_quota_;
  bool& known = leader ? leader_exceeded_ : follower_exceeded_;
  const bool now = quota.anything_throttled() && quota.is_exceeded(env.now());
  if (now != known) {
    known = now;
    env.events.emit(env.node,
                    event::ReplicationThrottled{side, now, quota.bytes_per_second(env.now()),
                                                quota.limit()});
  }
  return now;
}

bool ReplicaManager::holds_back(const FetchSource& source, const TopicPartition& partition) const {
  if (!leader_exceeded_ || !source.follower || !leader_quota_.is_throttled(partition)) return false;
  const HostedPartition* hosted = find(partition);
  return hosted != nullptr && !hosted->partition.isr().contains(*source.follower);
}

void ReplicaManager::throttle_read(env::Env& env, const FetchSource& source,
                                   const TopicPartition& partition, PartitionRead& read) {
  if (!source.follower || !leader_quota_.is_throttled(partition)) return;
  exceeded(env, event::ThrottleSide::Leader);
  if (holds_back(source, partition)) read.records.clear();
  leader_quota_.record(env.now(), static_cast<std::int64_t>(read.records.size()));
}

bool ReplicaManager::may_fetch(env::Env& env, const TopicPartition& partition, bool in_sync) {
  if (!follower_quota_.is_throttled(partition)) return true;
  return !exceeded(env, event::ThrottleSide::Follower) || in_sync;
}

}  // namespace kscope::replication
