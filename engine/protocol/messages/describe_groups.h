// DescribeGroups (key 15): state, members and assignments of classic groups.
//
// What kafka-consumer-groups.sh shows. A group that the coordinator does not know is answered as
// "Dead", without an error. Subscription and assignment of the members are only told in state
// Stable.
//
// v3 may ask for permitted operations (KIP-430), v4 adds instance ids (KIP-345), v5 is flexible.
// Called by: client/ (admin). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.describeGroups. Read next: messages/list_groups.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DescribeGroupsRequest {
  static constexpr const char* kName = "DescribeGroupsRequest";
  static constexpr ApiKey kApi = ApiKey::DescribeGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 5;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;

  bool operator==(const DescribeGroupsRequest&) const = default;
  void describe(auto& f) {
    f("Groups", groups);
    f("IncludeAuthorizedOperations", include_authorized_operations, since(3));
  }
};

struct DescribeGroupsResponse {
  static constexpr const char* kName = "DescribeGroupsResponse";
  static constexpr ApiKey kApi = ApiKey::DescribeGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 5;

  struct DescribedGroup {
    struct DescribedGroupMember {
      std::string member_id;
      std::optional<std::string> group_instance_id;  ///< of a static member
      std::string client_id;
      std::string client_host;
      Blob member_metadata;  ///< ConsumerProtocolSubscription
      Blob member_assignment;  ///< ConsumerProtocolAssignment

      bool operator==(const DescribedGroupMember&) const = default;
      void describe(auto& f) {
        f("MemberId", member_id);
        f("GroupInstanceId", group_instance_id, since(4).nullable(4).ignorable());
        f("ClientId", client_id);
        f("ClientHost", client_host);
        f("MemberMetadata", member_metadata, holds(Inside::Subscription));
        f("MemberAssignment", member_assignment, holds(Inside::Assignment));
      }
    };

    ErrorCode error_code = ErrorCode::NONE;
    std::string group_id;
    std::string group_state;  ///< "Stable", "PreparingRebalance" …
    std::string protocol_type;
    std::string protocol_data;  ///< the assignor in use
    std::vector<DescribedGroupMember> members;
    std::int32_t authorized_operations = kOperationsNotAsked;

    bool operator==(const DescribedGroup&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("GroupId", group_id);
      f("GroupState", group_state);
      f("ProtocolType", protocol_type);
      f("ProtocolData", protocol_data);
      f("Members", members);
      f("AuthorizedOperations", authorized_operations, since(3));
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;

  bool operator==(const DescribeGroupsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("Groups", groups);
  }
};

}  // namespace kscope::protocol
