// The records of a KIP-848 group, made from what the coordinator knows and turned back into it.
//
// Kafka: CoordinatorRecordHelpers (GroupCoordinatorRecordHelpers from 4.0 on). Called by:
// consumer_operation, group_metadata_manager (replay), migration.
// Read next: coordinator/group/consumer_group.h
#pragma once

#include "engine/coordinator/group/consumer_group.h"

namespace kscope::coordinator {

using AssignedTopics = std::vector<protocol::AssignedTopicPartitions>;

AssignedTopics to_record(const PartitionsByTopicId& partitions);
PartitionsByTopicId from_record(const AssignedTopics& topics);
/// Of the lists in requests and answers, which all have topic_id and partitions.
template <class Topics>
PartitionsByTopicId partitions_of(const Topics& topics) {
  AssignedTopics list;
  for (const auto& topic : topics) list.push_back({topic.topic_id, topic.partitions});
  return from_record(list);
}

GroupRecord group_epoch_record(const std::string& group, std::int32_t epoch);
GroupRecord subscription_metadata_record(const std::string& group,
                                         const SubscriptionMetadata& metadata);
GroupRecord member_record(const std::string& group, const ConsumerGroupMember& member);
GroupRecord target_epoch_record(const std::string& group, std::int32_t epoch);
GroupRecord target_record(const std::string& group, const std::string& member,
                          const PartitionsByTopicId& target);
GroupRecord current_assignment_record(const std::string& group, const ConsumerGroupMember& member);

/// The end of a member: what it has, what it should have, and itself.
void add_member_tombstones(std::vector<GroupRecord>& records, const std::string& group,
                           const std::string& member);
/// The end of a group and of all that is in it.
void add_group_tombstones(std::vector<GroupRecord>& records, const ConsumerGroup& group);
/// Everything, of a group that comes from elsewhere (a classic one).
void add_group_records(std::vector<GroupRecord>& records, const ConsumerGroup& group);

}  // namespace kscope::coordinator
