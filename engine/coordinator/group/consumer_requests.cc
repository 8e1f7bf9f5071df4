// The manager's part in ConsumerGroupHeartbeat: which group is meant, and its change of protocol.
#include "engine/base/check.h"
#include "engine/coordinator/group/classic_operation.h"
#include "engine/coordinator/group/consumer_records.h"
#include "engine/coordinator/group/group_metadata_manager.h"
#include "engine/coordinator/group/migration.h"

namespace kscope::coordinator {

using protocol::ConsumerGroupHeartbeatRequest;

Decision GroupMetadataManager::consumer_group_heartbeat(
    GroupContext& context, const Caller& caller, const ConsumerGroupHeartbeatRequest& request) {
  const auto refuse = [&](ErrorCode error, const std::string& message) {
    return Decision::answer(caller, heartbeat_error(error, message));
  };
  std::string message;
  const ErrorCode error = validate_heartbeat(context.config, request, &message);
  if (error != ErrorCode::NONE) return refuse(error, message);

  Decision decision;
  const std::string& id = request.group_id;
  ConsumerGroup* existing = consumer(id);
  const bool joins = request.member_epoch == kJoinEpoch;
  if (!existing && !joins) {
    return refuse(ErrorCode::GROUP_ID_NOT_FOUND, "Group " + id + " is not a consumer group.");
  }
  if (request.member_epoch < 0) {
    ConsumerOperation operation(context, *existing, notes_, decision);
    operation.leave(caller, request);
    const ConsumerGroupMember* member = existing->member(request.member_id);
    if (member && request.member_epoch == kLeaveEpoch && !decision.records.empty() &&
        operation.may_downgrade_without(*member)) {
      decision.records.clear();
      downgrade(context, *existing, member->id, decision);
    }
    return decision;
  }
  if (existing) {
    ConsumerOperation operation(context, *existing, notes_, decision);
    operation.heartbeat(caller, request);
    if (operation.refreshed()) existing->refreshed = operation.refreshed();
    return decision;
  }
  const auto group = group_to_join(context, id, decision);
  if (!group) {
    return refuse(ErrorCode::GROUP_ID_NOT_FOUND,
                  "Group " + id + " has members of the classic protocol and cannot be upgraded.");
  }
  // The records so far make the group; those of the heartbeat follow in the same batch.
  Decision heartbeat;
  ConsumerOperation(context, *group, notes_, heartbeat).heartbeat(caller, request);
  decision.answers = std::move(heartbeat.answers);
  if (heartbeat.records.empty()) {  // refused: then nothing is changed either
    decision.records.clear();
    return decision;
  }
  decision.records.insert(decision.records.end(), heartbeat.records.begin(),
                          heartbeat.records.end());
  return decision;
}

std::optional<ConsumerGroup> GroupMetadataManager::group_to_join(GroupContext& context,
                                                                 const std::string& group,
                                                                 Decision& decision) {
  ClassicGroup* before = classic(group);
  if (!before) return ConsumerGroup(group);
  decision.records.push_back({protocol::GroupMetadataKey{group}, std::nullopt});
  if (before->is(GroupState::Empty)) return ConsumerGroup(group);
  if (!may_upgrade(context.config, *before)) return std::nullopt;
  auto next = upgraded(*before, context.metadata);
  if (!next) return std::nullopt;
  // Whoever waits in a rebalance of the old protocol joins again, into the new group.
  ClassicOperation(context, *before, decision).answer_all(ErrorCode::REBALANCE_IN_PROGRESS);
  for (const auto& [id, member] : before->members()) notes_.clients[{group, id}] = member.client;
  add_group_records(decision.records, *next);
  return next;
}

void GroupMetadataManager::downgrade(GroupContext& context, const ConsumerGroup& group,
                                     const std::string& leaving, Decision& decision) {
  const std::int64_t now_ms = context.env.clock.wall_ms();
  add_group_tombstones(decision.records, group);
  decision.records.push_back({protocol::GroupMetadataKey{group.id()},
                              downgraded(group, leaving, context.metadata, now_ms)});
  decision.afterwards = {Afterwards::Kind::Downgraded, group.id(), leaving, group.epoch()};
}

void GroupMetadataManager::make_room(GroupContext& context, const std::string& group,
                                     Decision& decision) {
  const ConsumerGroup* before = consumer(group);
  if (!before) return;
  KCHECK(before->is_empty());
  add_group_tombstones(decision.records, *before);
  displaced_.insert_or_assign(group, *before);
  remove_group(context, group);
}

}  // namespace kscope::coordinator
