#include "engine/coordinator/group/group_metadata_manager.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/coordinator/coordinator_errors.h"
#include "engine/coordinator/group/classic_operation.h"

namespace kscope::coordinator {

using protocol::HeartbeatResponse;
using protocol::LeaveGroupResponse;

const ClassicGroup* GroupMetadataManager::classic_group(const std::string& group) const {
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : std::get_if<ClassicGroup>(&it->second);
}

const ConsumerGroup* GroupMetadataManager::consumer_group(const std::string& group) const {
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : std::get_if<ConsumerGroup>(&it->second);
}

ClassicGroup* GroupMetadataManager::classic(const std::string& group) {
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : std::get_if<ClassicGroup>(&it->second);
}

ConsumerGroup* GroupMetadataManager::consumer(const std::string& group) {
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : std::get_if<ConsumerGroup>(&it->second);
}

NodeId GroupMetadataManager::client_of(const std::string& group, const std::string& member) const {
  if (const ClassicGroup* found = classic_group(group)) {
    const ClassicGroupMember* one = found->member(member);
    return one ? one->client : NodeId(-1);
  }
  const auto it = notes_.clients.find({group, member});
  return it == notes_.clients.end() ? NodeId(-1) : it->second;
}

std::string GroupMetadataManager::topic_name(const Uuid& topic) const {
  const auto it = notes_.topics.find(topic);
  return it == notes_.topics.end() ? topic.str() : it->second;
}

ClassicGroup& GroupMetadataManager::create_classic(GroupContext& context,
                                                   const std::string& group) {
  const std::int64_t now_ms = context.env.clock.wall_ms();
  const auto [it, inserted] = groups_.emplace(group, ClassicGroup(group, now_ms));
  KCHECK(inserted);
  auto& created = std::get<ClassicGroup>(it->second);
  if (loaded_) created.announce(context);
  return created;
}

void GroupMetadataManager::remove_group(GroupContext& context, const std::string& group) {
  GroupState state = GroupState::Empty;
  std::int32_t generation = 0;
  if (const ClassicGroup* removed = classic(group)) {
    state = removed->state();
    generation = removed->generation();
    for (const TimerPurpose purpose :
         {TimerPurpose::InitialDelay, TimerPurpose::Rebalance, TimerPurpose::PendingSync}) {
      context.timers.cancel({purpose, group, ""});
    }
    for (const auto& [id, member] : removed->members()) {
      context.timers.cancel({TimerPurpose::Session, group, id});
    }
    for (const std::string& id : removed->pending_members()) {
      context.timers.cancel({TimerPurpose::PendingMember, group, id});
    }
  } else if (const ConsumerGroup* modern = consumer(group)) {
    state = modern->announced;
    generation = modern->epoch();
  } else {
    return;
  }
  groups_.erase(group);
  if (!loaded_) return;
  context.emit(event::GroupStateChanged{context.name(group), state, GroupState::Dead, generation});
}

// ---- requests ---------------------------------------------------------------------------------

Decision GroupMetadataManager::join(GroupContext& context, const Caller& caller,
                                    const protocol::JoinGroupRequest& request) {
  Decision decision;
  ConsumerGroup* modern = consumer(request.group_id);
  if (modern && !modern->is_empty()) {
    ConsumerOperation operation(context, *modern, notes_, decision);
    operation.classic_join(caller, request);
    if (operation.refreshed()) modern->refreshed = operation.refreshed();
    return decision;
  }
  const bool is_new_group = modern || !contains(request.group_id);
  if (is_new_group && !request.member_id.empty()) {
    return Decision::answer(caller, join_error(request.member_id, ErrorCode::UNKNOWN_MEMBER_ID));
  }
  if (is_new_group) {
    make_room(context, request.group_id, decision);
    create_classic(context, request.group_id);
  }
  ClassicGroup* group = classic(request.group_id);
  ClassicOperation(context, *group, decision).join(caller, request);
  if (is_new_group) {
    // The group's first record: if this coordinator fails, the next one knows of the group.
    protocol::GroupMetadataValue empty;
    empty.current_state_timestamp = group->state_since_ms().value_or(-1);
    decision.records.push_back({protocol::GroupMetadataKey{group->id()}, std::move(empty)});
    decision.afterwards = {Afterwards::Kind::GroupCreated, group->id(), "", 0};
  }
  return decision;
}

Decision GroupMetadataManager::sync(GroupContext& context, const Caller& caller,
                                    const protocol::SyncGroupRequest& request) {
  Decision decision;
  if (const ConsumerGroup* modern = consumer(request.group_id)) {
    ConsumerOperation(context, *modern, notes_, decision).classic_sync(caller, request);
    return decision;
  }
  ClassicGroup* group = classic(request.group_id);
  if (!group || group->is(GroupState::Empty)) {
    return Decision::answer(caller, sync_error(ErrorCode::UNKNOWN_MEMBER_ID));
  }
  ClassicOperation(context, *group, decision).sync(caller, request);
  return decision;
}

Decision GroupMetadataManager::heartbeat(GroupContext& context, const Caller& caller,
                                         const protocol::HeartbeatRequest& request) {
  Decision decision;
  if (const ConsumerGroup* modern = consumer(request.group_id)) {
    ConsumerOperation(context, *modern, notes_, decision).classic_heartbeat(caller, request);
    return decision;
  }
  ClassicGroup* group = classic(request.group_id);
  if (!group) {
    HeartbeatResponse response;
    response.error_code = ErrorCode::UNKNOWN_MEMBER_ID;
    return Decision::answer(caller, std::move(response));
  }
  ClassicOperation(context, *group, decision).heartbeat(caller, request);
  return decision;
}

Decision GroupMetadataManager::leave(GroupContext& context, const Caller& caller,
                                     const protocol::LeaveGroupRequest& request) {
  Decision decision;
  if (const ConsumerGroup* modern = consumer(request.group_id)) {
    ConsumerOperation(context, *modern, notes_, decision).classic_leave(caller, request);
    return decision;
  }
  ClassicGroup* group = classic(request.group_id);
  if (!group) {
    LeaveGroupResponse response;
    if (caller.version < 3) response.error_code = ErrorCode::UNKNOWN_MEMBER_ID;
    for (const auto& who : request.members) {
      response.members.push_back(
          {who.member_id, who.group_instance_id, ErrorCode::UNKNOWN_MEMBER_ID});
    }
    return Decision::answer(caller, std::move(response));
  }
  ClassicOperation(context, *group, decision).leave(caller, request);
  return decision;
}

// ---- timers and outcomes ----------------------------------------------------------------------

Decision GroupMetadataManager::on_timer(GroupContext& context, const TimerName& timer) {
  Decision decision;
  if (const ConsumerGroup* modern = consumer(timer.group)) {
    const ConsumerGroupMember* member = modern->member(timer.member);
    ConsumerOperation operation(context, *modern, notes_, decision);
    operation.timer_expired(timer);
    if (!decision.records.empty() && operation.may_downgrade_without(*member)) {
      decision.records.clear();
      downgrade(context, *modern, timer.member, decision);
    }
    return decision;
  }
  ClassicGroup* group = classic(timer.group);
  if (!group) return decision;
  ClassicOperation operation(context, *group, decision);
  switch (timer.purpose) {
    case TimerPurpose::Session:
      operation.session_expired(timer.member);
      break;
    case TimerPurpose::PendingMember:
      operation.pending_member_expired(timer.member);
      break;
    case TimerPurpose::PendingSync:
      operation.pending_sync_expired();
      break;
    case TimerPurpose::InitialDelay:
      operation.initial_delay_over();
      break;
    case TimerPurpose::Rebalance:
      operation.complete_join();
      break;
  }
  return decision;
}

Decision GroupMetadataManager::afterwards(GroupContext& context, const Afterwards& what,
                                          ErrorCode written) {
  Decision decision;
  ClassicGroup* group = classic(what.group);
  if (!group) return decision;
  ClassicOperation operation(context, *group, decision);
  const ErrorCode error = to_group_error(written);
  switch (what.kind) {
    case Afterwards::Kind::AnswerOnly:
      break;
    case Afterwards::Kind::AssignmentStored:
      operation.assignment_stored(what.generation, error);
      break;
    case Afterwards::Kind::StaticMemberStored:
      operation.static_member_stored(what.member, error);
      break;
    case Afterwards::Kind::Downgraded:
      if (can_rebalance(group->state()) && group->generation() == what.generation) {
        operation.prepare_rebalance(event::RebalanceReason::ProtocolDowngraded, what.member);
      }
      break;
    case Afterwards::Kind::GroupCreated:
      // Not committed in time is not lost: the record is in the log, and the group goes on.
      if (error == ErrorCode::NONE || written == ErrorCode::REQUEST_TIMED_OUT) {
        displaced_.erase(what.group);
        break;
      }
      operation.answer_all(error);
      undo_creation(context, what.group);
      break;
  }
  return decision;
}

/// The log has not taken its first record: it never was, and the one that it displaced is back.
void GroupMetadataManager::undo_creation(GroupContext& context, const std::string& group) {
  remove_group(context, group);
  const auto before = displaced_.extract(group);
  if (before.empty()) return;
  auto& back = groups_.emplace(group, before.mapped()).first->second;
  announce_consumer(context, std::get<ConsumerGroup>(back));
}

void GroupMetadataManager::on_metadata(const std::set<std::string>& topics) {
  for (auto& [id, any] : groups_) {
    auto* group = std::get_if<ConsumerGroup>(&any);
    if (!group) continue;
    const bool is_concerned =
        group->has_patterns() || std::any_of(topics.begin(), topics.end(), [&](const auto& topic) {
          return group->is_subscribed(topic);
        });
    if (is_concerned) group->refreshed.reset();
  }
}

Decision GroupMetadataManager::on_loaded(GroupContext& context) {
  KCHECK(!loaded_);
  loaded_ = true;
  Decision decision;
  for (auto& [id, any] : groups_) {
    if (auto* modern = std::get_if<ConsumerGroup>(&any)) {
      announce_consumer(context, *modern);
      ConsumerOperation operation(context, *modern, notes_, decision);
      for (const auto& [member_id, member] : modern->members()) {
        operation.renew_session(member, NodeId(-1));
        if (member.state == MemberState::UnrevokedPartitions && !member.classic) {
          context.timers.set({TimerPurpose::Rebalance, id, member_id},
                             context.env.now() + millis(member.rebalance_timeout_ms));
        }
      }
      continue;
    }
    auto& group = std::get<ClassicGroup>(any);
    announce_classic(context, group);
    if (group.members().size() > static_cast<std::size_t>(context.config.max_size)) {
      // The limit was lowered. Everybody may commit, and the last to come back are turned away.
      ClassicOperation(context, group, decision)
          .prepare_rebalance(event::RebalanceReason::GroupTooLarge, "");
    }
  }
  return decision;
}

std::vector<Answer> GroupMetadataManager::on_unloaded(GroupContext& context) {
  Decision decision;
  for (auto& [id, any] : groups_) {
    auto* group = std::get_if<ClassicGroup>(&any);
    if (group) ClassicOperation(context, *group, decision).answer_all(ErrorCode::NOT_COORDINATOR);
  }
  return std::move(decision.at_once);
}

}  // namespace kscope::coordinator
