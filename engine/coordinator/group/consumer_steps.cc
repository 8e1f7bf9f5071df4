// The three steps of a heartbeat, and how members of a KIP-848 group go.
#include "engine/coordinator/group/consumer_operation.h"
#include "engine/coordinator/group/consumer_records.h"

namespace kscope::coordinator {

using event::MemberEnd;
using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

/// Step 1a. True if the subscription is another one.
bool ConsumerOperation::write_member(const Change& change) {
  if (change.after == change.before) return false;
  decision_.records.push_back(member_record(group_.id(), change.after));
  return change.after.topics != change.before.topics || change.after.regex != change.before.regex;
}

/// Step 1b. Topics are looked at again if the subscription changed, or if it is time to.
ConsumerOperation::Round ConsumerOperation::update_epoch(const Change& change, bool bump) {
  Round round{group_.epoch(), group_.subscription_metadata(), group_.assignment_epoch(), {}};
  if (!bump && !group_.has_metadata_expired(context_.env.now())) return round;
  const TopicCounts topics =
      group_.subscribed_topics(context_.metadata, &change.before, &change.after);
  round.metadata = metadata_of(topics, context_.metadata);
  if (round.metadata != group_.subscription_metadata()) {
    bump = true;
    decision_.records.push_back(subscription_metadata_record(group_.id(), round.metadata));
  }
  if (bump) {
    ++round.group_epoch;
    decision_.records.push_back(group_epoch_record(group_.id(), round.group_epoch));
  }
  refreshed_ = {context_.env.now(), round.group_epoch};
  return round;
}

GroupSpec ConsumerOperation::group_spec(const Change& change, const Round& round) const {
  GroupSpec spec;
  for (const auto& [name, topic] : round.metadata) {
    spec.partition_counts[topic.topic_id] = topic.num_partitions;
  }
  std::map<std::string, const ConsumerGroupMember*> members;
  for (const auto& [id, member] : group_.members()) members[id] = &member;
  if (change.after.instance_id) {
    const ConsumerGroupMember* before = group_.static_member(*change.after.instance_id);
    if (before) members.erase(before->id);  // replaced, or the same that is put back now
  }
  members[change.after.id] = &change.after;
  for (const auto& [id, member] : members) {
    MemberSpec& one = spec.members[id];
    one.instance_id = member->instance_id;
    one.target = member == &change.after ? group_.target(*member) : group_.target(id);
    for (const std::string& topic : topics_of(*member, context_.metadata)) {
      const auto known = round.metadata.find(topic);
      if (known != round.metadata.end()) one.topics.insert(known->second.topic_id);
    }
    if (one.topics != spec.members.begin()->second.topics) {
      spec.subscriptions = SubscriptionType::Heterogeneous;
    }
  }
  return spec;
}

/// Step 2. False if the assignor could not do it.
bool ConsumerOperation::update_target(const Change& change, Round& round) {
  if (round.group_epoch <= group_.assignment_epoch()) {
    round.target = group_.target(change.after);
    return true;
  }
  const std::string name = group_.preferred_assignor(&change.before, &change.after)
                               .value_or(context_.config.assignors.front());
  const ServerAssignor* assignor = find_server_assignor(name);
  if (!assignor) return false;
  const GroupSpec spec = group_spec(change, round);
  auto assigned = assignor->assign(spec);
  if (!assigned.ok()) return false;
  for (const auto& [id, member] : spec.members) {
    const PartitionsByTopicId& target = assigned.value()[id];
    const auto before = group_.targets().find(id);
    if (before == group_.targets().end() || before->second != target) {
      decision_.records.push_back(target_record(group_.id(), id, target));
    }
  }
  decision_.records.push_back(target_epoch_record(group_.id(), round.group_epoch));
  round.target_epoch = round.group_epoch;
  round.target = assigned.value()[change.after.id];
  return true;
}

/// Step 3.
ConsumerGroupMember ConsumerOperation::step_towards(
    const ConsumerGroupMember& member, const Round& round,
    const std::optional<PartitionsByTopicId>& owned) {
  if (member.is_reconciled_to(round.target_epoch)) return member;
  Reconciliation towards{round.target_epoch, round.target, owned, {}};
  towards.is_held = [this](const Uuid& topic, std::int32_t partition) {
    return group_.owner(topic, partition) != nullptr;
  };
  ConsumerGroupMember next = reconcile(member, towards);
  if (next == member) return next;
  decision_.records.push_back(current_assignment_record(group_.id(), next));
  if (next.uses_classic_protocol()) return next;
  if (next.state == MemberState::UnrevokedPartitions) {
    set_timer(TimerPurpose::Rebalance, next.id, millis(next.rebalance_timeout_ms));
  } else {
    context_.timers.cancel({TimerPurpose::Rebalance, group_.id(), next.id});
  }
  return next;
}

// ---- the end of a membership ------------------------------------------------------------------

void ConsumerOperation::leave(const Caller& caller, const ConsumerGroupHeartbeatRequest& request) {
  const ConsumerGroupMember* member = group_.member(request.member_id);
  ErrorCode error = member ? ErrorCode::NONE : ErrorCode::UNKNOWN_MEMBER_ID;
  if (request.instance_id) {
    member = group_.static_member(*request.instance_id);
    error = ErrorCode::NONE;
    if (!member) {
      error = ErrorCode::UNKNOWN_MEMBER_ID;
    } else if (member->id != request.member_id) {
      error = ErrorCode::FENCED_INSTANCE_ID;
    }
  }
  if (error != ErrorCode::NONE) {
    return refuse(caller, error, std::string("The member cannot leave: ") + to_string(error));
  }
  ConsumerGroupHeartbeatResponse response;
  response.member_id = member->id;
  response.member_epoch = request.member_epoch;
  if (request.member_epoch == kStaticLeaveEpoch) {
    // It will be back: its place is kept until its session is over.
    ConsumerGroupMember away = *member;
    away.epoch = kStaticLeaveEpoch;
    away.pending_revocation.clear();
    decision_.records.push_back(current_assignment_record(group_.id(), away));
  } else {
    fence(*member, MemberEnd::Left);
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

void ConsumerOperation::set_timer(TimerPurpose purpose, const std::string& member_id,
                                  Duration after) {
  context_.timers.set({purpose, group_.id(), member_id}, context_.env.now() + after);
}

void ConsumerOperation::renew_session(const ConsumerGroupMember& member, NodeId client) {
  const Duration timeout = member.classic ? millis(member.classic->session_timeout_ms)
                                          : context_.config.consumer_session_timeout;
  set_timer(TimerPurpose::Session, member.id, timeout);
  notes_.clients[{group_.id(), member.id}] = client;
  context_.emit(event::MemberSessionSet{context_.name(group_.id()), context_.name(member.id),
                                        timeout, client});
}

void ConsumerOperation::remove(const ConsumerGroupMember& member, MemberEnd end) {
  notes_.endings[{group_.id(), member.id}] = end;
  add_member_tombstones(decision_.records, group_.id(), member.id);
}

void ConsumerOperation::bump_without(const std::vector<const ConsumerGroupMember*>& gone) {
  ConsumerGroup rest = group_;
  for (const ConsumerGroupMember* member : gone) rest.remove_member(member->id);
  const SubscriptionMetadata metadata =
      metadata_of(rest.subscribed_topics(context_.metadata, nullptr, nullptr), context_.metadata);
  if (metadata != group_.subscription_metadata()) {
    decision_.records.push_back(subscription_metadata_record(group_.id(), metadata));
  }
  decision_.records.push_back(group_epoch_record(group_.id(), group_.epoch() + 1));
}

void ConsumerOperation::fence(const ConsumerGroupMember& member, MemberEnd end) {
  remove(member, end);
  bump_without({&member});
}

void ConsumerOperation::timer_expired(const TimerName& timer) {
  const ConsumerGroupMember* member = group_.member(timer.member);
  if (!member) return;
  switch (timer.purpose) {
    case TimerPurpose::Session:
      return fence(*member, MemberEnd::SessionExpired);
    case TimerPurpose::PendingSync:
      return fence(*member, MemberEnd::RebalanceTimedOut);
    case TimerPurpose::Rebalance:
      // It did not give up its partitions in time, or (classic) did not join again. A static member
      // that is away has another epoch now, and its session to come back in.
      if (member->classic || (member->state == MemberState::UnrevokedPartitions &&
                              member->epoch != kStaticLeaveEpoch)) {
        fence(*member, MemberEnd::RebalanceTimedOut);
      }
      return;
    default:
      return;
  }
}

bool ConsumerOperation::may_downgrade_without(const ConsumerGroupMember& member) const {
  const std::size_t others = group_.members().size() - 1;
  return context_.config.may_downgrade() && others >= 1 && !member.classic &&
         group_.classic_members() == others &&
         others <= static_cast<std::size_t>(context_.config.max_size);
}

}  // namespace kscope::coordinator
