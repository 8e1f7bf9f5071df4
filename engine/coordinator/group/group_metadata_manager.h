// GroupMetadataManager: the groups of one partition of __consumer_offsets.
//
// Every group belongs to the broker that leads partition hash(group) % 50 of __consumer_offsets.
// This class is the logic of all groups of one such partition, as a value without surroundings: a
// request comes in, a Decision comes out (coordinator_types.h).
//
//   join, sync, heartbeat, leave           the classic protocol     (classic_*.cc)
//   consumer_group_heartbeat               KIP-848                  (consumer_*.cc)
//   on_timer                               sessions and rebalances that take too long
//   afterwards                             the records of a decision are committed, or lost
//   replay, on_loaded, on_unloaded         the log, when this broker becomes or ceases to be leader
//
// What replay() does differs between the protocols, as in Kafka. A consumer group (KIP-848) is a
// fold over its records and nothing else. A classic group is ahead of the log while it rebalances,
// so its records are only read at load; afterwards, replaying what it wrote itself changes nothing.
//
// Invariant: every parked JoinGroup and SyncGroup is answered: by the rebalance, by the removal of
//            its member, or by on_unloaded.
// Called by: the shard (coordinator_shard). Kafka: GroupMetadataManager.
// Read next: coordinator/group/classic_group.h, coordinator/group/consumer_group.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/coordinator/group/classic_group.h"
#include "engine/coordinator/group/consumer_operation.h"

namespace kscope::coordinator {

class GroupMetadataManager {
 public:
  // ---- requests and timers -------------------------------------------------------------------
  Decision join(GroupContext& context, const Caller& caller,
                const protocol::JoinGroupRequest& request);
  Decision sync(GroupContext& context, const Caller& caller,
                const protocol::SyncGroupRequest& request);
  Decision heartbeat(GroupContext& context, const Caller& caller,
                     const protocol::HeartbeatRequest& request);
  Decision leave(GroupContext& context, const Caller& caller,
                 const protocol::LeaveGroupRequest& request);
  Decision consumer_group_heartbeat(GroupContext& context, const Caller& caller,
                                    const protocol::ConsumerGroupHeartbeatRequest& request);
  Decision on_timer(GroupContext& context, const TimerName& timer);
  /// The records of the decision that carried `what` are committed (NONE), or are not and will not.
  Decision afterwards(GroupContext& context, const Afterwards& what, ErrorCode written);
  /// These topics are new, changed or gone. Nothing is decided: groups of KIP-848 that want one of
  /// them look again with the next heartbeat of a member.
  void on_metadata(const std::set<std::string>& topics);

  // ---- the log -------------------------------------------------------------------------------
  void replay(GroupContext& context, const protocol::GroupRecordKey& key,
              const std::optional<protocol::GroupRecordValue>& value);
  /// The whole log is read: tells what is there, and gives every member a session.
  Decision on_loaded(GroupContext& context);
  /// NOT_COORDINATOR to all who wait.
  std::vector<Answer> on_unloaded(GroupContext& context);

  // ---- for the offsets -----------------------------------------------------------------------
  /// May this member commit? A commit also renews a classic session. A group that is not there is
  /// made for a commit without generation (an admin, a consumer that uses assign()).
  ErrorCode validate_offset_commit(GroupContext& context, const Caller& caller,
                                   const protocol::OffsetCommitRequest& request);
  /// `member_id` and `member_epoch` of OffsetFetch v9; nothing and -1 before. NONE for a group that
  /// is not there: it has committed nothing.
  ErrorCode validate_offset_fetch(const std::string& group,
                                  const std::optional<std::string>& member,
                                  std::int32_t member_epoch) const;
  ErrorCode validate_offset_delete(const std::string& group) const;
  ErrorCode validate_delete(const std::string& group) const;
  /// A group that only has offsets (Kafka: a simple group), when the log has a commit of one.
  void ensure_group(GroupContext& context, const std::string& group);
  bool is_subscribed(const std::string& group, const std::string& topic) const;
  /// From when on offsets.retention.minutes counts (Unix ms), for an offset committed at
  /// `committed_ms`; nothing while the group needs it. Kafka: OffsetExpirationCondition.
  std::optional<std::int64_t> expiration_base(const std::string& group,
                                              std::int64_t committed_ms) const;
  /// Tombstones for a group without members; nothing for others. Its offsets are not ours.
  Decision maybe_delete(const std::string& group) const;

