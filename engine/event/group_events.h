// Events of the group coordinator. `{node}` is the broker that coordinates.
//
// What a coordinator tells falls into three parts: the shard (one partition of __consumer_offsets
// and the groups in it) is loaded and unloaded; the group moves between its states; and members
// come, go, and are given partitions.
//
// Emitted by coordinator/. Read next: event/member_events.h (the consumers' side of it)
#pragma once

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Kafka: ClassicGroupState, and ConsumerGroup.ConsumerGroupState (KIP-848), which shares Empty,
/// Stable and Dead and has Assigning and Reconciling.
enum class GroupState : std::uint8_t {
  Empty, PreparingRebalance, CompletingRebalance, Stable, Dead, Assigning, Reconciling
};
const char* to_string(GroupState state);

/// Why a rebalance began.
enum class RebalanceReason : std::uint8_t {
  MemberJoined, MemberLeft, SessionExpired, SubscriptionChanged, LeaderRejoined,
  StaticMemberReplaced, AssignmentLost, SyncTimedOut, GroupTooLarge, ProtocolDowngraded
};
const char* to_string(RebalanceReason reason);

/// How a membership ended.
enum class MemberEnd : std::uint8_t {
  Left, SessionExpired, RebalanceTimedOut, Replaced, Fenced, RemovedByAdmin, NeverJoined
};
const char* to_string(MemberEnd end);

/// What a record of __consumer_offsets is about, by the version of its key.
enum class GroupRecordKind : std::uint8_t {
  OffsetCommit, GroupMetadata, GroupEpoch, SubscriptionMetadata, Member, TargetAssignmentEpoch,
  TargetAssignment, CurrentAssignment
};
const char* to_string(GroupRecordKind kind);

/// Kafka: consumer group MemberState (KIP-848).
enum class MemberState : std::uint8_t { Stable, UnrevokedPartitions, UnreleasedPartitions };
const char* to_string(MemberState state);

// ---- the shard --------------------------------------------------------------------------------

/// This broker leads the partition now and reads it from its start; until it is through, requests
/// for its groups get COORDINATOR_LOAD_IN_PROGRESS.
struct CoordinatorLoadStarted {
  static constexpr Info kInfo{"CoordinatorLoadStarted", Subject::Group, Weight::Change,
                              "broker {node} reads {partition} to become its groups' coordinator"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

struct CoordinatorLoaded {
  static constexpr Info kInfo{"CoordinatorLoaded", Subject::Group, Weight::Change,
                              "broker {node} coordinates the groups of {partition}: {groups} "
                              "groups and {offsets} offsets out of {records} records (epoch "
                              "{leader_epoch})"};
  PartitionRef partition;
  LeaderEpoch leader_epoch;
  std::int32_t groups = 0;
  std::int32_t offsets = 0;
  std::int64_t records = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("leader_epoch", leader_epoch); v("groups", groups);
    v("offsets", offsets); v("records", records);
  }
};

/// Another broker leads the partition now: what was in memory is forgotten.
struct CoordinatorUnloaded {
  static constexpr Info kInfo{"CoordinatorUnloaded", Subject::Group, Weight::Change,
                              "broker {node} no longer coordinates the groups of {partition}"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

/// A record about `group` is in the log, not yet committed. `subject` is the member or the topic.
struct GroupRecordWritten {
  static constexpr Info kInfo{"GroupRecordWritten", Subject::Group, Weight::Detail,
                              "{partition} {offset}: {kind} of group {group} {subject} "
                              "(tombstone: {tombstone})"};
  PartitionRef partition;
  Offset offset;
  NameRef group, subject;
  GroupRecordKind kind{};
  bool tombstone = false;
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("group", group); v("subject", subject);
    v("kind", kind); v("tombstone", tombstone);
  }
};

// ---- the group --------------------------------------------------------------------------------

struct GroupStateChanged {
  static constexpr Info kInfo{"GroupStateChanged", Subject::Group, Weight::Drama,
                              "group {group}: {from} → {to} (generation {generation})"};
  NameRef group;
  GroupState from{}, to{};
  std::int32_t generation = 0;  ///< the group epoch, with KIP-848
  void describe(auto&& v) const {
    v("group", group); v("from", from); v("to", to); v("generation", generation);
  }
};

struct RebalanceStarted {
  static constexpr Info kInfo{"RebalanceStarted", Subject::Group, Weight::Drama,
                              "group {group} rebalances: {reason} {member}; at most {timeout} for "
                              "all to join"};
  NameRef group, member;
  RebalanceReason reason{};
  Duration timeout{};
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("reason", reason); v("timeout", timeout);
  }
};

/// All have joined, or the time is up: who is here now is the new generation.
struct GenerationStarted {
  static constexpr Info kInfo{"GenerationStarted", Subject::Group, Weight::Drama,
                              "group {group} is in generation {generation}: {members} members, "
                              "{protocol} by {leader}"};
  NameRef group, protocol, leader;
  std::int32_t generation = 0, members = 0;
  void describe(auto&& v) const {
    v("group", group); v("generation", generation); v("members", members);
    v("protocol", protocol); v("leader", leader);
  }
};

/// Classic: who works out the assignment of the next generation. The first to come; if it goes, one
/// of those that are left; `leader` is empty when nobody is.
struct GroupLeaderChosen {
  static constexpr Info kInfo{"GroupLeaderChosen", Subject::Group, Weight::Change,
                              "group {group} is led by {leader} now"};
  NameRef group, leader;
  void describe(auto&& v) const { v("group", group); v("leader", leader); }
};

/// KIP-848: subscriptions or members changed, so that a new assignment is due.
struct GroupEpochBumped {
  static constexpr Info kInfo{"GroupEpochBumped", Subject::Group, Weight::Change,
                              "group {group} has epoch {epoch} now"};
  NameRef group;
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("group", group); v("epoch", epoch); }
};

