// ClassicGroup: members, generation and state of a group that speaks the classic protocol.
//
// The group is the data and its rules: who is a member, who leads, who is still expected, which
// assignor all of them know. When to begin a rebalance and when it is over is decided by
// classic_operation.
//
// Only what GroupMetadataValue carries survives the coordinator: members, generation, assignor,
// leader, assignment. Everything about a rebalance that is under way (who has joined, who waits) is
// soft: a new coordinator loads the last generation as Stable, and clients begin the rebalance
// again.
//
// Invariants: state() moves by kClassicTransitions only; a static id belongs to at most one member;
//             leader() is a member while there are any; generation() never falls.
// Differences: where Kafka takes any member (a new leader when the leader goes, the winner of a
//   vote that is a tie) we take the first by name, so that a run can be repeated.
//
// Kafka: ClassicGroup. Called by: classic_operation, group_metadata_manager.
// Read next: coordinator/group/classic_operation.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/coordinator/group/classic_group_member.h"
#include "engine/coordinator/group/group_context.h"
#include "engine/coordinator/group/group_state.h"

namespace kscope::coordinator {

/// Everybody votes for the first of its assignors that all know; the first by name wins a tie.
/// REQUIRES that there is one.
std::string select_protocol(const std::vector<const std::vector<MemberProtocol>*>& offers);

/// Members are kept by id: everything that Kafka leaves to a HashMap happens in this order.
using ClassicMembers = std::map<std::string, ClassicGroupMember>;

class ClassicGroup {
 public:
  ClassicGroup(std::string id, std::int64_t now_ms) : id_(std::move(id)), state_since_ms_(now_ms) {}
  /// As the log has it: Stable, or Empty if it has no members. Emits nothing.
  ClassicGroup(std::string id, const protocol::GroupMetadataValue& value);

  const std::string& id() const { return id_; }
  GroupState state() const { return state_; }
  GroupState previous_state() const { return previous_state_; }
  bool is(GroupState state) const { return state_ == state; }
  std::int32_t generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader() const { return leader_; }
  /// Wall clock of the last change of state; nothing if the log has none.
  std::optional<std::int64_t> state_since_ms() const { return state_since_ms_; }
  const ClassicMembers& members() const { return members_; }
  const std::set<std::string>& pending_members() const { return pending_join_; }
  const std::set<std::string>& pending_sync() const { return pending_sync_; }

  const ClassicGroupMember* member(const std::string& member_id) const;
  ClassicGroupMember* member(const std::string& member_id);
  bool is_leader(const std::string& member_id) const { return leader_ == member_id; }
  bool is_pending(const std::string& member_id) const { return pending_join_.contains(member_id); }
  /// Its member id, if there is such a static member.
  std::optional<std::string> static_member(const std::string& instance_id) const;
  bool uses_consumer_protocol() const { return protocol_type_ == "consumer"; }
  std::size_t awaiting_join() const;
  /// Every member waits in JoinGroup, and everybody who was given an id has used it.
  bool has_all_members_joined() const;
  /// The longest of its members' rebalance timeouts.
  Duration rebalance_timeout() const;

  /// Is there an assignor that the group and this member know? Any will do while it is Empty.
  bool supports_protocols(const std::string& type,
                          const std::vector<MemberProtocol>& offered) const;
  /// Every member votes for the first of its assignors that all know. REQUIRES members.
  std::string select_protocol() const;
  /// UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID if another member has the static id now.
  ErrorCode validate_member(const std::string& member_id,
                            const std::optional<std::string>& instance_id) const;
  /// Of its consumers, where the subscriptions can be read (Kafka: subscribedTopics).
  const std::optional<std::set<std::string>>& subscribed_topics() const { return subscribed_; }
  bool is_subscribed(const std::string& topic) const;

  // What changes it. Each tells its events.
  void transition_to(GroupContext& context, GroupState state);
  void add_pending(GroupContext& context, const std::string& member_id);
  /// REQUIRES that the group supports its protocols, and a static id that is free.
  ClassicGroupMember& add(GroupContext& context, ClassicGroupMember member);
  /// Of a member or of one that never used its id. Another one leads if it led.
  void remove(GroupContext& context, const std::string& member_id, event::MemberEnd end);
  /// The same static member under a new id, with its assignment (KIP-345). REQUIRES it is there.
  ClassicGroupMember& replace_static(GroupContext& context, const std::string& old_id,
                                     const std::string& new_id, NodeId client);
  /// Somebody who has joined leads. False if nobody has.
  bool elect_joined_leader(GroupContext& context);
  /// CompletingRebalance with the assignor that was voted for, or Empty.
  void init_next_generation(GroupContext& context);
  /// Tells of every partition that comes or goes, for consumers.
  void set_assignment(GroupContext& context, ClassicGroupMember& member, Blob assignment);
  void await_sync(const std::string& member_id) { pending_sync_.insert(member_id); }
  void synced(const std::string& member_id) { pending_sync_.erase(member_id); }
  void clear_pending_sync() { pending_sync_.clear(); }
  /// After a load: the group as it is, for those who listen.
  void announce(GroupContext& context) const;

  /// With the given assignments, or none (GroupMetadataValue). Kafka: newGroupMetadataRecord.
  protocol::GroupMetadataValue to_record(const std::map<std::string, Blob>& assignments) const;
  std::map<std::string, Blob> assignments() const;

  /// What the leader brought, until it is committed; then it is everybody's assignment.
  std::map<std::string, Blob> assignment_to_come;
  // The first rebalance of a group waits for more members (KIP-134).
  bool new_member_added = false;
  Duration initial_delay{}, initial_remaining{};

  bool operator==(const ClassicGroup&) const = default;

 private:
  std::vector<const std::vector<MemberProtocol>*> offers() const;
  std::optional<std::set<std::string>> compute_subscribed_topics() const;
  void set_leader(GroupContext& context, std::optional<std::string> leader);
  void tell_assignment(GroupContext& context, const ClassicGroupMember& member, const Blob& from,
                       const Blob& to) const;

  std::string id_;
  GroupState state_ = GroupState::Empty;
  GroupState previous_state_ = GroupState::Dead;
  std::optional<std::int64_t> state_since_ms_;
  std::optional<std::string> protocol_type_, protocol_name_;
  std::int32_t generation_ = 0;
  std::optional<std::string> leader_;
  ClassicMembers members_;
  std::map<std::string, std::string> static_members_;  // Invariant: inverse of instance_id
  std::set<std::string> pending_join_;                 // ids granted and not yet used
  std::set<std::string> pending_sync_;                 // answered JoinGroup, no SyncGroup yet
  std::optional<std::set<std::string>> subscribed_;
};

}  // namespace kscope::coordinator
