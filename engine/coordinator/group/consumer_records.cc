#include "engine/coordinator/group/consumer_records.h"

#include <algorithm>

namespace kscope::coordinator {

using namespace protocol;

AssignedTopics to_record(const PartitionsByTopicId& partitions) {
  AssignedTopics topics;
  for (const auto& [topic, list] : partitions) topics.push_back({topic, list});
  return topics;
}

PartitionsByTopicId from_record(const AssignedTopics& topics) {
  PartitionsByTopicId partitions;
  for (const AssignedTopicPartitions& topic : topics) {
    if (topic.partitions.empty()) continue;
    std::vector<std::int32_t>& list = partitions[topic.topic_id];
    list.insert(list.end(), topic.partitions.begin(), topic.partitions.end());
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return partitions;
}

GroupRecord group_epoch_record(const std::string& group, std::int32_t epoch) {
  return {ConsumerGroupMetadataKey{group}, ConsumerGroupMetadataValue{epoch}};
}

GroupRecord subscription_metadata_record(const std::string& group,
                                         const SubscriptionMetadata& metadata) {
  ConsumerGroupPartitionMetadataValue value;
  for (const auto& [name, topic] : metadata) value.topics.push_back(topic);
  return {ConsumerGroupPartitionMetadataKey{group}, std::move(value)};
}

GroupRecord member_record(const std::string& group, const ConsumerGroupMember& member) {
  ConsumerGroupMemberMetadataValue value;
  value.instance_id = member.instance_id;
  value.rack_id = member.rack_id;
  value.client_id = member.client_id;
  value.client_host = member.client_host;
  value.subscribed_topic_names = member.topics;
  value.subscribed_topic_regex = member.regex;
  value.rebalance_timeout_ms = member.rebalance_timeout_ms;
  value.server_assignor = member.server_assignor;
  value.classic_member_metadata = member.classic;
  return {ConsumerGroupMemberMetadataKey{group, member.id}, std::move(value)};
}

GroupRecord target_epoch_record(const std::string& group, std::int32_t epoch) {
  return {ConsumerGroupTargetAssignmentMetadataKey{group},
          ConsumerGroupTargetAssignmentMetadataValue{epoch}};
}

GroupRecord target_record(const std::string& group, const std::string& member,
                          const PartitionsByTopicId& target) {
  return {ConsumerGroupTargetAssignmentMemberKey{group, member},
          ConsumerGroupTargetAssignmentMemberValue{to_record(target)}};
}

GroupRecord current_assignment_record(const std::string& group, const ConsumerGroupMember& member) {
  ConsumerGroupCurrentMemberAssignmentValue value;
  value.member_epoch = member.epoch;
  value.previous_member_epoch = member.previous_epoch;
  value.state = static_cast<std::int8_t>(member.state);
  value.assigned_partitions = to_record(member.assigned);
  value.partitions_pending_revocation = to_record(member.pending_revocation);
  return {ConsumerGroupCurrentMemberAssignmentKey{group, member.id}, std::move(value)};
}

void add_member_tombstones(std::vector<GroupRecord>& records, const std::string& group,
                           const std::string& member) {
  records.push_back({ConsumerGroupCurrentMemberAssignmentKey{group, member}, std::nullopt});
  records.push_back({ConsumerGroupTargetAssignmentMemberKey{group, member}, std::nullopt});
  records.push_back({ConsumerGroupMemberMetadataKey{group, member}, std::nullopt});
}

void add_group_tombstones(std::vector<GroupRecord>& records, const ConsumerGroup& group) {
  const std::string& id = group.id();
  for (const auto& [member, unused] : group.members()) {
    records.push_back({ConsumerGroupCurrentMemberAssignmentKey{id, member}, std::nullopt});
  }
  for (const auto& [member, unused] : group.members()) {
    records.push_back({ConsumerGroupTargetAssignmentMemberKey{id, member}, std::nullopt});
  }
  records.push_back({ConsumerGroupTargetAssignmentMetadataKey{id}, std::nullopt});
  for (const auto& [member, unused] : group.members()) {
    records.push_back({ConsumerGroupMemberMetadataKey{id, member}, std::nullopt});
  }
  records.push_back({ConsumerGroupPartitionMetadataKey{id}, std::nullopt});
  records.push_back({ConsumerGroupMetadataKey{id}, std::nullopt});
}

void add_group_records(std::vector<GroupRecord>& records, const ConsumerGroup& group) {
  const std::string& id = group.id();
  for (const auto& [name, member] : group.members()) records.push_back(member_record(id, member));
  records.push_back(group_epoch_record(id, group.epoch()));
  for (const auto& [name, member] : group.members()) {
    records.push_back(target_record(id, name, group.target(name)));
  }
  records.push_back(target_epoch_record(id, group.assignment_epoch()));
  for (const auto& [name, member] : group.members()) {
    records.push_back(current_assignment_record(id, member));
  }
}

}  // namespace kscope::coordinator