/// KIP-848: what every member should have in the end.
struct TargetAssignmentComputed {
  static constexpr Info kInfo{"TargetAssignmentComputed", Subject::Group, Weight::Change,
                              "group {group}: {assignor} gives {partitions} partitions to "
                              "{members} members (epoch {epoch})"};
  NameRef group, assignor;
  std::int32_t epoch = 0, members = 0, partitions = 0;
  void describe(auto&& v) const {
    v("group", group); v("assignor", assignor); v("epoch", epoch); v("members", members);
    v("partitions", partitions);
  }
};

/// Whether somebody may commit is decided by who he says he is: he must be a member, and of this
/// generation (member epoch). A consumer that slept through its session is neither.
struct CommitChecked {
  static constexpr Info kInfo{"CommitChecked", Subject::Group, Weight::Detail,
                              "group {group}: {member} of generation {generation} wants to commit "
                              "{partitions} offsets: {error}"};
  NameRef group, member;
  std::int32_t generation = 0, partitions = 0;
  ErrorCode error{};
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("generation", generation);
    v("partitions", partitions); v("error", error);
  }
};

struct OffsetCommitted {
  static constexpr Info kInfo{"OffsetCommitted", Subject::Group, Weight::Change,
                              "group {group} has committed {offset} for {partition}"};
  NameRef group;
  PartitionRef partition;
  Offset offset;
  void describe(auto&& v) const {
    v("group", group); v("partition", partition); v("offset", offset);
  }
};

/// Expired (offsets.retention.minutes), deleted by an administrator, or its topic is gone.
struct CommittedOffsetRemoved {
  static constexpr Info kInfo{"CommittedOffsetRemoved", Subject::Group, Weight::Change,
                              "group {group} has no committed offset for {partition} any more "
                              "(expired: {expired})"};
  NameRef group;
  PartitionRef partition;
  bool expired = false;
  void describe(auto&& v) const {
    v("group", group); v("partition", partition); v("expired", expired);
  }
};

// ---- members ----------------------------------------------------------------------------------

/// The answer to a first JoinGroup without an id: MEMBER_ID_REQUIRED, and this id (KIP-394).
struct MemberIdGranted {
  static constexpr Info kInfo{"MemberIdGranted", Subject::Group, Weight::Change,
                              "group {group} grants the id {member}"};
  NameRef group, member;
  void describe(auto&& v) const { v("group", group); v("member", member); }
};

/// It is in the member list now. `client` is the node behind the connection.
struct MemberAdded {
  static constexpr Info kInfo{"MemberAdded", Subject::Group, Weight::Change,
                              "group {group} has the new member {member}"};
  NameRef group, member, instance;
  NodeId client;
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("instance", instance); v("client", client);
  }
};

struct MemberRemoved {
  static constexpr Info kInfo{"MemberRemoved", Subject::Group, Weight::Drama,
                              "group {group} loses {member}: {end}"};
  NameRef group, member;
  MemberEnd end{};
  void describe(auto&& v) const { v("group", group); v("member", member); v("end", end); }
};

/// Its JoinGroup waits for the others (and its old session timer is off).
struct MemberJoining {
  static constexpr Info kInfo{"MemberJoining", Subject::Group, Weight::Change,
                              "group {group}: {member} has joined and waits for the others"};
  NameRef group, member;
  void describe(auto&& v) const { v("group", group); v("member", member); }
};

/// Its SyncGroup waits for the leader's assignment.
struct MemberSyncing {
  static constexpr Info kInfo{"MemberSyncing", Subject::Group, Weight::Change,
                              "group {group}: {member} waits for its assignment"};
  NameRef group, member;
  void describe(auto&& v) const { v("group", group); v("member", member); }
};

/// The session timer begins again: a heartbeat, a join, a sync or a commit was seen.
struct MemberSessionSet {
  static constexpr Info kInfo{"MemberSessionSet", Subject::Group, Weight::Detail,
                              "group {group}: {member} is alive, next sign within {timeout}"};
  NameRef group, member;
  Duration timeout{};
  NodeId client;  ///< who gave it; -1: nobody did (a coordinator has just read its log)
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("timeout", timeout); v("client", client);
  }
};

/// One partition more (`given`) or less for a member, as the coordinator has it.
struct MemberAssignmentChanged {
  static constexpr Info kInfo{"MemberAssignmentChanged", Subject::Group, Weight::Change,
                              "group {group}: {member} and {partition}, given: {given} "
                              "(generation {generation})"};
  NameRef group, member;
  PartitionRef partition;
  std::int32_t generation = 0;
  bool given = false;
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("partition", partition);
    v("generation", generation); v("given", given);
  }
};

/// KIP-848: how far a member has come on its way to the group epoch.
struct MemberEpochChanged {
  static constexpr Info kInfo{"MemberEpochChanged", Subject::Group, Weight::Change,
                              "group {group}: {member} is {state} at epoch {epoch}"};
  NameRef group, member;
  MemberState state{};
  std::int32_t epoch = 0;
  void describe(auto&& v) const {
    v("group", group); v("member", member); v("state", state); v("epoch", epoch);
  }
};

}  // namespace kscope::event
