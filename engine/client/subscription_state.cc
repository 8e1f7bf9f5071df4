#include "engine/client/subscription_state.h"

#include "engine/client/backoff.h"

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
  partitions_ = std::move(next);
}

AssignedPartition* SubscriptionState::find(const TopicPartition& partition) {
  const auto it = partitions_.find(partition);
  return it == partitions_.end() ? nullptr : &it->second;
}

void SubscriptionState::seek(env::Env& env, const TopicPartition& partition, Offset offset,
                             const LeaderAndEpoch& leader) {
  // Nobody knows which record stands before an arbitrary offset, so there is no epoch to validate.
  move_to(env, partition, FetchPosition{offset, std::nullopt, leader});
}

void SubscriptionState::request_reset(const TopicPartition& partition, OffsetReset to) {
  AssignedPartition* p = find(partition);
  KCHECK(p != nullptr);
  p->reset = to;
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

bool SubscriptionState::reset_or_halt(AssignedPartition& partition) {
  partition.asked.reset();
  if (policy_ == OffsetReset::None) {
    partition.become(FetchState::Halted);
    return false;
  }
  partition.reset = policy_;
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

void SubscriptionState::advance(env::Env& env, AssignedPartition& partition, Offset to,
                                std::optional<LeaderEpoch> epoch, bool told_by_records_consumed) {
  partition.position->offset = to;
  if (epoch) partition.position->offset_epoch = epoch;
  if (!told_by_records_consumed) {
    env.events.emit(env.node, event::PositionChanged{partition.ref, to});
  }
}

void ConsumerContext::failed(AssignedPartition& partition, ErrorCode error) {
  if (says_metadata_is_stale(error) || error == ErrorCode::OFFSET_NOT_AVAILABLE) {
    cluster.metadata().request_update();
  }
  last_error = to_string(error);
  partition.retry_at = env.now() + backoff_after(config.common.retry_backoff,
                                                 config.common.retry_backoff_max, 1,
                                                 env.random[env::Purpose::ClientBackoff]);
  env.events.emit(env.node, event::FetchFailed{partition.ref, error});
}

}  // namespace kscope::client
