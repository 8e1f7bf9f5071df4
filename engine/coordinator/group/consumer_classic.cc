// Members of the classic protocol in a KIP-848 group, while the group is being converted.
//
// The client still says JoinGroup, SyncGroup and Heartbeat, and the coordinator translates: its
// generation is the member epoch, REBALANCE_IN_PROGRESS is "join again, there is a next step", and
// its own leader never exists (nobody's answer names one). So a rolling restart moves a group to
// the new protocol without a moment in which all of it stops.
#include <algorithm>

#include "engine/coordinator/group/classic_operation.h"
#include "engine/coordinator/group/consumer_operation.h"
#include "engine/coordinator/group/consumer_records.h"
#include "engine/coordinator/group/member_id.h"
#include "engine/coordinator/group/migration.h"

namespace kscope::coordinator {

using protocol::ConsumerProtocolSubscription;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;

namespace {

/// Of partitions by topic name, those that exist, by id.
PartitionsByTopicId owned_by(const ConsumerProtocolSubscription& subscription,
                             const metadata::MetadataImage& image) {
  AssignedTopics topics;
  for (const auto& owned : subscription.owned_partitions) {
    const metadata::TopicImage* topic = image.topic(owned.topic);
    if (topic) topics.push_back({topic->id, owned.partitions});
  }
  return from_record(topics);
}

ConsumerGroupMember joined(ConsumerGroupMember member, const Caller& caller,
                           const JoinGroupRequest& request,
                           const ConsumerProtocolSubscription& subscription) {
  if (request.group_instance_id) member.instance_id = request.group_instance_id;
  if (subscription.rack_id && !subscription.rack_id->empty()) member.rack_id = subscription.rack_id;
  member.rebalance_timeout_ms =
      caller.version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  const std::set<std::string> topics(subscription.topics.begin(), subscription.topics.end());
  member.topics.assign(topics.begin(), topics.end());
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  ConsumerGroupMember::Classic classic{request.session_timeout_ms, {}};
  for (const auto& p : request.protocols)
    classic.supported_protocols.push_back({p.name, p.metadata});
  member.classic = std::move(classic);
  return member;
}

std::vector<std::string> names(const std::vector<MemberProtocol>& protocols) {
  std::vector<std::string> names;
  for (const MemberProtocol& p : protocols) names.push_back(p.name);
  return names;
}

}  // namespace

void ConsumerOperation::classic_join(const Caller& caller, const JoinGroupRequest& request) {
  const auto refuse_join = [&](ErrorCode error, const std::string& member_id = "") {
    decision_.records.clear();
    decision_.answers.push_back({caller.ticket, join_error(member_id, error)});
  };
  const bool is_unknown = request.member_id.empty();
  const std::string id = is_unknown ? random_uuid(context_.env.random[env::Purpose::Identity]).str()
                                    : request.member_id;
  if (is_full(id)) return refuse_join(ErrorCode::GROUP_MAX_SIZE_REACHED);
  if (!group_.supports_classic(request.protocol_type, names(request.protocols))) {
    return refuse_join(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  if (is_unknown && !request.group_instance_id && caller.version >= 4) {
    return refuse_join(ErrorCode::MEMBER_ID_REQUIRED, id);
  }
  const auto read = protocol::decode_versioned<ConsumerProtocolSubscription>(
      request.protocols.front().metadata.view());
  if (!read.ok()) return refuse_join(ErrorCode::UNKNOWN_SERVER_ERROR);
  const ConsumerProtocolSubscription& subscription = read.value().message;

  Change change;
  const ErrorCode error = find_classic_member(request, id, &change.before);
  if (error != ErrorCode::NONE) return refuse_join(error);
  change.after = joined(change.before, caller, request, subscription);
  Round round = update_epoch(change, write_member(change));
  if (!update_target(change, round)) return refuse_join(ErrorCode::UNKNOWN_SERVER_ERROR);
  classic_joined(caller,
                 step_towards(change.after, round, owned_by(subscription, context_.metadata)));
}

/// Any id that comes without a static name may be a newcomer's: it was given out and not written.
ErrorCode ConsumerOperation::find_classic_member(const JoinGroupRequest& request,
                                                 const std::string& member_id,
                                                 ConsumerGroupMember* found) {
  if (request.group_instance_id) {
    return find_static_member(member_id, *request.group_instance_id, request.member_id.empty(),
                              /*is_classic=*/true, found);
  }
  const ConsumerGroupMember* known = group_.member(member_id);
  if (known) *found = *known;
  found->id = member_id;
  return ErrorCode::NONE;
}

/// Its SyncGroup is expected next.
void ConsumerOperation::classic_joined(const Caller& caller, const ConsumerGroupMember& member) {
  context_.timers.cancel({TimerPurpose::Rebalance, group_.id(), member.id});
  renew_session(member, caller.node);
  set_timer(TimerPurpose::PendingSync, member.id, millis(member.rebalance_timeout_ms));
  JoinGroupResponse response;
  response.member_id = member.id;
  response.generation_id = member.epoch;
  response.protocol_type = "consumer";
  response.protocol_name = member.classic->supported_protocols.front().name;
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

ErrorCode ConsumerOperation::classic_member(const std::string& member_id,
                                            const std::optional<std::string>& instance_id,
                                            const ConsumerGroupMember** found) const {
  *found = instance_id ? group_.static_member(*instance_id) : group_.member(member_id);
  if (!*found) return ErrorCode::UNKNOWN_MEMBER_ID;
  if (instance_id && (*found)->id != member_id) return ErrorCode::FENCED_INSTANCE_ID;
  return (*found)->uses_classic_protocol() ? ErrorCode::NONE : ErrorCode::UNKNOWN_MEMBER_ID;
}

/// It is told to join again, and how often it is told does not give it more time. Kafka:
/// scheduleConsumerGroupJoinTimeoutIfAbsent.
void ConsumerOperation::expect_join(const ConsumerGroupMember& member) {
  if (context_.timers.at({TimerPurpose::Rebalance, group_.id(), member.id})) return;
  set_timer(TimerPurpose::Rebalance, member.id, millis(member.rebalance_timeout_ms));
}

void ConsumerOperation::classic_sync(const Caller& caller,
                                     const protocol::SyncGroupRequest& request) {
  const auto refuse_sync = [&](ErrorCode error) {
    decision_.answers.push_back({caller.ticket, sync_error(error)});
  };
  const ConsumerGroupMember* member = nullptr;
  const ErrorCode error = classic_member(request.member_id, request.group_instance_id, &member);
  if (error != ErrorCode::NONE) return refuse_sync(error);
  if (member->epoch != request.generation_id) return refuse_sync(ErrorCode::ILLEGAL_GENERATION);
  const auto& first = member->classic->supported_protocols.front();
  if (request.protocol_type.value_or("consumer") != "consumer" ||
      request.protocol_name.value_or(first.name) != first.name) {
    return refuse_sync(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  if (group_.epoch() > member->epoch && member->state != MemberState::UnrevokedPartitions) {
    // There is something newer already. Who is revoking has to finish that first.
    expect_join(*member);
    return refuse_sync(ErrorCode::REBALANCE_IN_PROGRESS);
  }
  context_.timers.cancel({TimerPurpose::PendingSync, group_.id(), member->id});
  renew_session(*member, caller.node);
  protocol::SyncGroupResponse response;
  response.protocol_type = request.protocol_type;
  response.protocol_name = request.protocol_name;
  response.assignment = classic_assignment(member->assigned, first.metadata, context_.metadata);
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

void ConsumerOperation::classic_heartbeat(const Caller& caller,
                                          const protocol::HeartbeatRequest& request) {
  protocol::HeartbeatResponse response;
  const ConsumerGroupMember* member = nullptr;
  response.error_code = classic_member(request.member_id, request.group_instance_id, &member);
  if (response.error_code == ErrorCode::NONE && member->epoch != request.generation_id) {
    response.error_code = ErrorCode::ILLEGAL_GENERATION;
  }
  if (response.error_code == ErrorCode::NONE) {
    renew_session(*member, caller.node);
    const bool is_behind = member->epoch < group_.epoch();
    const bool has_to_revoke = member->state == MemberState::UnrevokedPartitions;
    const bool may_have_more =
        member->state == MemberState::UnreleasedPartitions && !group_.waits_for_release(*member);
    if (is_behind || has_to_revoke || may_have_more) {
      response.error_code = ErrorCode::REBALANCE_IN_PROGRESS;
      expect_join(*member);
    }
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

ErrorCode ConsumerOperation::leave_one(const LeaveGroupRequest::MemberIdentity& who,
                                       const ConsumerGroupMember** found) const {
  if (who.group_instance_id && who.member_id.empty()) {  // an administrator
    *found = group_.static_member(*who.group_instance_id);
    return *found && (*found)->uses_classic_protocol() ? ErrorCode::NONE
                                                       : ErrorCode::UNKNOWN_MEMBER_ID;
  }
  return classic_member(who.member_id, who.group_instance_id, found);
}

void ConsumerOperation::classic_leave(const Caller& caller, const LeaveGroupRequest& request) {
  LeaveGroupResponse response;
  std::vector<const ConsumerGroupMember*> gone;
  for (const auto& who : leaving_members(request, caller.version)) {
    const ConsumerGroupMember* member = nullptr;
    ErrorCode error = leave_one(who, &member);
    if (error == ErrorCode::NONE && std::find(gone.begin(), gone.end(), member) != gone.end()) {
      error = ErrorCode::UNKNOWN_MEMBER_ID;  // named twice
    }
    if (error == ErrorCode::NONE) {
      gone.push_back(member);
      remove(*member,
             who.member_id.empty() ? event::MemberEnd::RemovedByAdmin : event::MemberEnd::Left);
    }
    response.members.push_back(
        {error == ErrorCode::NONE ? member->id : who.member_id, who.group_instance_id, error});
  }
  if (!gone.empty()) bump_without(gone);
  if (caller.version < 3) {
    response.error_code = response.members.front().error_code;
    response.members.clear();
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

}  // namespace kscope::coordinator
