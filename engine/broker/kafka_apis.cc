#include "engine/broker/kafka_apis.h"

#include <algorithm>

#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/init_producer_id.h"
#include "engine/protocol/registry.h"

namespace kscope::broker {
namespace {

bool served(ApiKey api, std::int16_t version) {
  return protocol::serves(env::Listener::Broker, api, version);
}

/// KIP-511: [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?
bool valid_software_name(const std::string& name) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || !alphanumeric(name.front()) || !alphanumeric(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

}  // namespace

bool is_internal_topic(const std::string& topic) {
  return topic == "__consumer_offsets" || topic == "__transaction_state";
}

void KafkaApis::refuse(ApiKey api, PartitionRef partition, ErrorCode error) {
  if (error == ErrorCode::NONE) return;
  env_.events.emit(env_.node, event::RequestRefused{api, partition, error});
}

void KafkaApis::handle(const QueuedRequest& request) {
  const protocol::RequestHeader& header = request.context.header;
  if (header.api != ApiKey::ApiVersions && !served(header.api, header.version)) {
    refuse(header.api, {}, ErrorCode::UNSUPPORTED_VERSION);
    broker_.requests.close(env_, request.context.connection, event::CloseReason::MalformedFrame);
    return;
  }
  switch (header.api) {
    case ApiKey::Produce: return handle_produce(request);
    case ApiKey::Fetch: return handle_fetch(request);
    case ApiKey::ListOffsets: return handle_list_offsets(request);
    case ApiKey::OffsetForLeaderEpoch: return handle_offset_for_leader_epoch(request);
    case ApiKey::DeleteRecords: return handle_delete_records(request);
    case ApiKey::Metadata: return handle_metadata(request);
    case ApiKey::ApiVersions: return handle_api_versions(request);
    case ApiKey::FindCoordinator: return handle_find_coordinator(request);
    case ApiKey::InitProducerId: return handle_init_producer_id(request);
    case ApiKey::DescribeCluster: return handle_describe_cluster(request);
    case ApiKey::CreateTopics: return forward<protocol::CreateTopicsRequest>(request);
    case ApiKey::DeleteTopics: return forward<protocol::DeleteTopicsRequest>(request);
    case ApiKey::ElectLeaders: return forward<protocol::ElectLeadersRequest>(request);
    case ApiKey::AddRaftVoter: return forward<protocol::AddRaftVoterRequest>(request);
    case ApiKey::RemoveRaftVoter: return forward<protocol::RemoveRaftVoterRequest>(request);
    case ApiKey::DescribeQuorum: return forward<protocol::DescribeQuorumRequest>(request);
    case ApiKey::DescribeConfigs: return handle_describe_configs(request);
    case ApiKey::AlterConfigs: return handle_alter_configs(request);
    case ApiKey::IncrementalAlterConfigs: return handle_incremental_alter_configs(request);
    case ApiKey::CreatePartitions: return forward<protocol::CreatePartitionsRequest>(request);
    case ApiKey::AlterPartitionReassignments:
      return forward<protocol::AlterPartitionReassignmentsRequest>(request);
    case ApiKey::ListPartitionReassignments:
      return forward<protocol::ListPartitionReassignmentsRequest>(request);
    case ApiKey::JoinGroup: return handle_join_group(request);
    case ApiKey::SyncGroup: return handle_sync_group(request);
    case ApiKey::Heartbeat: return handle_heartbeat(request);
    case ApiKey::LeaveGroup: return handle_leave_group(request);
    case ApiKey::OffsetCommit: return handle_offset_commit(request);
    case ApiKey::OffsetFetch: return handle_offset_fetch(request);
    case ApiKey::OffsetDelete: return handle_offset_delete(request);
    case ApiKey::DeleteGroups: return handle_delete_groups(request);
    case ApiKey::DescribeGroups: return handle_describe_groups(request);
    case ApiKey::ListGroups: return handle_list_groups(request);
    case ApiKey::ConsumerGroupHeartbeat: return handle_consumer_group_heartbeat(request);
    case ApiKey::ConsumerGroupDescribe: return handle_consumer_group_describe(request);
    default:  // advertised by the registry and not handled here: our own bug
      KCHECK(!"an advertised API without a handler");
  }
}

template <class Request>
void KafkaApis::forward(const QueuedRequest& request) {
  auto body = decode<Request>(request);
  if (!body) return;
  broker_.forwarding.forward(env_, broker_.forwarding_channel, request.context, std::move(*body));
}

void KafkaApis::handle_api_versions(const QueuedRequest& request) {
  const RequestContext& context = request.context;
  if (!served(ApiKey::ApiVersions, context.header.version)) {
    refuse(ApiKey::ApiVersions, {}, ErrorCode::UNSUPPORTED_VERSION);
    broker_.requests.respond_as(
        env_, context, 0, protocol::unsupported_api_versions_response(env::Listener::Broker));
    return;
  }
  const auto asked = decode<protocol::ApiVersionsRequest>(request);
  if (!asked) return;
  const bool valid = context.header.version < 3 ||
                     (valid_software_name(asked->client_software_name) &&
                      valid_software_name(asked->client_software_version));
  auto response = protocol::api_versions_response(env::Listener::Broker);
  if (!valid) {
    response = {};
    response.error_code = ErrorCode::INVALID_REQUEST;
    refuse(ApiKey::ApiVersions, {}, response.error_code);
  }
  broker_.requests.respond(env_, context, response);
}

void KafkaApis::handle_init_producer_id(const QueuedRequest& request) {
  const auto asked = decode<protocol::InitProducerIdRequest>(request);
  if (!asked) return;
  protocol::InitProducerIdResponse response;
  if (asked->transactional_id) {
    response.error_code = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  } else if (const auto id = broker_.forwarding.next_producer_id(
                 env_, broker_.forwarding_channel, broker_.config.node,
                 broker_.lifecycle.broker_epoch())) {
    response.producer_id = *id;
  } else {
    response.error_code = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
  }
  refuse(ApiKey::InitProducerId, {}, response.error_code);
  broker_.requests.respond(env_, request.context, response);
}

void KafkaApis::handle_describe_cluster(const QueuedRequest& request) {
  if (!decode<protocol::DescribeClusterRequest>(request)) return;
  protocol::DescribeClusterResponse response;
  response.cluster_id = broker_.config.cluster_id;
  response.controller_id = controller_for_clients().value();
  for (const AliveBroker& broker : alive_brokers()) {
    response.brokers.push_back({broker.id.value(), broker.host, broker.port, broker.rack});
  }
  broker_.requests.respond(env_, request.context, response);
}

}  // namespace kscope::broker
