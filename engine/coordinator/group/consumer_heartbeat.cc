// ConsumerGroupHeartbeat: is it a good request, who sends it, and the three steps.
#include <fmt/format.h>

#include <algorithm>

#include "engine/coordinator/group/consumer_operation.h"
#include "engine/coordinator/group/consumer_records.h"
#include "engine/coordinator/group/member_id.h"
#include "engine/coordinator/group/topic_pattern.h"

namespace kscope::coordinator {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

namespace {

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

bool is_blank(const std::optional<std::string>& text) { return text && is_blank(*text); }

/// The first heartbeat has to say everything.
const char* missing_in_first(const ConsumerGroupHeartbeatRequest& request) {
  if (request.rebalance_timeout_ms == -1) {
    return "RebalanceTimeoutMs must be provided in first request.";
  }
  if (!request.topic_partitions || !request.topic_partitions->empty()) {
    return "TopicPartitions must be empty when (re-)joining.";
  }
  const bool has_names = request.subscribed_topic_names && !request.subscribed_topic_names->empty();
  const bool has_regex = request.subscribed_topic_regex && !request.subscribed_topic_regex->empty();
  if (!has_names && !has_regex) return "SubscribedTopicNames must be set in first request.";
  return nullptr;
}

const char* what_is_wrong(const ConsumerGroupHeartbeatRequest& request) {
  if (is_blank(request.group_id)) return "GroupId can't be empty.";
  if (is_blank(request.instance_id)) return "InstanceId can't be empty.";
  if (is_blank(request.rack_id)) return "RackId can't be empty.";
  if (request.member_epoch == kJoinEpoch) return missing_in_first(request);
  if (request.member_epoch < kStaticLeaveEpoch) return "MemberEpoch is invalid.";
  if (is_blank(request.member_id)) return "MemberId can't be empty.";
  if (request.member_epoch == kStaticLeaveEpoch && !request.instance_id) {
    return "InstanceId can't be null.";
  }
  return nullptr;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// A member that did not hear of its new epoch may come with the one before, as long as it has
/// nothing that it should not have. REQUIRES that the member is known.
bool is_fenced(const ConsumerGroupMember& member, const ConsumerGroupHeartbeatRequest& request) {
  if (request.member_epoch == member.epoch) return false;
  if (request.member_epoch > member.epoch) return true;
  return request.member_epoch != member.previous_epoch || !request.topic_partitions ||
         !is_subset(partitions_of(*request.topic_partitions), member.assigned);
}

ConsumerGroupMember updated(ConsumerGroupMember member, const Caller& caller,
                            const ConsumerGroupHeartbeatRequest& request) {
  if (request.instance_id) member.instance_id = request.instance_id;
  if (request.rack_id) member.rack_id = request.rack_id;
  if (request.rebalance_timeout_ms != -1) {
    member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  }
  if (request.server_assignor) member.server_assignor = request.server_assignor;
  if (request.subscribed_topic_names) {
    const std::set<std::string> names(request.subscribed_topic_names->begin(),
                                      request.subscribed_topic_names->end());
    member.topics.assign(names.begin(), names.end());
  }
  if (request.subscribed_topic_regex) {
    member.regex = request.subscribed_topic_regex;
    if (member.regex->empty()) member.regex.reset();
  }
  member.client_id = caller.client_id;
  member.client_host = caller.client_host;
  member.classic.reset();
  return member;
}

std::vector<ConsumerGroupHeartbeatResponse::TopicPartitions> to_response(
    const PartitionsByTopicId& partitions) {
  std::vector<ConsumerGroupHeartbeatResponse::TopicPartitions> topics;
  for (const auto& [topic, list] : partitions) topics.push_back({topic, list});
  return topics;
}

}  // namespace

ConsumerGroupHeartbeatResponse heartbeat_error(ErrorCode error, const std::string& message) {
  ConsumerGroupHeartbeatResponse response;
  response.error_code = error;
  response.error_message = message;
  return response;
}

ErrorCode validate_heartbeat(const GroupConfig& config,
                             const ConsumerGroupHeartbeatRequest& request, std::string* message) {
  if (const char* wrong = what_is_wrong(request)) {
    *message = wrong;
    return ErrorCode::INVALID_REQUEST;
  }
  const auto& known = config.assignors;
  if (request.server_assignor &&
      std::find(known.begin(), known.end(), *request.server_assignor) == known.end()) {
    *message = fmt::format("ServerAssignor {} is not supported. Supported assignors: {}.",
                           *request.server_assignor, joined(known));
    return ErrorCode::UNSUPPORTED_ASSIGNOR;
  }
  if (request.subscribed_topic_regex) {
    const auto pattern = TopicPattern::compile(*request.subscribed_topic_regex);
    if (!pattern.ok()) {
      *message = "SubscribedTopicRegex is not valid: " + pattern.error().message;
      return ErrorCode::INVALID_REQUEST;  // 4.0 has INVALID_REGULAR_EXPRESSION
    }
  }
  return ErrorCode::NONE;
}

void ConsumerOperation::refuse(const Caller& caller, ErrorCode error, const std::string& message) {
  decision_.records.clear();
  decision_.answers.push_back({caller.ticket, heartbeat_error(error, message)});
}

bool ConsumerOperation::is_full(const std::string& member_id) const {
  return group_.members().size() >= static_cast<std::size_t>(context_.config.consumer_max_size) &&
         !group_.member(member_id);
}

ErrorCode ConsumerOperation::find_member(const ConsumerGroupHeartbeatRequest& request,
                                         const std::string& member_id, ConsumerGroupMember* found) {
  const bool is_new = request.member_epoch == kJoinEpoch;
  if (request.instance_id) {
    const ErrorCode error =
        find_static_member(member_id, *request.instance_id, is_new, false, found);
    if (error != ErrorCode::NONE || is_new) return error;
    return is_fenced(*found, request) ? ErrorCode::FENCED_MEMBER_EPOCH : ErrorCode::NONE;
  }
  if (const ConsumerGroupMember* known = group_.member(member_id)) {
    *found = *known;
  } else if (is_new) {
    found->id = member_id;
  } else {
    return ErrorCode::UNKNOWN_MEMBER_ID;
  }
  return is_fenced(*found, request) ? ErrorCode::FENCED_MEMBER_EPOCH : ErrorCode::NONE;
}

ErrorCode ConsumerOperation::find_static_member(const std::string& member_id,
                                                const std::string& instance_id, bool is_new,
                                                bool is_classic, ConsumerGroupMember* found) {
  const ConsumerGroupMember* existing = group_.static_member(instance_id);
  if (!is_new) {
    if (!existing) return ErrorCode::UNKNOWN_MEMBER_ID;
    if (existing->id != member_id) return ErrorCode::FENCED_INSTANCE_ID;
    *found = *existing;
    return ErrorCode::NONE;
  }
  if (!existing) {
    const ConsumerGroupMember* known = group_.member(member_id);
    if (known) *found = *known;
    found->id = member_id;
    return ErrorCode::NONE;
  }
  // Its place is free once the process before has said that it will be back (epoch -2).
  if (!is_classic && existing->epoch != kStaticLeaveEpoch) return ErrorCode::UNRELEASED_INSTANCE_ID;
  *found = *existing;
  found->id = member_id;
  found->epoch = found->previous_epoch = 0;
  replace_static(*existing, *found);
  return ErrorCode::NONE;
}

void ConsumerOperation::replace_static(const ConsumerGroupMember& before,
                                       const ConsumerGroupMember& after) {
  const std::string& group = group_.id();
  notes_.endings[{group, before.id}] = event::MemberEnd::Replaced;
  add_member_tombstones(decision_.records, group, before.id);
  decision_.records.push_back(member_record(group, after));
  decision_.records.push_back(target_record(group, after.id, group_.target(before.id)));
  decision_.records.push_back(current_assignment_record(group, after));
}

void ConsumerOperation::heartbeat(const Caller& caller,
                                  const ConsumerGroupHeartbeatRequest& request) {
  if (is_full(request.member_id)) {
    return refuse(caller, ErrorCode::GROUP_MAX_SIZE_REACHED,
                  fmt::format("The consumer group has reached its maximum capacity of {} members.",
                              context_.config.consumer_max_size));
  }
  const std::string id = request.member_id.empty()
                             ? random_uuid(context_.env.random[env::Purpose::Identity]).str()
                             : request.member_id;
  Change change;
  const ErrorCode error = find_member(request, id, &change.before);
  if (error != ErrorCode::NONE) {
    return refuse(caller, error,
                  fmt::format("Member {} of group {} with epoch {}: {}.", id, group_.id(),
                              request.member_epoch, to_string(error)));
  }
  change.after = updated(change.before, caller, request);

  Round round = update_epoch(change, write_member(change));
  if (!update_target(change, round)) {
    return refuse(
        caller, ErrorCode::UNKNOWN_SERVER_ERROR,
        fmt::format("Failed to compute a new target assignment for epoch {}.", round.group_epoch));
  }
  std::optional<PartitionsByTopicId> owned;
  if (request.topic_partitions) owned = partitions_of(*request.topic_partitions);
  const ConsumerGroupMember member = step_towards(change.after, round, owned);
  renew_session(member, caller.node);

  ConsumerGroupHeartbeatResponse response;
  response.member_id = member.id;
  response.member_epoch = member.epoch;
  response.heartbeat_interval_ms =
      static_cast<std::int32_t>(to_millis(context_.config.consumer_heartbeat_interval));
  const bool says_all =
      request.member_epoch == kJoinEpoch ||
      (request.rebalance_timeout_ms != -1 &&
       (request.subscribed_topic_names || request.subscribed_topic_regex) && owned);
  if (says_all || member.assigned != change.before.assigned) {
    response.assignment = {to_response(member.assigned)};
  }
  decision_.answers.push_back({caller.ticket, std::move(response)});
}

}  // namespace kscope::coordinator
