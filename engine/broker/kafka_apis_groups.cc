// The requests of consumer groups: what the broker checks itself, the way to the coordinator, and
// what old versions make of its answers. Kafka: KafkaApis, GroupCoordinatorAdapter.
#include <algorithm>
#include <set>

#include "engine/broker/kafka_apis.h"
#include "engine/coordinator/coordinator_errors.h"
#include "engine/protocol/messages/find_coordinator.h"

namespace kscope::broker {
namespace {

using namespace protocol;
using coordinator::AnyResponse;
using coordinator::kGroupMetadataTopic;

constexpr std::int8_t kGroupKey = 0, kTransactionKey = 1;
/// KIP-699: from here on many keys, or many groups, in one request.
constexpr std::int16_t kBatchedFindCoordinator = 4, kBatchedOffsetFetch = 8;
/// Before it OffsetFetch had no error but those of partitions.
constexpr std::int16_t kFirstFetchError = 2;
/// Before it a request to leave named one member, and the response had one error.
constexpr std::int16_t kFirstBatchedLeave = 3;
/// From here on SyncGroup says which protocol it means, so that a member cannot be taken for
/// another kind.
constexpr std::int16_t kFirstNamedSync = 5;
constexpr std::int16_t kFirstNullableProtocol = 7;

/// Moves the partitions that there are not out of the request, into the answer.
template <class Request, class Response>
Response split_unknown(const metadata::MetadataImage& image, Request& request) {
  Response unknown;
  auto known = request.topics;
  known.clear();
  for (auto& topic : request.topics) {
    auto good = topic;
    good.partitions.clear();
    for (auto& each : topic.partitions) {
      if (image.partition({topic.name, each.partition_index}) != nullptr) {
        good.partitions.push_back(std::move(each));
        continue;
      }
      if (unknown.topics.empty() || unknown.topics.back().name != topic.name) {
        unknown.topics.emplace_back().name = topic.name;
      }
      unknown.topics.back().partitions.push_back(
          {each.partition_index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION});
    }
    if (!good.partitions.empty()) known.push_back(std::move(good));
  }
  request.topics = std::move(known);
  return unknown;
}

template <class Response>
void merge(Response& answer, const Response& unknown) {
  for (const auto& topic : unknown.topics) {
    const auto same = std::find_if(answer.topics.begin(), answer.topics.end(),
                                   [&](const auto& t) { return t.name == topic.name; });
    auto& target = same != answer.topics.end() ? *same : answer.topics.emplace_back();
    target.name = topic.name;
    target.partitions.insert(target.partitions.end(), topic.partitions.begin(),
                             topic.partitions.end());
  }
}

// ---- what old versions make of an answer --------------------------------------------------------

/// Everything is one row for each group inside; before version 8 there was one group and no row.
void for_version(OffsetFetchResponse& response, std::int16_t version,
                 const OffsetFetchRequest& asked) {
  if (version >= kBatchedOffsetFetch) return;
  const auto group = std::move(response.groups.front());
  response.groups.clear();
  response.error_code = group.error_code;
  for (const auto& topic : group.topics) {
    auto& rows = response.topics.emplace_back();
    rows.name = topic.name;
    for (const auto& p : topic.partitions) {
      rows.partitions.push_back({p.partition_index, p.committed_offset, p.committed_leader_epoch,
                                 p.metadata, p.error_code});
    }
  }
  if (version >= kFirstFetchError || group.error_code == ErrorCode::NONE || !asked.topics) return;
  for (const auto& topic : *asked.topics) {
    auto& rows = response.topics.emplace_back();
    rows.name = topic.name;
    for (std::int32_t index : topic.partition_indexes) {
      rows.partitions.push_back({index, -1, -1, "", group.error_code});
    }
  }
}

void for_version(LeaveGroupResponse& response, std::int16_t version) {
  if (version >= kFirstBatchedLeave) return;
  if (response.error_code == ErrorCode::NONE && !response.members.empty()) {
    response.error_code = response.members.front().error_code;
  }
  response.members.clear();
}

void for_version(JoinGroupResponse& response, std::int16_t version) {
  if (version < kFirstNullableProtocol && !response.protocol_name) response.protocol_name = "";
}

}  // namespace

// ---- the coordinator of a group -----------------------------------------------------------------

KafkaApis::FoundCoordinator KafkaApis::find_coordinator(std::int8_t key_type,
                                                        const std::string& key) {
  FoundCoordinator nobody;
  // Transactions have no coordinator in this engine yet: a client keeps asking.
  if (key_type == kTransactionKey) return nobody;
  if (key_type != kGroupKey) return {ErrorCode::INVALID_REQUEST, -1, "", -1};
  const metadata::TopicImage* topic = broker_.metadata.topic(kGroupMetadataTopic);
  if (topic == nullptr) {
    create_group_metadata_topic();
    return nobody;
  }
  const std::int32_t index =
      coordinator::partition_for(key, broker_.coordinator.partitions(broker_.metadata));
  const auto partition = topic->partitions.find(index);
  if (partition == topic->partitions.end() || !partition->second.leader) return nobody;
  for (const AliveBroker& broker : alive_brokers()) {
    if (broker.id != *partition->second.leader) continue;
    return {ErrorCode::NONE, broker.id.value(), broker.host, broker.port};
  }
  return nobody;
}

/// Kafka: AutoTopicCreationManager, GroupCoordinatorService.groupMetadataTopicConfigs.
void KafkaApis::create_group_metadata_topic() {
  const coordinator::GroupConfig& config = broker_.coordinator.config();
  AutoTopicSettings settings;
  settings.partitions = config.offsets_topic_partitions;
  settings.replication_factor = config.offsets_topic_replication_factor;
  settings.configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "producer"},
                      {"segment.bytes", std::to_string(config.offsets_topic_segment_bytes)}};
  broker_.forwarding.create_topics(env_, broker_.forwarding_channel, {kGroupMetadataTopic},
                                   settings);
}

