// ClassicGroupMember: one consumer in a classic group, as its coordinator has it.
//
// Two of its fields are other people's waiting: while `awaiting_join` or `awaiting_sync` is set, a
// request of this member is parked here and its connection hears nothing. That is how a rebalance
// synchronises a whole group without any of its members knowing the others.
//
// Kafka: ClassicGroupMember. Called by: coordinator/group/classic_group.
// Read next: coordinator/group/classic_group.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/coordinator/coordinator_types.h"

namespace kscope::coordinator {

/// An assignor that the member knows, and its subscription as that assignor wants it.
using MemberProtocol = protocol::JoinGroupRequest::JoinGroupRequestProtocol;

/// What a static member was before its process came back, while the new id is not yet committed.
struct StaticReplacement {
  std::string old_id;
  std::vector<MemberProtocol> protocols;
  Duration rebalance_timeout{}, session_timeout{};
  std::string leader;  ///< of the group, by then
  bool operator==(const StaticReplacement&) const = default;
};

struct ClassicGroupMember {
  std::string id;
  std::optional<std::string> instance_id;  ///< static member (KIP-345)
  std::string client_id, client_host;
  NodeId client{-1};  ///< behind its connection; -1 until it is heard of after a load
  Duration rebalance_timeout{}, session_timeout{};
  std::string protocol_type;
  std::vector<MemberProtocol> protocols;  ///< the preferred first
  Blob assignment;
  bool is_new = false;  ///< has not yet had the answer to its first JoinGroup
  std::optional<Caller> awaiting_join, awaiting_sync;
  std::optional<StaticReplacement> replaces;

  bool is_static() const { return instance_id.has_value(); }
  /// It takes part in the rebalance that is going on (and does not merely wait for its new id).
  bool is_joining() const { return awaiting_join.has_value() && !replaces; }
  bool supports(const std::string& protocol) const;
  /// Its subscription for that assignor. REQUIRES supports(protocol).
  const Blob& metadata(const std::string& protocol) const;
  /// Who waits cannot send heartbeats and needs none; but a newcomer may not wait for ever.
  bool has_satisfied_heartbeat() const {
    return !is_new && (awaiting_join.has_value() || awaiting_sync.has_value());
  }
  bool operator==(const ClassicGroupMember&) const = default;
};

}  // namespace kscope::coordinator
