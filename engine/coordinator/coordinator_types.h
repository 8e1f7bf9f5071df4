// What the group coordinator's parts say to each other: records, callers, answers, decisions.
//
// Decide, then apply. A request is looked at by a pure function over the shard's state, which
// returns a Decision: the records to write to this shard's partition of __consumer_offsets, and
// what to answer. The shard then writes the records as one batch, replays them (only replay()
// changes what a log can bring back), and holds the answers until the records are committed.
//
//   request -> decide -> records + answers -> append -> replay -> (high watermark) -> answers
//
// What no record tells is soft state and may be changed by a decision: who waits in JoinGroup or
// SyncGroup, session timers, pending member ids. It is lost with the coordinator, and clients bring
// it back.
//
// Invariant: an answer that depends on records leaves only when all of them are below the high
//            watermark, and never if they could not be written (then it leaves as an error).
//
// Kafka: CoordinatorRecord, CoordinatorResult, GroupCoordinatorShard (KIP-848's rewrite of the
// coordinator, which 3.9 uses for both protocols once it is switched on).
// Called by: everything in coordinator/. Read next: coordinator/coordinator_timer.h
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/consumer_group_heartbeat.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/leave_group.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/messages/sync_group.h"
#include "engine/protocol/records/coordinator_record.h"

namespace kscope::coordinator {

/// A record of __consumer_offsets; without a value, the end of what the key names.
/// Invariant: key.index() == value->index().
struct GroupRecord {
  protocol::GroupRecordKey key;
  std::optional<protocol::GroupRecordValue> value;
  bool operator==(const GroupRecord&) const = default;
};

/// Who asked. The coordinator passes the ticket back with the answer and knows no connections.
struct Caller {
  std::int64_t ticket = 0;   ///< 0: nobody waits (a timer)
  std::int16_t version = 0;  ///< of the request
  std::string client_id, client_host;
  NodeId node;  ///< at the other end of the connection
  bool operator==(const Caller&) const = default;
};

using AnyResponse =
    std::variant<protocol::JoinGroupResponse, protocol::SyncGroupResponse,
                 protocol::HeartbeatResponse, protocol::LeaveGroupResponse,
                 protocol::OffsetCommitResponse, protocol::OffsetFetchResponse,
                 protocol::OffsetDeleteResponse, protocol::DescribeGroupsResponse,
                 protocol::ListGroupsResponse, protocol::DeleteGroupsResponse,
                 protocol::ConsumerGroupHeartbeatResponse, protocol::ConsumerGroupDescribeResponse>;

struct Answer {
  std::int64_t ticket = 0;
  AnyResponse response;
};

/// What is to be done once a decision's records are committed, or once it is clear that they will
/// not be. Plain data, so that a coordinator can be copied while it waits.
struct Afterwards {
  enum class Kind : std::uint8_t {
    AnswerOnly,          ///< nothing but the answers
    AssignmentStored,    ///< the leader's SyncGroup: hand the assignment to all, or begin again
    GroupCreated,        ///< an empty group's first record; if it is lost, so is the group
    StaticMemberStored,  ///< a static member's new id: answer its JoinGroup, or give it back
    Downgraded           ///< a KIP-848 group speaks the classic protocol again: its members meet
  };
  Kind kind = Kind::AnswerOnly;
  std::string group, member;
  std::int32_t generation = 0;
};

/// What came of a request or a timer.
struct Decision {
  std::vector<GroupRecord> records;  ///< written as one batch; none: nothing to write
  std::vector<Answer> answers;       ///< leave when `records` are committed; at once without any
  std::vector<Answer> at_once;       ///< leave at once in any case (members that are let go)
  Afterwards afterwards;

  static Decision answer(const Caller& caller, AnyResponse response) {
    Decision d;
    d.answers.push_back({caller.ticket, std::move(response)});
    return d;
  }
};

}  // namespace kscope::coordinator
