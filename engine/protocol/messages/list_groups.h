// ListGroups (key 16): which groups does this broker coordinate?
//
// Every broker knows only the groups of the partitions of __consumer_offsets that it leads, so an
// admin client asks all brokers and joins the answers.
//
// v3 is flexible, v4 filters by state and tells it (KIP-518), v5 does the same for the type of the
// group, "classic" or "consumer" (KIP-848).
// Called by: client/ (admin). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.listGroups. Read next: messages/delete_groups.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ListGroupsRequest {
  static constexpr const char* kName = "ListGroupsRequest";
  static constexpr ApiKey kApi = ApiKey::ListGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 3;

  std::vector<std::string> states_filter;  ///< empty: all
  std::vector<std::string> types_filter;  ///< empty: all

  bool operator==(const ListGroupsRequest&) const = default;
  void describe(auto& f) {
    f("StatesFilter", states_filter, since(4));
    f("TypesFilter", types_filter, since(5));
  }
};

struct ListGroupsResponse {
  static constexpr const char* kName = "ListGroupsResponse";
  static constexpr ApiKey kApi = ApiKey::ListGroups;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 3;

  struct ListedGroup {
    std::string group_id;
    std::string protocol_type;  ///< "consumer"; empty: offsets only
    std::string group_state;
    std::string group_type;  ///< "classic" or "consumer"

    bool operator==(const ListedGroup&) const = default;
    void describe(auto& f) {
      f("GroupId", group_id);
      f("ProtocolType", protocol_type);
      f("GroupState", group_state, since(4).ignorable());
      f("GroupType", group_type, since(5).ignorable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::vector<ListedGroup> groups;

  bool operator==(const ListGroupsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code);
    f("Groups", groups);
  }
};

}  // namespace kscope::protocol
