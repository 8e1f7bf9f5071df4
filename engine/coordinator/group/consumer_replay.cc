// Replay: what records make of groups, and what there is to tell of it.
//
// While the log is read at load nothing is told; on_loaded() then tells every group as it is. In
// operation each record tells its part, and the state of the group is told with the records that
// settle it (epochs and assignments), not with each in between.
#include <algorithm>

#include "engine/coordinator/group/classic_operation.h"
#include "engine/coordinator/group/consumer_records.h"
#include "engine/coordinator/group/group_metadata_manager.h"

namespace kscope::coordinator {

using namespace protocol;

namespace {

template <class Value>
const Value* value_as(const std::optional<GroupRecordValue>& value) {
  return value ? std::get_if<Value>(&*value) : nullptr;
}

}  // namespace

void GroupMetadataManager::replay(GroupContext& context, const GroupRecordKey& key,
                                  const std::optional<GroupRecordValue>& value) {
  if (const auto* k = std::get_if<GroupMetadataKey>(&key)) {
    replay_classic(context, k->group, value_as<GroupMetadataValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupMetadataKey>(&key)) {
    replay_group_epoch(context, k->group_id, value_as<ConsumerGroupMetadataValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupPartitionMetadataKey>(&key)) {
    replay_topics(context, k->group_id, value_as<ConsumerGroupPartitionMetadataValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupMemberMetadataKey>(&key)) {
    replay_member(context, k->group_id, k->member_id,
                  value_as<ConsumerGroupMemberMetadataValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupTargetAssignmentMetadataKey>(&key)) {
    replay_target_epoch(context, k->group_id,
                        value_as<ConsumerGroupTargetAssignmentMetadataValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupTargetAssignmentMemberKey>(&key)) {
    replay_target(context, k->group_id, k->member_id,
                  value_as<ConsumerGroupTargetAssignmentMemberValue>(value));
  } else if (const auto* k = std::get_if<ConsumerGroupCurrentMemberAssignmentKey>(&key)) {
    replay_current(context, k->group_id, k->member_id,
                   value_as<ConsumerGroupCurrentMemberAssignmentValue>(value));
  }
}

/// A topic keeps its name for ever, and an id is never used again.
void GroupMetadataManager::note_topics(GroupContext& context,
                                       const PartitionsByTopicId& partitions) {
  for (const auto& [topic, list] : partitions) {
    const metadata::TopicImage* known = context.metadata.topic(topic);
    notes_.topics.emplace(topic, known ? known->name : topic.str());
  }
}

void GroupMetadataManager::tell_difference(GroupContext& context, const std::string& group,
                                           const ConsumerGroupMember& member,
                                           const PartitionsByTopicId& these,
                                           const PartitionsByTopicId& those, bool given) {
  note_topics(context, these);
  for (const auto& [topic, partitions] : these) {
    const auto other = those.find(topic);
    for (const std::int32_t partition : partitions) {
      if (other != those.end() &&
          std::binary_search(other->second.begin(), other->second.end(), partition)) {
        continue;
      }
      context.emit(event::MemberAssignmentChanged{
          context.name(group), context.name(member.id),
          context.env.names.intern({topic_name(topic), partition}), member.epoch, given});
    }
  }
}

// ---- classic groups ---------------------------------------------------------------------------

void GroupMetadataManager::replay_classic(GroupContext& context, const std::string& group,
                                          const GroupMetadataValue* value) {
  if (!value) {
    if (classic(group)) remove_group(context, group);
    return;
  }
  if (!loaded_) {
    groups_.insert_or_assign(group, ClassicGroup(group, *value));
  } else if (!contains(group)) {  // out of a KIP-848 group
    auto& back = groups_.emplace(group, ClassicGroup(group, *value)).first->second;
    auto& created = std::get<ClassicGroup>(back);
    for (const auto& [id, unused] : created.members()) {
      const auto client = notes_.clients.extract({group, id});
      if (!client.empty()) created.member(id)->client = client.mapped();
    }
    announce_classic(context, created);
  }
}

void GroupMetadataManager::announce_classic(GroupContext& context, ClassicGroup& group) {
  group.announce(context);
  Decision none;
  ClassicOperation operation(context, group, none);
  for (const auto& [id, unused] : group.members()) operation.renew_session(*group.member(id));
}

// ---- consumer groups --------------------------------------------------------------------------

ConsumerGroup* GroupMetadataManager::replayed_group(GroupContext& context, const std::string& group,
                                                    bool create) {
  // A classic group of that name took its place: these are the tombstones of the one before.
  if (contains(group) || !create) return consumer(group);
  auto& made = groups_.emplace(group, ConsumerGroup(group)).first->second;
  auto& created = std::get<ConsumerGroup>(made);
  if (loaded_) announce_consumer(context, created);
  return &created;
}

void GroupMetadataManager::announce_state(GroupContext& context, ConsumerGroup& group) {
  const GroupState state = group.state();
  if (!loaded_ || state == group.announced) return;
  context.emit(
      event::GroupStateChanged{context.name(group.id()), group.announced, state, group.epoch()});
  group.announced = state;
}

void GroupMetadataManager::announce_consumer(GroupContext& context, ConsumerGroup& group) {
  context.emit(event::GroupEpochBumped{context.name(group.id()), group.epoch()});
  group.announced = GroupState::Dead;
  announce_state(context, group);
  for (const auto& [id, member] : group.members()) {
    context.emit(event::MemberAdded{context.name(group.id()), context.name(id),
                                    context.name(member.instance_id.value_or("")),
                                    client_of(group.id(), id)});
    context.emit(event::MemberEpochChanged{context.name(group.id()), context.name(id), member.state,
                                           member.epoch});
    tell_difference(context, group.id(), member, member.assigned, {}, true);
  }
  if (!group.is_empty()) tell_target(context, group);
}

void GroupMetadataManager::tell_target(GroupContext& context, ConsumerGroup& group) {
  group.assignor =
      group.preferred_assignor(nullptr, nullptr).value_or(context.config.assignors.front());
  std::size_t partitions = 0;
  for (const auto& [id, target] : group.targets()) {
    for (const auto& [topic, list] : target) partitions += list.size();
  }
  context.emit(event::TargetAssignmentComputed{
      context.name(group.id()), context.name(group.assignor), group.assignment_epoch(),
      static_cast<std::int32_t>(group.targets().size()), static_cast<std::int32_t>(partitions)});
}

void GroupMetadataManager::replay_group_epoch(GroupContext& context, const std::string& group,
                                              const ConsumerGroupMetadataValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  if (!value) return remove_group(context, group);
  found->set_epoch(value->epoch);
  if (!loaded_) return;
  context.emit(event::GroupEpochBumped{context.name(group), value->epoch});
  announce_state(context, *found);
}

void GroupMetadataManager::replay_topics(GroupContext& context, const std::string& group,
                                         const ConsumerGroupPartitionMetadataValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  SubscriptionMetadata topics;
  if (value) {
    for (const TopicMetadata& topic : value->topics) {
      topics[topic.topic_name] = topic;
      notes_.topics.emplace(topic.topic_id, topic.topic_name);
    }
  }
  found->set_subscription_metadata(std::move(topics));
}

void GroupMetadataManager::replay_member(GroupContext& context, const std::string& group,
                                         const std::string& member,
                                         const ConsumerGroupMemberMetadataValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  const ConsumerGroupMember* before = found->member(member);
  if (!value) {
    if (!before) return;
    found->remove_member(member);
    // Not before it is written: if the log refuses the tombstone, the member is still there, and so
    // must its session be. Kafka cancels it at once (consumerGroupFenceMember).
    context.timers.cancel({TimerPurpose::Rebalance, group, member});
    context.timers.cancel({TimerPurpose::PendingSync, group, member});
    const auto ending = notes_.endings.extract({group, member});
    if (ending.empty()) return;  // the whole group becomes a classic one; sessions go on
    context.timers.cancel({TimerPurpose::Session, group, member});
    notes_.clients.erase({group, member});
    context.emit(event::MemberRemoved{context.name(group), context.name(member), ending.mapped()});
    return;
  }
  ConsumerGroupMember after = before ? *before : ConsumerGroupMember();
  const bool is_new = before == nullptr;
  after.id = member;
  after.instance_id = value->instance_id;
  after.rack_id = value->rack_id;
  after.client_id = value->client_id;
  after.client_host = value->client_host;
  after.topics = value->subscribed_topic_names;
  std::sort(after.topics.begin(), after.topics.end());
  after.regex = value->subscribed_topic_regex;
  after.rebalance_timeout_ms = value->rebalance_timeout_ms;
  after.server_assignor = value->server_assignor;
  after.classic = value->classic_member_metadata;
  found->set_member(after);
  if (!loaded_ || !is_new) return;
  context.emit(event::MemberAdded{context.name(group), context.name(member),
                                  context.name(after.instance_id.value_or("")),
                                  client_of(group, member)});
  if (!context.timers.at({TimerPurpose::Session, group, member})) {
    Decision none;  // it comes out of a classic group
    ConsumerOperation(context, *found, notes_, none).renew_session(after, client_of(group, member));
  }
}

void GroupMetadataManager::replay_current(GroupContext& context, const std::string& group,
                                          const std::string& member,
                                          const ConsumerGroupCurrentMemberAssignmentValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  const ConsumerGroupMember* known = found->member(member);
  if (!known && !value) return;
  const ConsumerGroupMember before = known ? *known : ConsumerGroupMember();
  ConsumerGroupMember after = before;
  after.id = member;
  if (value) {
    after.epoch = value->member_epoch;
    after.previous_epoch = value->previous_member_epoch;
    after.state = value->state == 1   ? MemberState::UnrevokedPartitions
                  : value->state == 2 ? MemberState::UnreleasedPartitions
                                      : MemberState::Stable;
    after.assigned = from_record(value->assigned_partitions);
    after.pending_revocation = from_record(value->partitions_pending_revocation);
  } else {
    after.epoch = after.previous_epoch = kLeaveEpoch;
    after.assigned.clear();
    after.pending_revocation.clear();
  }
  found->set_member(after);
  if (!loaded_) return;
  tell_difference(context, group, after, before.assigned, after.assigned, false);
  tell_difference(context, group, after, after.assigned, before.assigned, true);
  if (!value) return;  // the end of the member follows
  if (after.state != before.state || after.epoch != before.epoch) {
    context.emit(event::MemberEpochChanged{context.name(group), context.name(member), after.state,
                                           after.epoch});
  }
  announce_state(context, *found);
}

void GroupMetadataManager::replay_target(GroupContext& context, const std::string& group,
                                         const std::string& member,
                                         const ConsumerGroupTargetAssignmentMemberValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  if (!value) return found->remove_target(member);
  PartitionsByTopicId target = from_record(value->topic_partitions);
  if (loaded_) note_topics(context, target);
  found->set_target(member, std::move(target));
}

void GroupMetadataManager::replay_target_epoch(
    GroupContext& context, const std::string& group,
    const ConsumerGroupTargetAssignmentMetadataValue* value) {
  ConsumerGroup* found = replayed_group(context, group, value != nullptr);
  if (!found) return;
  found->set_assignment_epoch(value ? value->assignment_epoch : kLeaveEpoch);
  if (!loaded_ || !value) return;
  tell_target(context, *found);
  announce_state(context, *found);
}

}  // namespace kscope::coordinator