void KafkaApis::handle_find_coordinator(const QueuedRequest& request) {
  const auto asked = decode<FindCoordinatorRequest>(request);
  if (!asked) return;
  FindCoordinatorResponse response;
  if (request.context.header.version < kBatchedFindCoordinator) {
    const FoundCoordinator found = find_coordinator(asked->key_type, asked->key);
    response.error_code = found.error;
    response.node_id = found.node;
    response.host = found.host;
    response.port = found.port;
    refuse(ApiKey::FindCoordinator, {}, found.error);
  } else {
    for (const std::string& key : asked->coordinator_keys) {
      const FoundCoordinator found = find_coordinator(asked->key_type, key);
      auto& row = response.coordinators.emplace_back();
      row.key = key;
      row.node_id = found.node;
      row.host = found.host;
      row.port = found.port;
      row.error_code = found.error;
      refuse(ApiKey::FindCoordinator, {}, found.error);
    }
  }
  broker_.requests.respond(env_, request.context, response);
}

// ---- requests -----------------------------------------------------------------------------------

coordinator::Caller KafkaApis::caller(const QueuedRequest& request, GroupRequest waiting) {
  const RequestHeader& header = request.context.header;
  return {broker_.group_requests.add(std::move(waiting)), header.version,
          header.client_id.value_or(""), "/node-" + std::to_string(request.context.peer.value()),
          request.context.peer};
}

void KafkaApis::handle_join_group(const QueuedRequest& request) {
  auto asked = decode<JoinGroupRequest>(request);
  if (!asked) return;
  if (request.context.header.version == 0) asked->rebalance_timeout_ms = asked->session_timeout_ms;
  auto around = surroundings();
  broker_.coordinator.join_group(around, caller(request, {request.context, {}}), *asked);
  send_group_answers();
}

void KafkaApis::handle_sync_group(const QueuedRequest& request) {
  const auto asked = decode<SyncGroupRequest>(request);
  if (!asked) return;
  const bool named = asked->protocol_type && asked->protocol_name;
  if (request.context.header.version >= kFirstNamedSync && !named) {
    SyncGroupResponse response;
    response.error_code = ErrorCode::INCONSISTENT_GROUP_PROTOCOL;
    refuse(ApiKey::SyncGroup, {}, response.error_code);
    return broker_.requests.respond(env_, request.context, response);
  }
  auto around = surroundings();
  broker_.coordinator.sync_group(around, caller(request, {request.context, {}}), *asked);
  send_group_answers();
}

void KafkaApis::handle_heartbeat(const QueuedRequest& request) {
  const auto asked = decode<HeartbeatRequest>(request);
  if (!asked) return;
  auto around = surroundings();
  broker_.coordinator.heartbeat(around, caller(request, {request.context, {}}), *asked);
  send_group_answers();
}

void KafkaApis::handle_leave_group(const QueuedRequest& request) {
  auto asked = decode<LeaveGroupRequest>(request);
  if (!asked) return;
  if (request.context.header.version < kFirstBatchedLeave) {
    asked->members.clear();
    asked->members.emplace_back().member_id = asked->member_id;
  }
  auto around = surroundings();
  broker_.coordinator.leave_group(around, caller(request, {request.context, {}}), *asked);
  send_group_answers();
}

void KafkaApis::handle_consumer_group_heartbeat(const QueuedRequest& request) {
  const auto asked = decode<ConsumerGroupHeartbeatRequest>(request);
  if (!asked) return;
  if (!broker_.coordinator.config().consumer_protocol_enabled()) {
    ConsumerGroupHeartbeatResponse response;
    response.error_code = ErrorCode::UNSUPPORTED_VERSION;
    refuse(ApiKey::ConsumerGroupHeartbeat, {}, response.error_code);
    return broker_.requests.respond(env_, request.context, response);
  }
  auto around = surroundings();
  broker_.coordinator.consumer_group_heartbeat(around, caller(request, {request.context, {}}),
                                               *asked);
  send_group_answers();
}

