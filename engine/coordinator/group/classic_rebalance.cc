// The first half of a rebalance: from the reason for it to the new generation.
#include <algorithm>

#include "engine/coordinator/group/classic_operation.h"

namespace kscope::coordinator {

using event::MemberEnd;

void ClassicOperation::set_group_timer(TimerPurpose purpose, Duration after) {
  context_.timers.set({purpose, group_.id(), ""}, context_.env.now() + after);
}

void ClassicOperation::cancel_group_timer(TimerPurpose purpose) {
  context_.timers.cancel({purpose, group_.id(), ""});
}

void ClassicOperation::renew_session(ClassicGroupMember& member, Duration timeout) {
  context_.timers.set({TimerPurpose::Session, group_.id(), member.id},
                      context_.env.now() + timeout);
  context_.emit(event::MemberSessionSet{context_.name(group_.id()), context_.name(member.id),
                                        timeout, member.client});
}

void ClassicOperation::cancel_session(const std::string& member_id) {
  context_.timers.cancel({TimerPurpose::Session, group_.id(), member_id});
}

void ClassicOperation::maybe_rebalance_or_complete(Reason reason, const std::string& member_id) {
  if (can_rebalance(group_.state())) return prepare_rebalance(reason, member_id);
  maybe_complete_join_phase();
}

void ClassicOperation::prepare_rebalance(Reason reason, const std::string& member_id) {
  const std::string id = member_id;
  if (group_.is(GroupState::CompletingRebalance)) {
    // Who waits for the assignment has to join again.
    for (const auto& [other, unused] : group_.members()) {
      group_.set_assignment(context_, *group_.member(other), Blob());
    }
    propagate(ErrorCode::REBALANCE_IN_PROGRESS);
  }
  group_.assignment_to_come.clear();
  group_.clear_pending_sync();
  cancel_group_timer(TimerPurpose::PendingSync);

  const bool is_initial = group_.is(GroupState::Empty);
  if (is_initial) {
    // More members will come soon; a rebalance for each of them would be a waste (KIP-134).
    group_.initial_delay = context_.config.initial_rebalance_delay;
    group_.initial_remaining =
        std::max(group_.rebalance_timeout() - group_.initial_delay, Duration(0));
    set_group_timer(TimerPurpose::InitialDelay, group_.initial_delay);
  }
  group_.transition_to(context_, GroupState::PreparingRebalance);
  context_.emit(event::RebalanceStarted{context_.name(group_.id()), context_.name(id), reason,
                                        group_.rebalance_timeout()});
  for (const auto& [other, unused] : group_.members()) {
    // Back a moment ago, and now part of this rebalance.
    ClassicGroupMember& member = *group_.member(other);
    if (member.replaces && member.awaiting_join) tell_joining(member);
    member.replaces.reset();
  }
  if (is_initial) return;
  if (group_.has_all_members_joined()) return complete_join();
  set_group_timer(TimerPurpose::Rebalance, group_.rebalance_timeout());
}

void ClassicOperation::initial_delay_over() {
  if (!group_.is(GroupState::PreparingRebalance)) return;
  if (!group_.new_member_added || group_.initial_remaining == Duration(0)) return complete_join();
  group_.new_member_added = false;
  const Duration passed = group_.initial_delay;
  group_.initial_delay =
      std::min(context_.config.initial_rebalance_delay, group_.initial_remaining);
  group_.initial_remaining = std::max(group_.initial_remaining - passed, Duration(0));
  set_group_timer(TimerPurpose::InitialDelay, group_.initial_delay);
}

/// The first rebalance of a group ends with its delay, never earlier.
void ClassicOperation::maybe_complete_join_phase() {
  if (group_.is(GroupState::PreparingRebalance) && group_.has_all_members_joined() &&
      group_.previous_state() != GroupState::Empty) {
    complete_join();
  }
}

void ClassicOperation::complete_join() {
  if (!group_.is(GroupState::PreparingRebalance)) return;
  cancel_group_timer(TimerPurpose::InitialDelay);
  cancel_group_timer(TimerPurpose::Rebalance);
  std::vector<std::string> missing;
  for (const auto& [id, member] : group_.members()) {
    // A static member keeps its place until its session is over: it may be restarting.
    if (!member.awaiting_join && !member.is_static()) missing.push_back(id);
  }
  for (const std::string& id : missing) {
    cancel_session(id);
    group_.remove(context_, id, MemberEnd::RebalanceTimedOut);
  }
  if (!group_.elect_joined_leader(context_) && !group_.members().empty()) {
    // Only static members, and none of them is here: wait for them once more.
    return set_group_timer(TimerPurpose::Rebalance, group_.rebalance_timeout());
  }
  group_.init_next_generation(context_);
  if (group_.is(GroupState::Empty)) return write_group({});
  begin_generation();
}

void ClassicOperation::begin_generation() {
  std::vector<std::string> ids;
  for (const auto& [id, member] : group_.members()) ids.push_back(id);
  for (const std::string& id : ids) {
    ClassicGroupMember& member = *group_.member(id);
    if (member.awaiting_join) member.client = member.awaiting_join->node;
    answer_join(member, current_generation(member));
    renew_session(member);
    member.is_new = false;
    group_.await_sync(id);
  }
  set_group_timer(TimerPurpose::PendingSync, group_.rebalance_timeout());
}

void ClassicOperation::write_group(const std::map<std::string, Blob>& assignments) {
  decision_.records.push_back(
      {protocol::GroupMetadataKey{group_.id()}, group_.to_record(assignments)});
}

}  // namespace kscope::coordinator
