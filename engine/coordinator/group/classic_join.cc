// JoinGroup: who may join, and what a join means in each state of the group.
//
//   state                 a newcomer             a member
//   Empty                 begins a rebalance     UNKNOWN_MEMBER_ID (there are no members)
//   PreparingRebalance    waits with the others  waits with the others
//   CompletingRebalance   begins another one     unchanged: the same answer again; changed: another
//   Stable                begins a rebalance     follower unchanged: its generation; else: another
//
// KIP-394: from version 4 on, a newcomer is not let in at once. It gets an id, and joins again with
// it; who never comes back leaves no ghost that the whole group would wait for.
#include "engine/coordinator/group/classic_operation.h"
#include "engine/coordinator/group/member_id.h"

namespace kscope::coordinator {

using event::MemberEnd;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;

namespace {

/// Version 0 has no rebalance timeout; the session's served as both.
Duration rebalance_timeout_of(const JoinGroupRequest& request, std::int16_t version) {
  return millis(version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms);
}

}  // namespace

JoinGroupResponse join_error(const std::string& member_id, ErrorCode error) {
  JoinGroupResponse response;
  response.member_id = member_id;
  response.error_code = error;
  return response;
}

void ClassicOperation::answer_now(const Caller& caller, AnyResponse response) {
  decision_.at_once.push_back({caller.ticket, std::move(response)});
}

void ClassicOperation::answer_join(ClassicGroupMember& member, JoinGroupResponse response) {
  if (!member.awaiting_join) return;
  answer_now(*member.awaiting_join, std::move(response));
  member.awaiting_join.reset();
}

/// What a member hears of the generation; the leader everybody's subscription.
JoinGroupResponse ClassicOperation::current_generation(const ClassicGroupMember& member) const {
  JoinGroupResponse response;
  response.member_id = member.id;
  response.generation_id = group_.generation();
  response.protocol_type = group_.protocol_type();
  response.protocol_name = group_.protocol_name();
  response.leader = group_.leader().value_or("");
  if (!group_.is_leader(member.id)) return response;
  for (const auto& [id, other] : group_.members()) {
    response.members.push_back({id, other.instance_id, other.metadata(*group_.protocol_name())});
  }
  return response;
}

void ClassicOperation::join(const Caller& caller, const JoinGroupRequest& request) {
  if (!accept(request.member_id)) {
    cancel_session(request.member_id);
    group_.remove(context_, request.member_id, MemberEnd::Fenced);
    return answer_now(caller, join_error("", ErrorCode::GROUP_MAX_SIZE_REACHED));
  }
  if (!group_.supports_protocols(request.protocol_type, request.protocols)) {
    return answer_now(caller,
                      join_error(request.member_id, ErrorCode::INCONSISTENT_GROUP_PROTOCOL));
  }
  if (request.member_id.empty()) return join_new_member(caller, request);
  join_existing_member(caller, request);
}

/// group.max.size. While members gather, those who wait already count, not those who are known:
/// if the limit was lowered, the last to come back are turned away.
bool ClassicOperation::accept(const std::string& member_id) const {
  const auto limit = static_cast<std::size_t>(context_.config.max_size);
  const ClassicGroupMember* member = group_.member(member_id);
  switch (group_.state()) {
    case GroupState::PreparingRebalance:
      return (member && member->awaiting_join) || group_.awaiting_join() < limit;
    case GroupState::CompletingRebalance:
    case GroupState::Stable:
      return member || group_.members().size() < limit;
    default:
      return true;
  }
}

void ClassicOperation::join_new_member(const Caller& caller, const JoinGroupRequest& request) {
  const std::string id = new_member_id(caller, request.group_instance_id);
  if (!request.group_instance_id) {
    if (caller.version >= 4) return grant_member_id(caller, request, id);
    return add_member(caller, request, id);
  }
  const auto existing = group_.static_member(*request.group_instance_id);
  if (existing) return replace_static_member(caller, request, *existing, id);
  add_member(caller, request, id);
}

std::string ClassicOperation::new_member_id(const Caller& caller,
                                            const std::optional<std::string>& instance_id) {
  const std::string uuid = random_member_uuid(context_.env.random[env::Purpose::Identity]);
  return instance_id.value_or(caller.client_id) + "-" + uuid;
}

void ClassicOperation::grant_member_id(const Caller& caller, const JoinGroupRequest& request,
                                       const std::string& member_id) {
  group_.add_pending(context_, member_id);
  context_.timers.set({TimerPurpose::PendingMember, group_.id(), member_id},
                      context_.env.now() + millis(request.session_timeout_ms));
  answer_now(caller, join_error(member_id, ErrorCode::MEMBER_ID_REQUIRED));
}

void ClassicOperation::join_existing_member(const Caller& caller, const JoinGroupRequest& request) {
  // A static member never gets an id without a place in the group, so this is no member of ours.
  const bool is_pending = group_.is_pending(request.member_id);
  if (is_pending && !request.group_instance_id) {
    context_.timers.cancel({TimerPurpose::PendingMember, group_.id(), request.member_id});
    return add_member(caller, request, request.member_id);
  }
  const ErrorCode error = group_.validate_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::NONE) {
    JoinGroupResponse response = join_error(request.member_id, error);
    if (caller.version >= 7) response.protocol_name.reset();
    return answer_now(caller, std::move(response));
  }
  rejoin(caller, request, *group_.member(request.member_id));
}

