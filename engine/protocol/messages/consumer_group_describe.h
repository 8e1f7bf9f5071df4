// ConsumerGroupDescribe (key 69): members, epochs, current and target assignment of a KIP-848
// group.
//
// A classic group is not found here (GROUP_ID_NOT_FOUND) and is described by DescribeGroups
// instead; an admin client asks here first.
// Called by: client/ (admin). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.consumerGroupDescribe. Read next: messages/find_coordinator.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ConsumerGroupDescribeRequest {
  static constexpr const char* kName = "ConsumerGroupDescribeRequest";
  static constexpr ApiKey kApi = ApiKey::ConsumerGroupDescribe;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;

  bool operator==(const ConsumerGroupDescribeRequest&) const = default;
  void describe(auto& f) {
    f("GroupIds", group_ids);
    f("IncludeAuthorizedOperations", include_authorized_operations);
  }
};

struct ConsumerGroupDescribeResponse {
  static constexpr const char* kName = "ConsumerGroupDescribeResponse";
  static constexpr ApiKey kApi = ApiKey::ConsumerGroupDescribe;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::string topic_name;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
    void describe(auto& f) {
      f("TopicId", topic_id);
      f("TopicName", topic_name);
      f("Partitions", partitions);
    }
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;

    bool operator==(const Assignment&) const = default;
    void describe(auto& f) {
      f("TopicPartitions", topic_partitions);
    }
  };

  struct DescribedGroup {
    struct Member {
      std::string member_id;
      std::optional<std::string> instance_id;  ///< of a static member
      std::optional<std::string> rack_id;
      std::int32_t member_epoch = 0;
      std::string client_id;
      std::string client_host;
      std::vector<std::string> subscribed_topic_names;
      std::optional<std::string> subscribed_topic_regex;  ///< null: by names
      Assignment assignment;
      Assignment target_assignment;

      bool operator==(const Member&) const = default;
      void describe(auto& f) {
        f("MemberId", member_id);
        f("InstanceId", instance_id, nullable());
        f("RackId", rack_id, nullable());
        f("MemberEpoch", member_epoch);
        f("ClientId", client_id);
        f("ClientHost", client_host);
        f("SubscribedTopicNames", subscribed_topic_names);
        f("SubscribedTopicRegex", subscribed_topic_regex, nullable());
        f("Assignment", assignment);
        f("TargetAssignment", target_assignment);
      }
    };

    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;  ///< "Stable", "Assigning", "Reconciling", "Empty"
    std::int32_t group_epoch = 0;  ///< counts changes of members or metadata
    std::int32_t assignment_epoch = 0;  ///< the group epoch of the target
    std::string assignor_name;
    std::vector<Member> members;
    std::int32_t authorized_operations = kOperationsNotAsked;

    bool operator==(const DescribedGroup&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable());
      f("GroupId", group_id);
      f("GroupState", group_state);
      f("GroupEpoch", group_epoch);
      f("AssignmentEpoch", assignment_epoch);
      f("AssignorName", assignor_name);
      f("Members", members);
      f("AuthorizedOperations", authorized_operations);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;

  bool operator==(const ConsumerGroupDescribeResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Groups", groups);
  }
};

}  // namespace kscope::protocol
