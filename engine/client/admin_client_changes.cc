// Operations on settings, partitions and moves: how they are asked and what their answers say.
// Kafka: KafkaAdminClient.incrementalAlterConfigs, createPartitions, alterPartitionReassignments.
#include "engine/client/admin_client.h"
#include "engine/client/send_if_ready.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/list_partition_reassignments.h"

namespace kscope::client {
namespace {

std::vector<std::int32_t> to_ints(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> ids;
  for (NodeId node : nodes) ids.push_back(node.value());
  return ids;
}

std::vector<NodeId> to_nodes(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> nodes;
  for (std::int32_t id : ids) nodes.push_back(NodeId(id));
  return nodes;
}

protocol::IncrementalAlterConfigsRequest alter_request(
    const ConfigResource& of, const std::vector<ConfigAlteration>& alterations, bool only_check) {
  protocol::IncrementalAlterConfigsRequest request;
  request.validate_only = only_check;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = of.type;
  resource.resource_name = of.name;
  for (const ConfigAlteration& a : alterations) {
    std::optional<std::string> value = a.value;
    if (a.op == ConfigAlteration::Op::Delete) value.reset();
    resource.configs.push_back({a.name, static_cast<std::int8_t>(a.op), std::move(value)});
  }
  return request;
}

protocol::CreatePartitionsRequest partitions_request(
    const std::string& topic, std::int32_t count,
    const std::vector<std::vector<NodeId>>& assignments) {
  protocol::CreatePartitionsRequest request;
  auto& asked = request.topics.emplace_back();
  asked.name = topic;
  asked.count = count;
  if (assignments.empty()) {
    asked.assignments.reset();
  } else {
    for (const auto& replicas : assignments) asked.assignments->push_back({to_ints(replicas)});
  }
  return request;
}

void read(const protocol::DescribeConfigsResponse& response, AdminResult& result) {
  if (response.results.empty()) return;
  const auto& only = response.results.front();
  result.error = only.error_code;
  result.message = only.error_message.value_or("");
  for (const auto& config : only.configs) {
    DescribedConfig& told = result.configs.emplace_back();
    told.name = config.name;
    told.value = config.value;
    told.source = config.config_source;
    told.read_only = config.read_only;
    told.documentation = config.documentation.value_or("");
    for (const auto& s : config.synonyms) told.synonyms.emplace_back(s.name, s.value.value_or(""));
  }
}

void read(const protocol::IncrementalAlterConfigsResponse& response, AdminResult& result) {
  if (response.responses.empty()) return;
  result.error = response.responses.front().error_code;
  result.message = response.responses.front().error_message.value_or("");
}

void read(const protocol::CreatePartitionsResponse& response, AdminResult& result) {
  if (response.results.empty()) return;
  result.error = response.results.front().error_code;
  result.message = response.results.front().error_message.value_or("");
}

void read(const protocol::AlterPartitionReassignmentsResponse& response, AdminResult& result) {
  result.error = response.error_code;
  result.message = response.error_message.value_or("");
  if (result.error != ErrorCode::NONE || response.responses.empty()) return;
  if (response.responses.front().partitions.empty()) return;
  const auto& only = response.responses.front().partitions.front();
  result.error = only.error_code;
  result.message = only.error_message.value_or("");
}

void read(const protocol::ListPartitionReassignmentsResponse& response, AdminResult& result) {
  result.error = response.error_code;
  result.message = response.error_message.value_or("");
  for (const auto& topic : response.topics) {
    for (const auto& p : topic.partitions) {
      result.reassignments.push_back({{topic.name, p.partition_index}, to_nodes(p.replicas),
                                      to_nodes(p.adding_replicas), to_nodes(p.removing_replicas)});
    }
  }
}

template <class Response>
bool read_as(const protocol::Arrived& arrived, AdminResult& result) {
  const auto response = protocol::decode_body<Response>(arrived.body, arrived.request.version);
  if (response.ok()) read(*response, result);
  return true;
}

}  // namespace

AdminOperationId AdminClient::alter_configs(env::Env& env, const ConfigResource& resource,
                                            std::vector<ConfigAlteration> alterations,
                                            bool validate_only) {
  Operation operation;
  operation.api = ApiKey::IncrementalAlterConfigs;
  operation.topic.name = resource.name;
  operation.resource = resource;
  operation.alterations = std::move(alterations);
  operation.validate_only = validate_only;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::describe_configs(env::Env& env, const ConfigResource& resource) {
  Operation operation;
  operation.api = ApiKey::DescribeConfigs;
  operation.topic.name = resource.name;
  operation.resource = resource;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::create_partitions(env::Env& env, const std::string& topic,
                                                std::int32_t count,
                                                std::vector<std::vector<NodeId>> assignments,
                                                bool validate_only) {
  Operation operation;
  operation.api = ApiKey::CreatePartitions;
  operation.topic.name = topic;
  operation.count = count;
  operation.assignments = std::move(assignments);
  operation.validate_only = validate_only;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::reassign(env::Env& env, const TopicPartition& partition,
                                       std::optional<std::vector<NodeId>> replicas) {
  Operation operation;
  operation.api = ApiKey::AlterPartitionReassignments;
  operation.topic.name = partition.topic;
  operation.partition = partition.partition;
  operation.replicas = std::move(replicas);
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::list_reassignments(env::Env& env) {
  Operation operation;
  operation.api = ApiKey::ListPartitionReassignments;
  return add(env, std::move(operation));
}

bool AdminClient::send_change(env::Env& env, NodeId node, const Operation& operation,
                              Duration timeout) {
  const auto timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
  switch (operation.api) {
    case ApiKey::IncrementalAlterConfigs: {
      auto request =
          alter_request(operation.resource, operation.alterations, operation.validate_only);
      return send_if_ready(env, cluster_, node, request, 0, operation.id);
    }
    case ApiKey::DescribeConfigs: {
      protocol::DescribeConfigsRequest request;
      request.resources.push_back(
          {operation.resource.type, operation.resource.name, std::nullopt});
      request.include_synonyms = true;
      request.include_documentation = true;
      return send_if_ready(env, cluster_, node, request, 3, operation.id);
    }
    case ApiKey::CreatePartitions: {
      auto request =
          partitions_request(operation.topic.name, operation.count, operation.assignments);
      request.timeout_ms = timeout_ms;
      request.validate_only = operation.validate_only;
      return send_if_ready(env, cluster_, node, request, 0, operation.id);
    }
    case ApiKey::AlterPartitionReassignments: {
      protocol::AlterPartitionReassignmentsRequest request;
      std::optional<std::vector<std::int32_t>> replicas;
      if (operation.replicas) replicas = to_ints(*operation.replicas);
      request.timeout_ms = timeout_ms;
      request.topics.push_back(
          {operation.topic.name, {{operation.partition, std::move(replicas)}}});
      return send_if_ready(env, cluster_, node, request, 0, operation.id);
    }
    default: {
      protocol::ListPartitionReassignmentsRequest request;
      request.timeout_ms = timeout_ms;
      return send_if_ready(env, cluster_, node, request, 0, operation.id);
    }
  }
}

bool AdminClient::read_change(const Operation& operation, const protocol::Arrived& arrived,
                              AdminResult& result) const {
  switch (operation.api) {
    case ApiKey::IncrementalAlterConfigs:
      return read_as<protocol::IncrementalAlterConfigsResponse>(arrived, result);
    case ApiKey::DescribeConfigs:
      return read_as<protocol::DescribeConfigsResponse>(arrived, result);
    case ApiKey::CreatePartitions:
      return read_as<protocol::CreatePartitionsResponse>(arrived, result);
    case ApiKey::AlterPartitionReassignments:
      return read_as<protocol::AlterPartitionReassignmentsResponse>(arrived, result);
    case ApiKey::ListPartitionReassignments:
      return read_as<protocol::ListPartitionReassignmentsResponse>(arrived, result);
    default:
      return false;
  }
}

}  // namespace kscope::client
