// ClassicOperation: one request or timer at work on one classic group.
//
// A rebalance is a meeting. Somebody comes or goes, and everybody has to come to the table again:
//
//   prepare_rebalance     heartbeats are answered REBALANCE_IN_PROGRESS; each JoinGroup is parked
//   complete_join         all have joined, or the time is up: whoever is not here is removed, the
//                         assignor is voted for, every parked JoinGroup is answered at once, the
//                         leader's with all subscriptions
//   sync                  the leader brings the assignment, the others wait for theirs
//   assignment_stored     it is committed to __consumer_offsets: every SyncGroup is answered
//
// Three clocks watch it. A member's session (no heartbeat: it is removed, and the others meet
// again). The rebalance timeout (not all have joined: go on without them). The same timeout once
// more for the second half (a JoinGroup answered, no SyncGroup seen: remove it, meet again).
//
// Lives for one call; what it finds out is in the Decision that it was given.
//
// Kafka: the classicGroup… methods of GroupMetadataManager. Called by: group_metadata_manager.
// Read next: coordinator/group/classic_join.cc
#pragma once

#include "engine/coordinator/group/classic_group.h"

namespace kscope::coordinator {

class ClassicOperation {
 public:
  ClassicOperation(GroupContext& context, ClassicGroup& group, Decision& decision)
      : context_(context), group_(group), decision_(decision) {}

  // Requests.
  void join(const Caller& caller, const protocol::JoinGroupRequest& request);
  void sync(const Caller& caller, const protocol::SyncGroupRequest& request);
  void heartbeat(const Caller& caller, const protocol::HeartbeatRequest& request);
  void leave(const Caller& caller, const protocol::LeaveGroupRequest& request);

  // Timers.
  void session_expired(const std::string& member_id);
  void pending_member_expired(const std::string& member_id);
  void initial_delay_over();
  void complete_join();
  void pending_sync_expired();

  // What became of the records.
  void assignment_stored(std::int32_t generation, ErrorCode written);
  void static_member_stored(const std::string& member_id, ErrorCode written);
  /// Whoever waits hears of it at once: JoinGroup and SyncGroup alike.
  void answer_all(ErrorCode error);

  /// Begins one, whatever state but Dead the group is in. REQUIRES can_rebalance(state).
  void prepare_rebalance(event::RebalanceReason reason, const std::string& member_id);
  /// A sign of life, or the start of a session.
  void renew_session(ClassicGroupMember& member) { renew_session(member, member.session_timeout); }

 private:
  using Reason = event::RebalanceReason;

  // classic_join.cc
  bool accept(const std::string& member_id) const;
  void join_new_member(const Caller& caller, const protocol::JoinGroupRequest& request);
  void grant_member_id(const Caller& caller, const protocol::JoinGroupRequest& request,
                       const std::string& member_id);
  void join_existing_member(const Caller& caller, const protocol::JoinGroupRequest& request);
  void rejoin(const Caller& caller, const protocol::JoinGroupRequest& request,
              ClassicGroupMember& member);
  void add_member(const Caller& caller, const protocol::JoinGroupRequest& request,
                  const std::string& member_id);
  void tell_joining(const ClassicGroupMember& member) const;
  void update_member(const Caller& caller, const protocol::JoinGroupRequest& request,
                     ClassicGroupMember& member);
  // classic_static_member.cc
  void replace_static_member(const Caller& caller, const protocol::JoinGroupRequest& request,
                             const std::string& old_id, const std::string& new_id);
  // classic_rebalance.cc
  void maybe_rebalance_or_complete(Reason reason, const std::string& member_id);
  void maybe_complete_join_phase();
  void begin_generation();
  void set_group_timer(TimerPurpose purpose, Duration after);
  void cancel_group_timer(TimerPurpose purpose);
  // classic_sync.cc
  ErrorCode validate_sync(const protocol::SyncGroupRequest& request) const;
  void sync_while_completing(const Caller& caller, const protocol::SyncGroupRequest& request);
  void member_synced(const std::string& member_id);
  void propagate(ErrorCode error);
  // classic_leave.cc
  ErrorCode leave_one(const protocol::LeaveGroupRequest::MemberIdentity& who);
  void remove_member(ClassicGroupMember& member, event::MemberEnd end);
  void members_left(Reason reason, const std::string& member_id);
  void member_failed(ClassicGroupMember& member, event::MemberEnd end, Reason reason);

  void renew_session(ClassicGroupMember& member, Duration timeout);
  void cancel_session(const std::string& member_id);
  void write_group(const std::map<std::string, Blob>& assignments);
  std::string new_member_id(const Caller& caller, const std::optional<std::string>& instance_id);
  protocol::JoinGroupResponse current_generation(const ClassicGroupMember& member) const;
  void answer_join(ClassicGroupMember& member, protocol::JoinGroupResponse response);
  void answer_sync(ClassicGroupMember& member, protocol::SyncGroupResponse response);
  void answer_now(const Caller& caller, AnyResponse response);

  GroupContext& context_;
  ClassicGroup& group_;
  Decision& decision_;
};

/// Versions 0 to 2 name one member, in another field.
std::vector<protocol::LeaveGroupRequest::MemberIdentity> leaving_members(
    const protocol::LeaveGroupRequest& request, std::int16_t version);
/// `error` for a JoinGroup or SyncGroup of that version.
protocol::JoinGroupResponse join_error(const std::string& member_id, ErrorCode error);
protocol::SyncGroupResponse sync_error(ErrorCode error);

}  // namespace kscope::coordinator
