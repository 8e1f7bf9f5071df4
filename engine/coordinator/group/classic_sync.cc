// SyncGroup and Heartbeat: the second half of a rebalance, and the peace after it.
//
// SyncGroup, by state:  PreparingRebalance   REBALANCE_IN_PROGRESS: join again
//                       CompletingRebalance  waits; the leader's is stored and then answers all
//                       Stable               its assignment, at once (the answer was lost)
#include "engine/base/check.h"
#include "engine/coordinator/group/classic_operation.h"

namespace kscope::coordinator {

using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

namespace {

/// A client that does not say is right (KIP-559).
bool is_inconsistent(const std::optional<std::string>& told,
                     const std::optional<std::string>& groups) {
  return told && groups && *told != *groups;
}

}  // namespace

SyncGroupResponse sync_error(ErrorCode error) {
  SyncGroupResponse response;
  response.error_code = error;
  return response;
}

void ClassicOperation::answer_sync(ClassicGroupMember& member, SyncGroupResponse response) {
  if (!member.awaiting_sync) return;
  answer_now(*member.awaiting_sync, std::move(response));
  member.awaiting_sync.reset();
}

void ClassicOperation::sync(const Caller& caller, const SyncGroupRequest& request) {
  const ErrorCode error = validate_sync(request);
  if (error != ErrorCode::NONE) return answer_now(caller, sync_error(error));
  ClassicGroupMember& member = *group_.member(request.member_id);
  switch (group_.state()) {
    case GroupState::PreparingRebalance:
      return answer_now(caller, sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
    case GroupState::CompletingRebalance:
      return sync_while_completing(caller, request);
    default:
      break;
  }
  KCHECK(group_.is(GroupState::Stable));
  member_synced(member.id);
  SyncGroupResponse response;
  response.protocol_type = group_.protocol_type();
  response.protocol_name = group_.protocol_name();
  response.assignment = member.assignment;
  answer_now(caller, std::move(response));
}

ErrorCode ClassicOperation::validate_sync(const SyncGroupRequest& request) const {
  const ErrorCode error = group_.validate_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::NONE) return error;
  if (request.generation_id != group_.generation()) return ErrorCode::ILLEGAL_GENERATION;
  if (is_inconsistent(request.protocol_type, group_.protocol_type()) ||
      is_inconsistent(request.protocol_name, group_.protocol_name())) {
    return ErrorCode::INCONSISTENT_GROUP_PROTOCOL;
  }
  return ErrorCode::NONE;
}

void ClassicOperation::sync_while_completing(const Caller& caller,
                                             const SyncGroupRequest& request) {
  group_.member(request.member_id)->awaiting_sync = caller;
  context_.emit(event::MemberSyncing{context_.name(group_.id()), context_.name(request.member_id)});
  member_synced(request.member_id);
  if (!group_.is_leader(request.member_id)) return;
  std::map<std::string, Blob> assignment;  // whom the leader forgot gets nothing
  for (const auto& [id, member] : group_.members()) assignment[id] = Blob();
  for (const auto& assigned : request.assignments) {
    const auto it = assignment.find(assigned.member_id);
    if (it != assignment.end()) it->second = assigned.assignment;
  }
  write_group(assignment);
  group_.assignment_to_come = std::move(assignment);
  decision_.afterwards = {Afterwards::Kind::AssignmentStored, group_.id(), request.member_id,
                          group_.generation()};
}

void ClassicOperation::member_synced(const std::string& member_id) {
  group_.synced(member_id);
  if (group_.pending_sync().empty()) cancel_group_timer(TimerPurpose::PendingSync);
}

void ClassicOperation::assignment_stored(std::int32_t generation, ErrorCode written) {
  // Another rebalance may have begun while the record was on its way.
  if (!group_.is(GroupState::CompletingRebalance) || generation != group_.generation()) return;
  const std::map<std::string, Blob> assignment = std::move(group_.assignment_to_come);
  group_.assignment_to_come.clear();
  for (const auto& [id, unused] : group_.members()) {
    const auto it = assignment.find(id);
    const bool is_lost = written != ErrorCode::NONE || it == assignment.end();
    group_.set_assignment(context_, *group_.member(id), is_lost ? Blob() : it->second);
  }
  if (written == ErrorCode::NONE) {
    group_.transition_to(context_, GroupState::Stable);
    return propagate(ErrorCode::NONE);
  }
  propagate(written);
  maybe_rebalance_or_complete(Reason::AssignmentLost, group_.leader().value_or(""));
}

void ClassicOperation::propagate(ErrorCode error) {
  for (const auto& [id, unused] : group_.members()) {
    ClassicGroupMember& member = *group_.member(id);
    if (!member.awaiting_sync) continue;
    SyncGroupResponse response = sync_error(error);
    if (error == ErrorCode::NONE) {
      response.protocol_type = group_.protocol_type();
      response.protocol_name = group_.protocol_name();
    }
    response.assignment = member.assignment;
    member.client = member.awaiting_sync->node;
    answer_sync(member, std::move(response));
    renew_session(member);  // while it waited, its session could not end
  }
}

void ClassicOperation::heartbeat(const Caller& caller, const HeartbeatRequest& request) {
  HeartbeatResponse response;
  response.error_code = group_.validate_member(request.member_id, request.group_instance_id);
  if (response.error_code == ErrorCode::NONE && request.generation_id != group_.generation()) {
    response.error_code = ErrorCode::ILLEGAL_GENERATION;
  }
  if (response.error_code == ErrorCode::NONE) {
    ClassicGroupMember& member = *group_.member(request.member_id);
    member.client = caller.node;
    renew_session(member);
    if (group_.is(GroupState::PreparingRebalance)) {
      response.error_code = ErrorCode::REBALANCE_IN_PROGRESS;
    }
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

}  // namespace kscope::coordinator
