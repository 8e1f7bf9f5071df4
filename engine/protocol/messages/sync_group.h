// SyncGroup (key 14): the leader brings the assignment, everybody fetches their part.
//
// The second half of a classic rebalance. The leader of the generation has run the assignor and
// sends one blob per member; all others send nothing. The coordinator stores the assignment in
// __consumer_offsets and only then answers all of them at once, each with its own part.
//
// v3 adds static members (KIP-345), v4 is flexible, v5 repeats the protocol's type and name, so
// that a client which was mistaken about them hears INCONSISTENT_GROUP_PROTOCOL (KIP-559).
// Called by: client/ (consumer). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.classicGroupSync. Read next: messages/heartbeat.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct SyncGroupRequest {
  static constexpr const char* kName = "SyncGroupRequest";
  static constexpr ApiKey kApi = ApiKey::SyncGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 4;

  struct SyncGroupRequestAssignment {
    std::string member_id;
    Blob assignment;  ///< ConsumerProtocolAssignment

    bool operator==(const SyncGroupRequestAssignment&) const = default;
    void describe(auto& f) {
      f("MemberId", member_id);
      f("Assignment", assignment, holds(Inside::Assignment));
    }
  };

  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;  ///< of a static member
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<SyncGroupRequestAssignment> assignments;  ///< from the leader only

  bool operator==(const SyncGroupRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("GenerationId", generation_id);
    f("MemberId", member_id);
    f("GroupInstanceId", group_instance_id, since(3).nullable(3));
    f("ProtocolType", protocol_type, since(5).nullable(5).ignorable());
    f("ProtocolName", protocol_name, since(5).nullable(5).ignorable());
    f("Assignments", assignments);
  }
};

struct SyncGroupResponse {
  static constexpr const char* kName = "SyncGroupResponse";
  static constexpr ApiKey kApi = ApiKey::SyncGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 4;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Blob assignment;  ///< ConsumerProtocolAssignment

  bool operator==(const SyncGroupResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code);
    f("ProtocolType", protocol_type, since(5).nullable(5).ignorable());
    f("ProtocolName", protocol_name, since(5).nullable(5).ignorable());
    f("Assignment", assignment, holds(Inside::Assignment));
  }
};

}  // namespace kscope::protocol