void KafkaApis::handle_offset_commit(const QueuedRequest& request) {
  auto asked = decode<OffsetCommitRequest>(request);
  if (!asked) return;
  const auto unknown =
      split_unknown<OffsetCommitRequest, OffsetCommitResponse>(broker_.metadata, *asked);
  for (const auto& topic : unknown.topics) {
    for (const auto& p : topic.partitions) {
      refuse(ApiKey::OffsetCommit, env_.names.intern(TopicPartition{topic.name, p.partition_index}),
             p.error_code);
    }
  }
  if (asked->topics.empty()) return broker_.requests.respond(env_, request.context, unknown);
  auto around = surroundings();
  broker_.coordinator.commit_offsets(around, caller(request, {request.context, unknown}), *asked);
  send_group_answers();
}

void KafkaApis::handle_offset_fetch(const QueuedRequest& request) {
  auto asked = decode<OffsetFetchRequest>(request);
  if (!asked) return;
  if (request.context.header.version < kBatchedOffsetFetch) {
    auto& group = asked->groups.emplace_back();
    group.group_id = asked->group_id;
    group.topics.reset();
    if (asked->topics) {
      group.topics.emplace();
      for (const auto& topic : *asked->topics) {
        group.topics->push_back({topic.name, topic.partition_indexes});
      }
    }
  }
  auto around = surroundings();
  broker_.coordinator.fetch_offsets(around, caller(request, {request.context, *asked}), *asked);
  send_group_answers();
}

void KafkaApis::handle_offset_delete(const QueuedRequest& request) {
  auto asked = decode<OffsetDeleteRequest>(request);
  if (!asked) return;
  const auto unknown =
      split_unknown<OffsetDeleteRequest, OffsetDeleteResponse>(broker_.metadata, *asked);
  auto around = surroundings();
  broker_.coordinator.delete_offsets(around, caller(request, {request.context, unknown}), *asked);
  send_group_answers();
}

void KafkaApis::handle_delete_groups(const QueuedRequest& request) {
  const auto asked = decode<DeleteGroupsRequest>(request);
  if (!asked) return;
  std::set<std::string> seen;
  std::vector<std::string> groups;
  for (const std::string& group : asked->groups_names) {
    if (seen.insert(group).second) groups.push_back(group);
  }
  auto around = surroundings();
  broker_.coordinator.delete_groups(around, caller(request, {request.context, {}}), groups);
  send_group_answers();
}

void KafkaApis::handle_describe_groups(const QueuedRequest& request) {
  const auto asked = decode<DescribeGroupsRequest>(request);
  if (!asked) return;
  auto around = surroundings();
  broker_.coordinator.describe_groups(around, caller(request, {request.context, {}}),
                                      asked->groups);
  send_group_answers();
}

void KafkaApis::handle_list_groups(const QueuedRequest& request) {
  const auto asked = decode<ListGroupsRequest>(request);
  if (!asked) return;
  auto around = surroundings();
  broker_.coordinator.list_groups(around, caller(request, {request.context, {}}), *asked);
  send_group_answers();
}

void KafkaApis::handle_consumer_group_describe(const QueuedRequest& request) {
  const auto asked = decode<ConsumerGroupDescribeRequest>(request);
  if (!asked) return;
  if (!broker_.coordinator.config().consumer_protocol_enabled()) {
    ConsumerGroupDescribeResponse response;
    for (const std::string& group : asked->group_ids) {
      auto& row = response.groups.emplace_back();
      row.group_id = group;
      row.error_code = ErrorCode::UNSUPPORTED_VERSION;
    }
    refuse(ApiKey::ConsumerGroupDescribe, {}, ErrorCode::UNSUPPORTED_VERSION);
    return broker_.requests.respond(env_, request.context, response);
  }
  auto around = surroundings();
  broker_.coordinator.consumer_group_describe(around, caller(request, {request.context, {}}),
                                              asked->group_ids);
  send_group_answers();
}

// ---- answers ------------------------------------------------------------------------------------

void KafkaApis::send_group_answers() {
  for (coordinator::Answer& answer : broker_.coordinator.take_answers()) {
    const GroupRequest asked = broker_.group_requests.take(answer.ticket);
    const RequestHeader& header = asked.context.header;
    refuse(header.api, {}, coordinator::first_error(answer.response));
    std::visit(
        [&](auto& response) {
          using Response = std::decay_t<decltype(response)>;
          if constexpr (std::is_same_v<Response, OffsetFetchResponse>) {
            for_version(response, header.version, std::get<OffsetFetchRequest>(asked.beside));
          } else if constexpr (std::is_same_v<Response, OffsetCommitResponse>) {
            merge(response, std::get<Response>(asked.beside));
          } else if constexpr (std::is_same_v<Response, OffsetDeleteResponse>) {
            // An error of the whole request stands for all of its partitions.
            if (response.error_code == ErrorCode::NONE) {
              merge(response, std::get<Response>(asked.beside));
            }
          } else if constexpr (requires { for_version(response, header.version); }) {
            for_version(response, header.version);
          }
          broker_.requests.respond(env_, asked.context, response);
        },
        answer.response);
  }
}

}  // namespace kscope::broker
