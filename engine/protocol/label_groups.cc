// Labels of what consumers, coordinators and admin clients say about groups.
//
// Subscriptions and assignments are bytes for the coordinator; here they are opened, because they
// are what a student looks for: who gets which partitions.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "engine/protocol/label_text.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/consumer_group_heartbeat.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/leave_group.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/messages/sync_group.h"
#include "engine/protocol/records/coordinator_record.h"

namespace kscope::protocol {
namespace {

constexpr std::size_t kRoom = 52;  // bytes, for what labels.h calls about 40 characters

std::string whichever_fits(std::string detailed, std::string brief) {
  return detailed.size() <= kRoom ? detailed : brief;
}

/// "billing", or "billing and 2 more".
std::string first_of(const std::vector<std::string>& names) {
  if (names.empty()) return "none";
  if (names.size() == 1) return names.front();
  return fmt::format("{} and {} more", names.front(), names.size() - 1);
}

std::string numbers(const std::vector<std::int32_t>& partitions) {
  return fmt::format("[{}]", fmt::join(partitions, ","));
}

/// "orders[0,1] payments[2]"; for several topics, the partitions of each.
template <class Topics, class NameOf>
std::string shares(const Topics& topics, NameOf name_of) {
  std::string text;
  for (const auto& topic : topics) {
    if (!text.empty()) text += ' ';
    text += name_of(topic) + numbers(topic.partitions);
  }
  return text.empty() ? "nothing" : text;
}

std::size_t partitions_in(const ConsumerProtocolAssignment& assignment) {
  return count_partitions(assignment.assigned_partitions,
                          [](const auto& t) -> auto& { return t.partitions; });
}

std::string label(const FindCoordinatorRequest& request) {
  const auto& keys = request.coordinator_keys;
  return fmt::format("FindCoordinator({})", keys.empty() ? request.key : first_of(keys));
}

std::string label(const FindCoordinatorResponse& response) {
  if (response.coordinators.size() > 1) {
    return count_label(response.coordinators.size(), "coordinator");
  }
  const bool many = !response.coordinators.empty();
  return fmt::format("broker {}", many ? response.coordinators[0].node_id : response.node_id);
}

std::string label(const JoinGroupRequest& request) {
  std::vector<std::string> names;
  for (const auto& protocol : request.protocols) names.push_back(protocol.name);
  std::string who = request.member_id.empty() ? "\"\"" : member_label(request.member_id);
  if (request.group_instance_id) who += " = " + *request.group_instance_id;
  return whichever_fits(
      fmt::format("JoinGroup({}, member {}, [{}])", request.group_id, who, fmt::join(names, ", ")),
      fmt::format("JoinGroup({}, {})", who, count_label(names.size(), "assignor")));
}

std::string label(const JoinGroupResponse& response) {
  if (response.error_code == ErrorCode::MEMBER_ID_REQUIRED) {
    return "MEMBER_ID_REQUIRED " + member_label(response.member_id);
  }
  if (response.leader != response.member_id) {
    return fmt::format("generation {}, led by {}", response.generation_id,
                       member_label(response.leader));
  }
  return fmt::format("generation {}, leader, {}", response.generation_id,
                     count_label(response.members.size(), "member"));
}

/// "c1-7f3a→[0,1] c2-55d0→[2]", with the topics' names if there is more than one.
std::string assignments_label(const SyncGroupRequest& request) {
  std::set<std::string> topics;
  std::vector<std::pair<std::string, ConsumerProtocolAssignment>> parts;
  for (const auto& part : request.assignments) {
    auto decoded = decode_versioned<ConsumerProtocolAssignment>(part.assignment);
    if (!decoded.ok()) return count_label(request.assignments.size(), "assignment");
    for (const auto& topic : decoded->message.assigned_partitions) topics.insert(topic.topic);
    parts.emplace_back(member_label(part.member_id), std::move(decoded->message));
  }
  std::string text;
  for (const auto& [member, assignment] : parts) {
    const auto name = [&](const auto& t) { return topics.size() > 1 ? t.topic : std::string(); };
    const bool none = assignment.assigned_partitions.empty();
    text += fmt::format("{}{}→{}", text.empty() ? "" : " ", member,
                        none ? "[]" : shares(assignment.assigned_partitions, name));
  }
  return text;
}

std::string label(const SyncGroupRequest& request) {
  if (request.assignments.empty()) return fmt::format("SyncGroup({})", request.group_id);
  return whichever_fits(
      fmt::format("SyncGroup({})", assignments_label(request)),
      fmt::format("SyncGroup({})", count_label(request.assignments.size(), "assignment")));
}

std::string label(const SyncGroupResponse& response) {
  const auto decoded = decode_versioned<ConsumerProtocolAssignment>(response.assignment);
  if (!decoded.ok()) return count_label(response.assignment.size(), "byte");
  const auto& topics = decoded->message.assigned_partitions;
  return whichever_fits(shares(topics, [](const auto& t) { return t.topic; }),
                        count_label(partitions_in(decoded->message), "partition"));
}

std::string label(const HeartbeatRequest& request) {
  return fmt::format("Heartbeat({}, generation {})", request.group_id, request.generation_id);
}

std::string label(const HeartbeatResponse&) { return "alive"; }

std::string label(const LeaveGroupRequest& request) {
  if (request.members.empty()) {
    return fmt::format("LeaveGroup({}, {})", request.group_id, member_label(request.member_id));
  }
  const auto& first = request.members.front();
  const std::string who = first.member_id.empty() ? first.group_instance_id.value_or("?")
                                                  : member_label(first.member_id);
  return request.members.size() == 1
             ? fmt::format("LeaveGroup({}, {})", request.group_id, who)
             : fmt::format("LeaveGroup({}, {} members)", request.group_id, request.members.size());
}

std::string label(const LeaveGroupResponse&) { return "gone"; }

std::string label(const OffsetCommitRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  const std::string brief =
      fmt::format("OffsetCommit({}, {})", request.group_id, count_label(n, "partition"));
  if (n != 1) return brief;
  const auto& topic = request.topics.front();
  const auto& partition = topic.partitions.front();
  return whichever_fits(fmt::format("OffsetCommit({}, {}={})", request.group_id,
                                    partition_label(topic.name, partition.partition_index),
                                    partition.committed_offset),
                        brief);
}

std::string label(const OffsetFetchRequest& request) {
  const auto text = [](const std::string& group, const auto& topics) {
    if (!topics) return fmt::format("OffsetFetch({}, all)", group);
    const std::size_t n =
        count_partitions(*topics, [](const auto& t) -> auto& { return t.partition_indexes; });
    if (n != 1) return fmt::format("OffsetFetch({}, {})", group, count_label(n, "partition"));
    const auto& topic = topics->front();
    return fmt::format("OffsetFetch({}, {})", group,
                       partition_label(topic.name, topic.partition_indexes.front()));
  };
  if (request.groups.empty()) return text(request.group_id, request.topics);
  if (request.groups.size() == 1) return text(request.groups[0].group_id, request.groups[0].topics);
  return fmt::format("OffsetFetch({} groups)", request.groups.size());
}

std::string label(const OffsetFetchResponse& response) {
  std::size_t known = 0, asked = 0;
  std::string only;
  const auto count = [&](const auto& topics) {
    for (const auto& topic : topics) {
      for (const auto& partition : topic.partitions) {
        ++asked;
        const bool committed = partition.committed_offset >= 0;
        known += committed ? 1 : 0;
        only = partition_label(topic.name, partition.partition_index);
        only += committed ? fmt::format("={}", partition.committed_offset) : ": none";
      }
    }
  };
  count(response.topics);
  for (const auto& group : response.groups) count(group.topics);
  if (asked == 1) return only;
  return known == asked ? count_label(known, "offset") : fmt::format("{} of {}", known, asked);
}

std::string label(const OffsetDeleteRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  return fmt::format("OffsetDelete({}, {})", request.group_id, count_label(n, "partition"));
}

std::string label(const OffsetDeleteResponse&) { return "deleted"; }

std::string label(const DescribeGroupsRequest& request) {
  return fmt::format("DescribeGroups({})", first_of(request.groups));
}

std::string label(const ConsumerGroupDescribeRequest& request) {
  return fmt::format("ConsumerGroupDescribe({})", first_of(request.group_ids));
}

template <class Response>
std::string described(const Response& response) {
  if (response.groups.size() != 1) return count_label(response.groups.size(), "group");
  const auto& only = response.groups.front();
  return fmt::format("{}, {}", only.group_state, count_label(only.members.size(), "member"));
}
std::string label(const DescribeGroupsResponse& response) { return described(response); }
std::string label(const ConsumerGroupDescribeResponse& response) { return described(response); }

std::string label(const ListGroupsRequest& request) {
  std::vector<std::string> filters = request.states_filter;
  filters.insert(filters.end(), request.types_filter.begin(), request.types_filter.end());
  return filters.empty() ? "ListGroups" : fmt::format("ListGroups({})", fmt::join(filters, ", "));
}

std::string label(const ListGroupsResponse& response) {
  return count_label(response.groups.size(), "group");
}

std::string label(const DeleteGroupsRequest& request) {
  return fmt::format("DeleteGroups({})", first_of(request.groups_names));
}

std::string label(const DeleteGroupsResponse&) { return "deleted"; }

/// "[0,1]": topics are named by id, which tells a reader nothing.
std::string by_id(const auto& topics) {
  return topics.size() == 1 ? numbers(topics.front().partitions)
         : topics.empty()   ? "[]"
                            : shares(topics, [](const auto&) { return std::string(); });
}

std::string label(const ConsumerGroupHeartbeatRequest& request) {
  std::string what = request.member_epoch == 0    ? "joins"
                     : request.member_epoch == -1 ? "leaves"
                     : request.member_epoch == -2
                         ? "leaves for now"
                         : fmt::format("epoch {}", request.member_epoch);
  if (request.topic_partitions && request.member_epoch > 0) {
    what = whichever_fits(what + ", owns " + by_id(*request.topic_partitions), what);
  }
  return fmt::format("Heartbeat({}, {})", request.group_id, what);
}

std::string label(const ConsumerGroupHeartbeatResponse& response) {
  if (response.member_epoch < 0) return "gone";
  if (!response.assignment) return fmt::format("epoch {}", response.member_epoch);
  return whichever_fits(fmt::format("epoch {}: {}", response.member_epoch,
                                    by_id(response.assignment->topic_partitions)),
                        fmt::format("epoch {}, new assignment", response.member_epoch));
}

std::string label(const OffsetCommitResponse&) { return "committed"; }

template <class Message>
std::optional<std::string> try_label(std::int16_t version, const Blob& body) {
  auto message = decode_body<Message>(body, version);
  if (!message.ok()) return std::nullopt;
  ErrorFinder errors;
  message->describe(errors);
  // The one error that brings something: the member id to come again with.
  const bool refused =
      errors.found != ErrorCode::NONE && errors.found != ErrorCode::MEMBER_ID_REQUIRED;
  return refused ? to_string(errors.found) : label(*message);
}

template <class Request, class Response>
std::optional<std::string> either(bool is_response, std::int16_t version, const Blob& body) {
  return is_response ? try_label<Response>(version, body) : try_label<Request>(version, body);
}

}  // namespace

std::string member_label(const std::string& member_id) {
  // "c1-0e4a7f1c-9f1e-4b58-8e5a-0d7b34a1c2f3": the client's id and a UUID of 36 characters.
  constexpr std::size_t kUuid = 36, kKept = 4;
  if (member_id.size() <= kUuid) return member_id.substr(0, 16);
  const std::size_t dash = member_id.size() - kUuid - 1;
  const std::string_view uuid = std::string_view(member_id).substr(dash + 1);
  const bool is_uuid = member_id[dash] == '-' && std::count(uuid.begin(), uuid.end(), '-') == 4;
  return is_uuid ? member_id.substr(0, dash + 1 + kKept) : member_id.substr(0, 16);
}

std::optional<std::string> group_label(ApiKey api, bool is_response, std::int16_t version,
                                       const Blob& body) {
#define KSCOPE_LABEL(name)                                                              \
  case ApiKey::name:                                                                    \
    return either<name##Request, name##Response>(is_response, version, body)
  switch (api) {
    KSCOPE_LABEL(FindCoordinator);
    KSCOPE_LABEL(JoinGroup);
    KSCOPE_LABEL(SyncGroup);
    KSCOPE_LABEL(Heartbeat);
    KSCOPE_LABEL(LeaveGroup);
    KSCOPE_LABEL(OffsetCommit);
    KSCOPE_LABEL(OffsetFetch);
    KSCOPE_LABEL(OffsetDelete);
    KSCOPE_LABEL(DescribeGroups);
    KSCOPE_LABEL(ListGroups);
    KSCOPE_LABEL(DeleteGroups);
    KSCOPE_LABEL(ConsumerGroupHeartbeat);
    KSCOPE_LABEL(ConsumerGroupDescribe);
    default: return std::nullopt;
  }
#undef KSCOPE_LABEL
}

}  // namespace kscope::protocol
