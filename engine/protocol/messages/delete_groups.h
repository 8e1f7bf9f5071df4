// DeleteGroups (key 42): forget these groups, with all their offsets.
//
// Only a group without members can be deleted, otherwise NON_EMPTY_GROUP (KIP-229). v2 is flexible.
// Called by: client/ (admin). Answered by: coordinator/group.
// Real Kafka: GroupCoordinatorShard.deleteGroups. Read next: messages/offset_commit.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DeleteGroupsRequest {
  static constexpr const char* kName = "DeleteGroupsRequest";
  static constexpr ApiKey kApi = ApiKey::DeleteGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  std::vector<std::string> groups_names;

  bool operator==(const DeleteGroupsRequest&) const = default;
  void describe(auto& f) {
    f("GroupsNames", groups_names);
  }
};

struct DeleteGroupsResponse {
  static constexpr const char* kName = "DeleteGroupsResponse";
  static constexpr ApiKey kApi = ApiKey::DeleteGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct DeletableGroupResult {
    std::string group_id;
    ErrorCode error_code = ErrorCode::NONE;

    bool operator==(const DeletableGroupResult&) const = default;
    void describe(auto& f) {
      f("GroupId", group_id);
      f("ErrorCode", error_code);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableGroupResult> results;

  bool operator==(const DeleteGroupsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Results", results);
  }
};

}  // namespace kscope::protocol
