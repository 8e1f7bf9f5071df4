// Heartbeat (key 12): I am alive; and how a member hears that a rebalance has begun.
//
// The answer is an error code and nothing else: NONE keeps the session, REBALANCE_IN_PROGRESS says
// "join again", ILLEGAL_GENERATION and UNKNOWN_MEMBER_ID say "you were thrown out".
//
// v3 adds static members (KIP-345), v4 is flexible.
// Called by: client/ (consumer). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.classicGroupHeartbeat. Read next: messages/leave_group.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct HeartbeatRequest {
  static constexpr const char* kName = "HeartbeatRequest";
  static constexpr ApiKey kApi = ApiKey::Heartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;  ///< of a static member

  bool operator==(const HeartbeatRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("GenerationId", generation_id);
    f("MemberId", member_id);
    f("GroupInstanceId", group_instance_id, since(3).nullable(3));
  }
};

struct HeartbeatResponse {
  static constexpr const char* kName = "HeartbeatResponse";
  static constexpr ApiKey kApi = ApiKey::Heartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;

  bool operator==(const HeartbeatResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code);
  }
};

}  // namespace kscope::protocol
