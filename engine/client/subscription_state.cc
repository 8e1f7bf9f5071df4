#include "engine/client/subscription_state.h"

namespace kscope::client {

const char* to_string(FetchState state) {
  switch (state) {
    case FetchState::Initializing: return "initializing";
    case FetchState::AwaitReset: return "awaiting reset";
    case FetchState::AwaitValidation: return "awaiting validation";
    case FetchState::Fetching: return "fetching";
    case FetchState::Halted: return "halted";
  }
  return "?";
}

void AssignedPartition::become(FetchState next) {
  KCHECK(kFetchTransitions[static_cast<std::size_t>(state)][static_cast<std::size_t>(next)]);
  KCHECK(position || (next != FetchState::Fetching && next != FetchState::AwaitValidation));
  state = next;
}

void SubscriptionState::assign(env::Env& env, const std::vector<TopicPartition>& partitions) {
  std::map<TopicPartition, AssignedPartition> next;
  for (const TopicPartition& name : partitions) {
    const auto known = partitions_.find(name);
    if (known != partitions_.end()) {
      next.insert(*known);
    } else {
      AssignedPartition fresh;
      fresh.ref = env.names.intern(name);
      next.emplace(name, std::move(fresh));
    }
  }
  for (auto& [name, gone] : partitions_) {
    if (!next.contains(name)) clear_preferred(env, gone);
  }
  partitions_ = std::move(next);
}

AssignedPartition* SubscriptionState::find(const TopicPartition& partition) {
  const auto it = partitions_.find(partition);
  return it == partitions_.end() ? nullptr : &it->second;
}

std::map<std::string, std::int32_t> SubscriptionState::read_replicas() const {
  std::map<std::string, std::int32_t> result;
  for (const auto& [name, p] : partitions_) {
    if (p.preferred_replica) result.emplace(name.str(), p.preferred_replica->value());
  }
  return result;
}

void SubscriptionState::seek(env::Env& env, const TopicPartition& partition, Offset offset,
                             const LeaderAndEpoch& leader) {
  // Nobody knows which record stands before an arbitrary offset, so there is no epoch to validate.
  move_to(env, partition, FetchPosition{offset, std::nullopt, leader});
}

void SubscriptionState::request_reset(const TopicPartition& partition, std::int64_t timestamp) {
  AssignedPartition* p = find(partition);
  KCHECK(p != nullptr);
  p->reset_to = timestamp;
  p->asked.reset();
  p->retry_at = {};
  p->become(FetchState::AwaitReset);
}

void SubscriptionState::move_to(env::Env& env, const TopicPartition& partition,
                                const FetchPosition& position) {
  AssignedPartition* p = find(partition);
  KCHECK(p != nullptr);
  p->position = position;
  p->asked.reset();
  p->retry_at = {};
  p->become(FetchState::Fetching);
  env.events.emit(env.node, event::PositionChanged{p->ref, position.offset});
}

void SubscriptionState::seek_unvalidated(env::Env& env, const TopicPartition& partition,
                                         const FetchPosition& position) {
  move_to(env, partition, position);
  validate(*find(partition));
}

Offsets SubscriptionState::all_consumed() const {
  Offsets consumed;
  for (const auto& [name, p] : partitions_) {
    if (p.state != FetchState::Fetching) continue;
    consumed[name] = {p.position->offset, p.position->offset_epoch, {}};
  }
  return consumed;
}

std::vector<TopicPartition> SubscriptionState::names() const {
  std::vector<TopicPartition> names;
  for (const auto& [name, p] : partitions_) names.push_back(name);
  return names;
}

void SubscriptionState::mark_pending_revocation() {
  for (auto& [name, p] : partitions_) p.pending_revocation = true;
}

bool SubscriptionState::reset_or_halt(AssignedPartition& partition) {
  partition.asked.reset();
  if (policy_ == OffsetReset::None) {
    partition.become(FetchState::Halted);
    return false;
  }
  partition.reset_to = policy_ == OffsetReset::Earliest ? kEarliestTimestamp : kLatestTimestamp;
  partition.retry_at = {};
  partition.become(FetchState::AwaitReset);
  return true;
}

void SubscriptionState::leader_may_have_changed(const TopicPartition& partition,
                                                const LeaderAndEpoch& leader) {
  AssignedPartition* p = find(partition);
  if (p == nullptr) return;
  if (p->state != FetchState::Fetching && p->state != FetchState::AwaitValidation) return;
  if (!leader.leader && !leader.epoch) return;
  if (p->position->current_leader == leader) return;
  p->position->current_leader = leader;
  p->retry_at = {};
  validate(*p);
}

void SubscriptionState::validate(AssignedPartition& partition) {
  partition.asked.reset();
  const bool can = partition.position->offset_epoch && partition.position->current_leader.epoch;
  partition.become(can ? FetchState::AwaitValidation : FetchState::Fetching);
}

void SubscriptionState::prefer(env::Env& env, AssignedPartition& partition, NodeId replica,
                               Instant until) {
  if (partition.preferred_replica != replica) {
    env.events.emit(env.node, event::PreferredReplicaSet{partition.ref, replica});
  }
  partition.preferred_replica = replica;
  partition.prefer_until = until;
}

bool SubscriptionState::clear_preferred(env::Env& env, AssignedPartition& partition) {
  if (!partition.preferred_replica) return false;
  env.events.emit(env.node,
                  event::PreferredReplicaCleared{partition.ref, *partition.preferred_replica});
  partition.preferred_replica.reset();
  return true;
}

// Kafka: AbstractFetch.selectReadReplica.
std::optional<NodeId> SubscriptionState::read_replica(env::Env& env, AssignedPartition& partition,
                                                      const Metadata& metadata) {
  // From time to time the leader is asked again: a nearer replica may have come, or it may be gone.
  const bool outdated =
      partition.preferred_replica && (env.now() >= partition.prefer_until ||
                                      !metadata.knows_node(*partition.preferred_replica));
  if (outdated) clear_preferred(env, partition);
  if (partition.preferred_replica) return partition.preferred_replica;
  return partition.position->current_leader.leader;
}

void SubscriptionState::advance(env::Env& env, AssignedPartition& partition, Offset to,
                                std::optional<LeaderEpoch> epoch, bool told_by_records_consumed) {
  partition.position->offset = to;
  if (epoch) partition.position->offset_epoch = epoch;
  if (!told_by_records_consumed) {
    env.events.emit(env.node, event::PositionChanged{partition.ref, to});
  }
}

}  // namespace kscope::client
