// LeaveGroup (key 13): do not wait for my session to end, I go now.
//
// A consumer that closes sends it, so that the others take over at once. A static member does not,
// as it means to come back under the same name; an admin client removes it by that name.
//
// v0 to v2 name one member; v3 many, by member id or instance id, each with its own error
// (KIP-345). v4 is flexible, v5 adds the reason (KIP-800).
// Called by: client/ (consumer, admin). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.classicGroupLeave. Read next: messages/describe_groups.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct LeaveGroupRequest {
  static constexpr const char* kName = "LeaveGroupRequest";
  static constexpr ApiKey kApi = ApiKey::LeaveGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 4;

  struct MemberIdentity {
    std::string member_id;  ///< empty: whoever has the instance id
    std::optional<std::string> group_instance_id;  ///< of a static member
    std::optional<std::string> reason;

    bool operator==(const MemberIdentity&) const = default;
    void describe(auto& f) {
      f("MemberId", member_id);
      f("GroupInstanceId", group_instance_id, nullable());
      f("Reason", reason, since(5).nullable(5).ignorable());
    }
  };

  std::string group_id;
  std::string member_id;
  std::vector<MemberIdentity> members;  ///< since v3

  bool operator==(const LeaveGroupRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("MemberId", member_id, versions(0, 2));
    f("Members", members, since(3));
  }
};

struct LeaveGroupResponse {
  static constexpr const char* kName = "LeaveGroupResponse";
  static constexpr ApiKey kApi = ApiKey::LeaveGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 4;

  struct MemberResponse {
    std::string member_id;
    std::optional<std::string> group_instance_id;  ///< of a static member
    ErrorCode error_code = ErrorCode::NONE;

    bool operator==(const MemberResponse&) const = default;
    void describe(auto& f) {
      f("MemberId", member_id);
      f("GroupInstanceId", group_instance_id, nullable());
      f("ErrorCode", error_code);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::vector<MemberResponse> members;  ///< since v3

  bool operator==(const LeaveGroupResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code);
    f("Members", members, since(3));
  }
};

}  // namespace kscope::protocol
