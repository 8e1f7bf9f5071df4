// ConsumerOperation: one request or timer at work on one KIP-848 group.
//
// There is one request, the heartbeat, and it does everything: join (epoch 0), leave (-1, or -2 for
// a static member that comes back), say what is owned, hear what to own. Each heartbeat moves the
// group at most one round, in three steps that write records only for what changed:
//
//   1  member and subscription   a change, or changed topics, bump the group epoch
//   2  target assignment         if the group epoch is ahead of it, the assignor runs
//   3  this member               one step towards its target (current_assignment_builder)
//
// No group meeting, no leader: members move one after the other, whenever their heartbeat comes.
//
// The group is const here: what is decided are records, and their replay changes the group. Members
// of the classic protocol take part through the same three steps while a group is being converted
// (KIP-848, "online migration"): JoinGroup is their heartbeat, SyncGroup fetches the assignment.
//
// Kafka: GroupMetadataManager.consumerGroupHeartbeat, consumerGroupLeave, consumerGroupFenceMember,
// classicGroup…ToConsumerGroup. Called by: group_metadata_manager.
// Read next: coordinator/group/consumer_heartbeat.cc
#pragma once

#include "engine/coordinator/group/consumer_group.h"
#include "engine/coordinator/group/current_assignment_builder.h"

namespace kscope::coordinator {

/// What a decision knows about members and no record says: who is at the other end, and why a
/// member goes. Replay uses it to tell the right story.
struct MemberNotes {
  using Name = std::pair<std::string, std::string>;  ///< group, member
  std::map<Name, NodeId> clients;
  std::map<Name, event::MemberEnd> endings;
  std::map<Uuid, std::string> topics;  ///< names, as they were told first
  bool operator==(const MemberNotes&) const = default;
};

class ConsumerOperation {
 public:
  ConsumerOperation(GroupContext& context, const ConsumerGroup& group, MemberNotes& notes,
                    Decision& decision)
      : context_(context), group_(group), notes_(notes), decision_(decision) {}

  void heartbeat(const Caller& caller, const protocol::ConsumerGroupHeartbeatRequest& request);
  void leave(const Caller& caller, const protocol::ConsumerGroupHeartbeatRequest& request);
  /// Out, and the group goes on without it. Its timers end.
  void fence(const ConsumerGroupMember& member, event::MemberEnd end);
  void timer_expired(const TimerName& timer);

  // Members that speak the classic protocol (consumer_classic.cc).
  void classic_join(const Caller& caller, const protocol::JoinGroupRequest& request);
  void classic_sync(const Caller& caller, const protocol::SyncGroupRequest& request);
  void classic_heartbeat(const Caller& caller, const protocol::HeartbeatRequest& request);
  void classic_leave(const Caller& caller, const protocol::LeaveGroupRequest& request);

  void renew_session(const ConsumerGroupMember& member, NodeId client);
  /// When topics were looked at last, if this request did so.
  const std::optional<ConsumerGroup::Refresh>& refreshed() const { return refreshed_; }
  /// The leaving of this member lets the group return to the classic protocol.
  bool may_downgrade_without(const ConsumerGroupMember& member) const;

 private:
  /// A member that joins or goes on, and what it was before.
  struct Change {
    ConsumerGroupMember before, after;
  };
  /// What the steps work with and hand on.
  struct Round {
    std::int32_t group_epoch = 0;
    SubscriptionMetadata metadata;
    std::int32_t target_epoch = 0;
    PartitionsByTopicId target;
  };

  ErrorCode find_member(const protocol::ConsumerGroupHeartbeatRequest& request,
                        const std::string& member_id, ConsumerGroupMember* found);
  ErrorCode find_static_member(const std::string& member_id, const std::string& instance_id,
                               bool is_new, bool is_classic, ConsumerGroupMember* found);
  void replace_static(const ConsumerGroupMember& before, const ConsumerGroupMember& after);
  bool is_full(const std::string& member_id) const;
  bool write_member(const Change& change);
  Round update_epoch(const Change& change, bool bump);
  bool update_target(const Change& change, Round& round);
  GroupSpec group_spec(const Change& change, const Round& round) const;
  ConsumerGroupMember step_towards(const ConsumerGroupMember& member, const Round& round,
                                   const std::optional<PartitionsByTopicId>& owned);
  void bump_without(const std::vector<const ConsumerGroupMember*>& gone);
  void remove(const ConsumerGroupMember& member, event::MemberEnd end);
  void set_timer(TimerPurpose purpose, const std::string& member_id, Duration after);
  void refuse(const Caller& caller, ErrorCode error, const std::string& message);
  // consumer_classic.cc
  ErrorCode find_classic_member(const protocol::JoinGroupRequest& request,
                                const std::string& member_id, ConsumerGroupMember* found);
  void classic_joined(const Caller& caller, const ConsumerGroupMember& member);
  void expect_join(const ConsumerGroupMember& member);
  ErrorCode classic_member(const std::string& member_id,
                           const std::optional<std::string>& instance_id,
                           const ConsumerGroupMember** found) const;
  ErrorCode leave_one(const protocol::LeaveGroupRequest::MemberIdentity& who,
                      const ConsumerGroupMember** found) const;

  GroupContext& context_;
  const ConsumerGroup& group_;
  MemberNotes& notes_;
  Decision& decision_;
  std::optional<ConsumerGroup::Refresh> refreshed_;
};

/// INVALID_REQUEST or UNSUPPORTED_ASSIGNOR with a sentence, or NONE.
ErrorCode validate_heartbeat(const GroupConfig& config,
                             const protocol::ConsumerGroupHeartbeatRequest& request,
                             std::string* message);
protocol::ConsumerGroupHeartbeatResponse heartbeat_error(ErrorCode error,
                                                         const std::string& message);

}  // namespace kscope::coordinator
