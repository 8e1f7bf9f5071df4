// ConsumerGroupMember: one member of a KIP-848 group, and how far it has come.
//
// Each member walks at its own pace from the assignment that it has to the one it should have:
//
//   Stable                it has what the target gives it, at this epoch
//   UnrevokedPartitions   it was asked to give partitions up and has not yet said that it did
//   UnreleasedPartitions  it lacks partitions that others have not yet given up
//
// The epoch fences: a member says its epoch with every heartbeat and commit, and whoever says a
// wrong one has missed something.
//
// Kafka: ConsumerGroupMember, MemberState. Called by: consumer_group, current_assignment_builder.
// Read next: coordinator/group/current_assignment_builder.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/coordinator/assignor/server_assignor.h"
#include "engine/coordinator/coordinator_types.h"
#include "engine/event/group_events.h"

namespace kscope::coordinator {

using event::MemberState;

/// Values of the member epoch with a meaning of their own (ConsumerGroupHeartbeatRequest).
inline constexpr std::int32_t kJoinEpoch = 0;
inline constexpr std::int32_t kLeaveEpoch = -1;
inline constexpr std::int32_t kStaticLeaveEpoch = -2;  ///< "back soon": keeps its partitions

struct ConsumerGroupMember {
  using Classic = protocol::ConsumerGroupMemberMetadataValue::ClassicMemberMetadata;

  std::string id;
  std::int32_t epoch = kJoinEpoch, previous_epoch = 0;
  MemberState state = MemberState::Stable;
  std::optional<std::string> instance_id, rack_id;
  std::int32_t rebalance_timeout_ms = -1;
  std::string client_id, client_host;
  std::vector<std::string> topics;   ///< by name, ascending
  std::optional<std::string> regex;  ///< or by pattern
  std::optional<std::string> server_assignor;
  std::optional<Classic> classic;  ///< it speaks the classic protocol (a group being converted)
  PartitionsByTopicId assigned;    ///< what it may read
  PartitionsByTopicId pending_revocation;  ///< what it has to give up, and nobody else may have yet

  bool uses_classic_protocol() const { return classic.has_value(); }
  bool is_reconciled_to(std::int32_t target_epoch) const {
    return state == MemberState::Stable && epoch == target_epoch;
  }
  bool operator==(const ConsumerGroupMember&) const = default;
};

}  // namespace kscope::coordinator
