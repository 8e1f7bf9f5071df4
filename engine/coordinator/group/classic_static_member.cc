// A static member whose process comes back (KIP-345).
//
// It has a name of its own (group.instance.id) and no member id any more. The old id is fenced: if
// the old process still lives, its next request hears FENCED_INSTANCE_ID. The new one takes over
// its place with its assignment, and in a Stable group nobody else notices: no rebalance. Only the
// record with the new id has to be committed first, or a new coordinator would fence the new one.
//
// KIP-814: if it leads, it is told to skip the assignment. Older clients are told that the member
// which is no more leads, so that none of them feels responsible.
#include "engine/base/check.h"
#include "engine/coordinator/group/classic_operation.h"

namespace kscope::coordinator {

using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;

void ClassicOperation::replace_static_member(const Caller& caller, const JoinGroupRequest& request,
                                             const std::string& old_id, const std::string& new_id) {
  ClassicGroupMember& old = *group_.member(old_id);
  JoinGroupResponse fenced = join_error(old_id, ErrorCode::FENCED_INSTANCE_ID);
  if (old.awaiting_join && old.awaiting_join->version >= 7) fenced.protocol_name.reset();
  answer_join(old, std::move(fenced));
  answer_sync(old, sync_error(ErrorCode::FENCED_INSTANCE_ID));
  cancel_session(old_id);

  const StaticReplacement before{old_id, old.protocols, old.rebalance_timeout, old.session_timeout,
                                 group_.leader().value_or("")};
  ClassicGroupMember& member = group_.replace_static(context_, old_id, new_id, caller.node);
  renew_session(member);
  update_member(caller, request, member);
  if (group_.is(GroupState::Stable) && group_.protocol_name() == group_.select_protocol()) {
    member.replaces = before;
    write_group(group_.assignments());
    decision_.afterwards = {Afterwards::Kind::StaticMemberStored, group_.id(), new_id,
                            group_.generation()};
    return;
  }
  tell_joining(member);
  switch (group_.state()) {
    case GroupState::Stable:
    case GroupState::CompletingRebalance:
      // The leader may be assigning to the old id right now.
      return prepare_rebalance(Reason::StaticMemberReplaced, new_id);
    default:
      KCHECK(group_.is(GroupState::PreparingRebalance));  // an Empty group has no static members
      return maybe_complete_join_phase();
  }
}

void ClassicOperation::static_member_stored(const std::string& member_id, ErrorCode written) {
  ClassicGroupMember* member = group_.member(member_id);
  if (!member || !member->replaces) return;  // gone, or part of a rebalance, which will answer it
  const StaticReplacement before = *member->replaces;
  member->replaces.reset();
  const bool may_skip = member->awaiting_join && member->awaiting_join->version >= 9;
  JoinGroupResponse response = current_generation(*member);
  if (written == ErrorCode::NONE) {
    response.skip_assignment = may_skip && group_.is_leader(member_id);
    if (!may_skip) {
      response.members.clear();
      response.leader = before.leader;
    }
    return answer_join(*member, std::move(response));
  }
  response.member_id = "";
  response.members.clear();
  response.leader = before.leader;
  response.error_code = written;
  answer_join(*member, std::move(response));
  cancel_session(member_id);
  ClassicGroupMember& old = group_.replace_static(context_, member_id, before.old_id, NodeId(-1));
  old.protocols = before.protocols;
  old.rebalance_timeout = before.rebalance_timeout;
  old.session_timeout = before.session_timeout;
  renew_session(old);
}

}  // namespace kscope::coordinator
