// JoinGroup (key 11): let me in; and the answer that everybody waits for.
//
// Who joins sends a list of assignors it can speak, each with a subscription in bytes that the
// coordinator passes on unread (records/consumer_protocol.h). The coordinator holds the answers
// until all known members have joined again or their time is over; then a new generation begins.
// The answer to the member chosen as leader carries everybody's subscription, all others get an
// empty list.
//
// v1 adds the rebalance timeout. From v4 on a newcomer is first refused with MEMBER_ID_REQUIRED and
// a member id, and comes again with it, so that one who never hears the answer leaves nothing
// behind (KIP-394). v5 static members (KIP-345), v6 flexible, v7 names the protocol type (KIP-559),
// v8 the reason (KIP-800), v9 tells a returning static leader to keep the assignment (KIP-814).
// Trap: the answer's protocol_name may be null from v7 only; below, "nothing" is the empty string.
// Called by: client/ (consumer). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.classicGroupJoin. Read next: messages/sync_group.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct JoinGroupRequest {
  static constexpr const char* kName = "JoinGroupRequest";
  static constexpr ApiKey kApi = ApiKey::JoinGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 9, kFlexible = 6;

  struct JoinGroupRequestProtocol {
    std::string name;  ///< "range", "cooperative-sticky" …
    Blob metadata;  ///< ConsumerProtocolSubscription

    bool operator==(const JoinGroupRequestProtocol&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Metadata", metadata, holds(Inside::Subscription));
    }
  };

  std::string group_id;
  std::int32_t session_timeout_ms = 0;  ///< without a heartbeat for so long: dead
  std::int32_t rebalance_timeout_ms = -1;  ///< -1: the session timeout
  std::string member_id;  ///< empty: new here
  std::optional<std::string> group_instance_id;  ///< of a static member
  std::string protocol_type;  ///< "consumer", "connect" …
  std::vector<JoinGroupRequestProtocol> protocols;  ///< the preferred first
  std::optional<std::string> reason;

  bool operator==(const JoinGroupRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("SessionTimeoutMs", session_timeout_ms);
    f("RebalanceTimeoutMs", rebalance_timeout_ms, since(1).ignorable());
    f("MemberId", member_id);
    f("GroupInstanceId", group_instance_id, since(5).nullable(5));
    f("ProtocolType", protocol_type);
    f("Protocols", protocols);
    f("Reason", reason, since(8).nullable(8).ignorable());
  }
};

struct JoinGroupResponse {
  static constexpr const char* kName = "JoinGroupResponse";
  static constexpr ApiKey kApi = ApiKey::JoinGroup;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 9, kFlexible = 6;

  struct JoinGroupResponseMember {
    std::string member_id;
    std::optional<std::string> group_instance_id;  ///< of a static member
    Blob metadata;  ///< ConsumerProtocolSubscription

    bool operator==(const JoinGroupResponseMember&) const = default;
    void describe(auto& f) {
      f("MemberId", member_id);
      f("GroupInstanceId", group_instance_id, since(5).nullable(5).ignorable());
      f("Metadata", metadata, holds(Inside::Subscription));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";  ///< the assignor all of them know
  std::string leader;  ///< its member id
  bool skip_assignment = false;  ///< leader: keep what was assigned
  std::string member_id;
  std::vector<JoinGroupResponseMember> members;  ///< for the leader only

  bool operator==(const JoinGroupResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(2).ignorable());
    f("ErrorCode", error_code);
    f("GenerationId", generation_id);
    f("ProtocolType", protocol_type, since(7).nullable(7).ignorable());
    f("ProtocolName", protocol_name, nullable(7));
    f("Leader", leader);
    f("SkipAssignment", skip_assignment, since(9));
    f("MemberId", member_id);
    f("Members", members);
  }
};

}  // namespace kscope::protocol