void ClassicOperation::rejoin(const Caller& caller, const JoinGroupRequest& request,
                              ClassicGroupMember& member) {
  const bool is_changed = member.protocols != request.protocols;
  const bool leads = group_.is_leader(member.id);
  switch (group_.state()) {
    case GroupState::PreparingRebalance:
      break;
    case GroupState::CompletingRebalance:
      // Perhaps the answer was lost on its way; the meeting goes on.
      if (!is_changed) return answer_now(caller, current_generation(member));
      break;
    case GroupState::Stable:
      // The leader may join again without a change of its own: it saw that topics have changed.
      if (!is_changed && !leads) return answer_now(caller, current_generation(member));
      break;
    default:
      return answer_now(caller, join_error(member.id, ErrorCode::UNKNOWN_MEMBER_ID));
  }
  update_member(caller, request, member);
  tell_joining(member);
  maybe_rebalance_or_complete(leads ? Reason::LeaderRejoined : Reason::SubscriptionChanged,
                              member.id);
}

void ClassicOperation::update_member(const Caller& caller, const JoinGroupRequest& request,
                                     ClassicGroupMember& member) {
  member.protocols = request.protocols;
  member.rebalance_timeout = rebalance_timeout_of(request, caller.version);
  member.session_timeout = millis(request.session_timeout_ms);
  member.awaiting_join = caller;
}

void ClassicOperation::tell_joining(const ClassicGroupMember& member) const {
  context_.emit(event::MemberJoining{context_.name(group_.id()), context_.name(member.id)});
}

void ClassicOperation::add_member(const Caller& caller, const JoinGroupRequest& request,
                                  const std::string& member_id) {
  if (group_.is(GroupState::PreparingRebalance) && group_.previous_state() == GroupState::Empty) {
    group_.new_member_added = true;  // the first rebalance waits a little longer
  }
  ClassicGroupMember newcomer;
  newcomer.id = member_id;
  newcomer.instance_id = request.group_instance_id;
  newcomer.client_id = caller.client_id;
  newcomer.client_host = caller.client_host;
  newcomer.client = caller.node;
  newcomer.protocol_type = request.protocol_type;
  newcomer.protocols = request.protocols;
  newcomer.is_new = true;
  ClassicGroupMember& member = group_.add(context_, std::move(newcomer));
  update_member(caller, request, member);
  tell_joining(member);
  renew_session(member, context_.config.new_member_join_timeout);
  maybe_rebalance_or_complete(Reason::MemberJoined, member_id);
}

}  // namespace kscope::coordinator
