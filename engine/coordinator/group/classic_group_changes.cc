// The changes of a classic group, each with the events that tell of it.
#include "engine/base/check.h"
#include "engine/coordinator/group/classic_group.h"

namespace kscope::coordinator {

void ClassicGroup::transition_to(GroupContext& context, GroupState state) {
  KCHECK(is_valid_transition(state_, state));
  previous_state_ = state_;
  state_ = state;
  state_since_ms_ = context.env.clock.wall_ms();
  context.emit(event::GroupStateChanged{context.name(id_), previous_state_, state_, generation_});
}

void ClassicGroup::add_pending(GroupContext& context, const std::string& member_id) {
  KCHECK(!member(member_id));
  pending_join_.insert(member_id);
  context.emit(event::MemberIdGranted{context.name(id_), context.name(member_id)});
}

ClassicGroupMember& ClassicGroup::add(GroupContext& context, ClassicGroupMember added) {
  KCHECK(supports_protocols(added.protocol_type, added.protocols));
  if (members_.empty()) protocol_type_ = added.protocol_type;
  if (added.instance_id) {
    const bool is_free = static_members_.emplace(*added.instance_id, added.id).second;
    KCHECK(is_free);
  }
  pending_join_.erase(added.id);
  const auto [it, inserted] = members_.emplace(added.id, std::move(added));
  KCHECK(inserted);
  ClassicGroupMember& member = it->second;
  context.emit(event::MemberAdded{context.name(id_), context.name(member.id),
                                  context.name(member.instance_id.value_or("")), member.client});
  if (!leader_) set_leader(context, member.id);
  return member;
}

void ClassicGroup::remove(GroupContext& context, const std::string& member_id,
                          event::MemberEnd end) {
  const std::string id = member_id;  // the caller's may be the member's own
  const auto it = members_.find(id);
  const bool was_pending = pending_join_.erase(id) > 0;
  pending_sync_.erase(id);
  if (it != members_.end()) {
    if (it->second.instance_id) static_members_.erase(*it->second.instance_id);
    members_.erase(it);
  } else if (!was_pending) {
    return;
  }
  context.emit(event::MemberRemoved{context.name(id_), context.name(id), end});
  if (!is_leader(id)) return;
  set_leader(context, members_.empty() ? std::nullopt : std::optional(members_.begin()->first));
}

ClassicGroupMember& ClassicGroup::replace_static(GroupContext& context, const std::string& old_id,
                                                 const std::string& new_id, NodeId client) {
  auto node = members_.extract(old_id);
  KCHECK(!node.empty() && node.mapped().instance_id);
  ClassicGroupMember& member = node.mapped();
  context.emit(
      event::MemberRemoved{context.name(id_), context.name(old_id), event::MemberEnd::Replaced});
  node.key() = new_id;
  member.id = new_id;
  member.client = client;
  member.is_new = false;
  member.awaiting_join.reset();
  member.awaiting_sync.reset();
  static_members_[*member.instance_id] = new_id;
  pending_sync_.erase(old_id);  // who has not asked for its assignment yet never will
  ClassicGroupMember& kept = members_.insert(std::move(node)).position->second;
  context.emit(event::MemberAdded{context.name(id_), context.name(new_id),
                                  context.name(*kept.instance_id), client});
  tell_assignment(context, kept, Blob(), kept.assignment);
  if (is_leader(old_id)) set_leader(context, new_id);
  return kept;
}

bool ClassicGroup::elect_joined_leader(GroupContext& context) {
  if (!leader_) return false;
  if (member(*leader_)->awaiting_join) return true;
  for (const auto& [id, member] : members_) {
    if (!member.awaiting_join) continue;
    set_leader(context, id);
    return true;
  }
  return false;
}

void ClassicGroup::init_next_generation(GroupContext& context) {
  ++generation_;
  pending_sync_.clear();
  if (members_.empty()) {
    protocol_name_.reset();
    subscribed_ = compute_subscribed_topics();
    return transition_to(context, GroupState::Empty);
  }
  protocol_name_ = select_protocol();
  subscribed_ = compute_subscribed_topics();
  transition_to(context, GroupState::CompletingRebalance);
  context.emit(event::GenerationStarted{context.name(id_), context.name(*protocol_name_),
                                        context.name(*leader_), generation_,
                                        static_cast<std::int32_t>(members_.size())});
}

void ClassicGroup::set_assignment(GroupContext& context, ClassicGroupMember& member,
                                  Blob assignment) {
  tell_assignment(context, member, member.assignment, assignment);
  member.assignment = std::move(assignment);
}

void ClassicGroup::set_leader(GroupContext& context, std::optional<std::string> leader) {
  leader_ = std::move(leader);
  context.emit(event::GroupLeaderChosen{context.name(id_), context.name(leader_.value_or(""))});
}

void ClassicGroup::announce(GroupContext& context) const {
  context.emit(event::GroupStateChanged{context.name(id_), GroupState::Dead, state_, generation_});
  for (const auto& [member_id, member] : members_) {
    context.emit(event::MemberAdded{context.name(id_), context.name(member_id),
                                    context.name(member.instance_id.value_or("")), member.client});
    tell_assignment(context, member, Blob(), member.assignment);
  }
  if (members_.empty()) return;
  context.emit(event::GroupLeaderChosen{context.name(id_), context.name(leader_.value_or(""))});
  context.emit(event::GenerationStarted{
      context.name(id_), context.name(protocol_name_.value_or("")),
      context.name(leader_.value_or("")), generation_, static_cast<std::int32_t>(members_.size())});
}

}  // namespace kscope::coordinator
