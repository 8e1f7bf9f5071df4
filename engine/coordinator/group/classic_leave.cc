// How memberships end: by LeaveGroup, or because nothing was heard for too long.
#include "engine/coordinator/group/classic_operation.h"

namespace kscope::coordinator {

using event::MemberEnd;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;

std::vector<LeaveGroupRequest::MemberIdentity> leaving_members(const LeaveGroupRequest& request,
                                                               std::int16_t version) {
  if (version >= 3) return request.members;
  return {{request.member_id, std::nullopt, std::nullopt}};
}

void ClassicOperation::leave(const Caller& caller, const LeaveGroupRequest& request) {
  LeaveGroupResponse response;
  std::string last_to_leave;
  for (const auto& who : leaving_members(request, caller.version)) {
    LeaveGroupResponse::MemberResponse one;
    one.member_id = who.member_id;
    one.group_instance_id = who.group_instance_id;
    one.error_code = leave_one(who);
    if (one.error_code == ErrorCode::NONE) {
      last_to_leave = who.member_id.empty() ? *who.group_instance_id : who.member_id;
    }
    response.members.push_back(std::move(one));
  }
  if (!last_to_leave.empty()) {
    members_left(Reason::MemberLeft, last_to_leave);
  }
  if (caller.version < 3) {
    response.error_code = response.members.front().error_code;
    response.members.clear();
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

/// An administrator knows a static member by its name only, and leaves the id empty.
ErrorCode ClassicOperation::leave_one(const LeaveGroupRequest::MemberIdentity& who) {
  if (who.member_id.empty()) {
    const auto id =
        who.group_instance_id ? group_.static_member(*who.group_instance_id) : std::nullopt;
    if (!id) return ErrorCode::UNKNOWN_MEMBER_ID;
    remove_member(*group_.member(*id), MemberEnd::RemovedByAdmin);
    return ErrorCode::NONE;
  }
  if (group_.is_pending(who.member_id)) {
    context_.timers.cancel({TimerPurpose::PendingMember, group_.id(), who.member_id});
    group_.remove(context_, who.member_id, MemberEnd::Left);
    return ErrorCode::NONE;
  }
  const ErrorCode error = group_.validate_member(who.member_id, who.group_instance_id);
  if (error == ErrorCode::NONE) remove_member(*group_.member(who.member_id), MemberEnd::Left);
  return error;
}

/// What it waits for will not come. Kafka forgets a parked SyncGroup here, and lets it time out.
void ClassicOperation::remove_member(ClassicGroupMember& member, MemberEnd end) {
  answer_join(member, join_error("", ErrorCode::UNKNOWN_MEMBER_ID));
  answer_sync(member, sync_error(ErrorCode::UNKNOWN_MEMBER_ID));
  cancel_session(member.id);
  group_.remove(context_, member.id, end);
}

void ClassicOperation::member_failed(ClassicGroupMember& member, MemberEnd end, Reason reason) {
  const std::string id = member.id;
  remove_member(member, end);
  if (group_.is(GroupState::PreparingRebalance) && group_.has_all_members_joined()) {
    return complete_join();
  }
  members_left(reason, id);
}

void ClassicOperation::members_left(Reason reason, const std::string& member_id) {
  if (group_.is(GroupState::Empty)) return;  // it was only a granted id
  maybe_rebalance_or_complete(reason, member_id);
}

void ClassicOperation::session_expired(const std::string& member_id) {
  ClassicGroupMember* member = group_.member(member_id);
  if (!member || member->has_satisfied_heartbeat()) return;
  member_failed(*member, MemberEnd::SessionExpired, Reason::SessionExpired);
}

void ClassicOperation::pending_member_expired(const std::string& member_id) {
  if (!group_.is_pending(member_id)) return;
  group_.remove(context_, member_id, MemberEnd::NeverJoined);
  if (group_.is(GroupState::PreparingRebalance) && group_.has_all_members_joined()) {
    complete_join();
  }
}

/// They have heard of the new generation and did not ask for their part of it: they are gone.
void ClassicOperation::pending_sync_expired() {
  const bool is_in_time =
      group_.is(GroupState::CompletingRebalance) || group_.is(GroupState::Stable);
  if (!is_in_time || group_.pending_sync().empty()) return;
  const std::set<std::string> silent = group_.pending_sync();
  for (const std::string& id : silent) {
    remove_member(*group_.member(id), MemberEnd::RebalanceTimedOut);
  }
  prepare_rebalance(Reason::SyncTimedOut, *silent.begin());
}

void ClassicOperation::answer_all(ErrorCode error) {
  for (const auto& [id, unused] : group_.members()) {
    ClassicGroupMember& member = *group_.member(id);
    answer_join(member, join_error(id, error));
    answer_sync(member, sync_error(error));
  }
}

}  // namespace kscope::coordinator