  // ---- questions -----------------------------------------------------------------------------
  bool contains(const std::string& group) const { return groups_.contains(group); }
  std::vector<std::string> group_ids() const;
  protocol::DescribeGroupsResponse::DescribedGroup describe(const std::string& group) const;
  /// Filters are compared without regard to case; empty: all.
  std::vector<protocol::ListGroupsResponse::ListedGroup> list(
      const std::vector<std::string>& states, const std::vector<std::string>& types) const;
  protocol::ConsumerGroupDescribeResponse::DescribedGroup consumer_group_describe(
      GroupContext& context, const std::string& group) const;
  /// nullptr if there is none of that kind.
  const ClassicGroup* classic_group(const std::string& group) const;
  const ConsumerGroup* consumer_group(const std::string& group) const;
  /// The node behind a member's connection; -1 if it has not been heard of since the load.
  NodeId client_of(const std::string& group, const std::string& member) const;
  /// Of a topic that members were given partitions of; its id if nobody knows.
  std::string topic_name(const Uuid& topic) const;

  bool operator==(const GroupMetadataManager&) const = default;

 private:
  using Group = std::variant<ClassicGroup, ConsumerGroup>;

  ClassicGroup* classic(const std::string& group);
  ConsumerGroup* consumer(const std::string& group);
  ClassicGroup& create_classic(GroupContext& context, const std::string& group);
  void remove_group(GroupContext& context, const std::string& group);
  void undo_creation(GroupContext& context, const std::string& group);
  /// An empty KIP-848 group makes room for a classic one.
  void make_room(GroupContext& context, const std::string& group, Decision& decision);
  void downgrade(GroupContext& context, const ConsumerGroup& group, const std::string& leaving,
                 Decision& decision);
  /// The group that a joining KIP-848 member meets: as it is, new, or made out of a classic one.
  std::optional<ConsumerGroup> group_to_join(GroupContext& context, const std::string& group,
                                             Decision& decision);

  // consumer_replay.cc
  void replay_classic(GroupContext& context, const std::string& group,
                      const protocol::GroupMetadataValue* value);
  void announce_classic(GroupContext& context, ClassicGroup& group);
  ConsumerGroup* replayed_group(GroupContext& context, const std::string& group, bool create);
  void replay_member(GroupContext& context, const std::string& group, const std::string& member,
                     const protocol::ConsumerGroupMemberMetadataValue* value);
  void replay_current(GroupContext& context, const std::string& group, const std::string& member,
                      const protocol::ConsumerGroupCurrentMemberAssignmentValue* value);
  void replay_group_epoch(GroupContext& context, const std::string& group,
                          const protocol::ConsumerGroupMetadataValue* value);
  void replay_target_epoch(GroupContext& context, const std::string& group,
                           const protocol::ConsumerGroupTargetAssignmentMetadataValue* value);
  void replay_target(GroupContext& context, const std::string& group, const std::string& member,
                     const protocol::ConsumerGroupTargetAssignmentMemberValue* value);
  void replay_topics(GroupContext& context, const std::string& group,
                     const protocol::ConsumerGroupPartitionMetadataValue* value);
  void announce_state(GroupContext& context, ConsumerGroup& group);
  void announce_consumer(GroupContext& context, ConsumerGroup& group);
  void tell_target(GroupContext& context, ConsumerGroup& group);
  void note_topics(GroupContext& context, const PartitionsByTopicId& partitions);
  /// One event for each partition that is only in `these`.
  void tell_difference(GroupContext& context, const std::string& group,
                       const ConsumerGroupMember& member, const PartitionsByTopicId& these,
                       const PartitionsByTopicId& those, bool given);

  std::map<std::string, Group> groups_;
  MemberNotes notes_;
  /// An empty group that a classic one displaced, until that one's first record is committed.
  std::map<std::string, ConsumerGroup> displaced_;
  bool loaded_ = false;  // from here on, classic groups are ahead of their records
};

}  // namespace kscope::coordinator
