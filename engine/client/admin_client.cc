#include "engine/client/admin_client.h"

#include "engine/base/config_def.h"
#include "engine/client/backoff.h"
#include "engine/client/send_if_ready.h"
#include "engine/protocol/messages/add_raft_voter.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/remove_raft_voter.h"

namespace kscope::client {

namespace {

constexpr std::size_t kMaxUnreadResults = 1000;
constexpr std::int8_t kBrokerType = 4;

protocol::CreateTopicsRequest create_request(const NewTopic& topic, Duration timeout) {
  protocol::CreateTopicsRequest request;
  request.timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
  protocol::CreateTopicsRequest::CreatableTopic entry;
  entry.name = topic.name;
  entry.num_partitions = topic.assignments.empty() ? topic.partitions : -1;
  entry.replication_factor = topic.assignments.empty() ? topic.replication_factor : -1;
  for (const auto& [partition, replicas] : topic.assignments) {
    protocol::CreateTopicsRequest::CreatableReplicaAssignment assignment;
    assignment.partition_index = partition;
    for (const NodeId replica : replicas) assignment.broker_ids.push_back(replica.value());
    entry.assignments.push_back(std::move(assignment));
  }
  for (const auto& [name, value] : topic.configs) entry.configs.push_back({name, value});
  request.topics.push_back(std::move(entry));
  return request;
}

}  // namespace

AdminClient AdminClient::start(env::Env& env, const AdminConfig& config,
                               std::vector<NodeId> bootstrap) {
  (void)env;
  AdminClient admin;
  admin.config_ = config;
  admin.cluster_ = ClusterClient(config.common, std::move(bootstrap), 100, false);
  return admin;
}

AdminOperationId AdminClient::create_topic(env::Env& env, const NewTopic& topic) {
  Operation operation;
  operation.api = ApiKey::CreateTopics;
  operation.topic = topic;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::delete_topic(env::Env& env, const std::string& name) {
  Operation operation;
  operation.api = ApiKey::DeleteTopics;
  operation.topic.name = name;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::describe_cluster(env::Env& env) {
  Operation operation;
  operation.api = ApiKey::DescribeCluster;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::elect_leader(env::Env& env, const TopicPartition& partition,
                                           bool unclean) {
  Operation operation;
  operation.api = ApiKey::ElectLeaders;
  operation.topic.name = partition.topic;
  operation.partition = partition.partition;
  operation.unclean = unclean;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::delete_records(env::Env& env, const TopicPartition& partition,
                                             std::int64_t before) {
  Operation operation;
  operation.api = ApiKey::DeleteRecords;
  operation.topic.name = partition.topic;
  operation.partition = partition.partition;
  operation.before = before;
  cluster_.metadata().add_topic(partition.topic);
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::add_voter(env::Env& env, NodeId voter, const Uuid& directory,
                                        const std::string& host, std::uint16_t port) {
  Operation operation;
  operation.api = ApiKey::AddRaftVoter;
  operation.partition = voter.value();
  operation.directory = directory;
  operation.host = host;
  operation.port = port;
  return add(env, std::move(operation));
}

AdminOperationId AdminClient::remove_voter(env::Env& env, NodeId voter, const Uuid& directory) {
  Operation operation;
  operation.api = ApiKey::RemoveRaftVoter;
  operation.partition = voter.value();
  operation.directory = directory;
  return add(env, std::move(operation));
}

// Whom to ask. A partition's records are its leader's business (Java: PartitionLeaderStrategy).
std::optional<NodeId> AdminClient::target(Operation& operation) {
  if (operation.resource.type == kBrokerType && !operation.resource.name.empty()) {
    const auto id = parse_integer(operation.resource.name);
    if (id && *id >= 0 && *id <= INT32_MAX) return NodeId(static_cast<std::int32_t>(*id));
  }
  if (operation.api != ApiKey::DeleteRecords) return cluster_.metadata().controller();
  const std::string& topic = operation.topic.name;
  if (const ErrorCode error = cluster_.metadata().topic_error(topic); error != ErrorCode::NONE) {
    operation.last_error = error;
  }
  return cluster_.metadata().current_leader({topic, operation.partition}).leader;
}

AdminOperationId AdminClient::add(env::Env& env, Operation operation) {
  const AdminOperationId id = next_id_++;
  operation.id = id;
  operation.deadline = env.now() + config_.api_timeout;
  operations_.emplace(id, std::move(operation));
  run(env);
  return id;
}

void AdminClient::run(env::Env& env) {
  expire(env);
  std::optional<Instant> wake;
  for (auto& [id, operation] : operations_) {
    wake = earlier(wake, operation.deadline);
    if (operation.in_flight) continue;
    if (env.now() < operation.retry_at) {
      wake = earlier(wake, operation.retry_at);
      continue;
    }
    const auto node = target(operation);
    if (!node) {
      cluster_.metadata().request_update();
    } else if (!try_send(env, *node, operation)) {
      wake = earlier(wake, cluster_.next_reconnect_at(env.now()));
    }
  }
  wake = earlier(wake, groups_.run(env, cluster_, config_.common));
  finish_groups(env);
  // Metadata is only kept fresh while somebody needs it: an idle admin client is silent.
  if (pending() > 0) cluster_.maybe_update_metadata(env);
  send_timer_.set(env, wake);
}

bool AdminClient::try_send(env::Env& env, NodeId node, Operation& operation) {
  const Duration timeout = operation.deadline - env.now();
  bool sent = false;
  switch (operation.api) {
    case ApiKey::CreateTopics: {
      auto request = create_request(operation.topic, timeout);
      // Before version 4, "the broker's default" (-1) could not be said (KIP-464).
      sent = send_if_ready(env, cluster_, node, request, 4, operation.id);
      break;
    }
    case ApiKey::DeleteTopics:
      sent = send_delete(env, node, operation, timeout);
      break;
    case ApiKey::ElectLeaders: {
      protocol::ElectLeadersRequest request;
      request.election_type = operation.unclean ? 1 : 0;
      request.topic_partitions->push_back({operation.topic.name, {operation.partition}});
      request.timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
      sent = send_if_ready(env, cluster_, node, request, 1, operation.id);
      break;
    }
    case ApiKey::AddRaftVoter:
    case ApiKey::RemoveRaftVoter:
      sent = send_voter_change(env, node, operation, timeout);
      break;
    case ApiKey::DeleteRecords: {
      protocol::DeleteRecordsRequest request;
      request.topics.push_back(
          {operation.topic.name, {{operation.partition, operation.before}}});
      request.timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
      sent = send_if_ready(env, cluster_, node, request, 0, operation.id);
      break;
    }
    case ApiKey::DescribeCluster: {
      protocol::DescribeClusterRequest request;
      sent = send_if_ready(env, cluster_, node, request, 0, operation.id);
      break;
    }
    default:
      sent = send_change(env, node, operation, timeout);
  }
  if (sent) {
    operation.in_flight = true;
    ++operation.attempts;
  }
  return sent;
}

bool AdminClient::send_voter_change(env::Env& env, NodeId node, const Operation& operation,
                                    Duration timeout) {
  if (operation.api == ApiKey::RemoveRaftVoter) {
    protocol::RemoveRaftVoterRequest request;
    request.voter_id = operation.partition;
    request.voter_directory_id = operation.directory;
    return send_if_ready(env, cluster_, node, request, 0, operation.id);
  }
  protocol::AddRaftVoterRequest request;
  request.timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
  request.voter_id = operation.partition;
  request.voter_directory_id = operation.directory;
  request.listeners.push_back({"CONTROLLER", operation.host, operation.port});
  return send_if_ready(env, cluster_, node, request, 0, operation.id);
}

bool AdminClient::send_delete(env::Env& env, NodeId node, const Operation& operation,
                              Duration timeout) {
  using Request = protocol::DeleteTopicsRequest;
  const auto version =
      cluster_.ready(env, node, ApiKey::DeleteTopics, 1, Request::kMaxVersion);
  if (!version) return false;
  Request request;
  request.timeout_ms = static_cast<std::int32_t>(to_millis(timeout));
  if (*version >= 6) {
    request.topics.emplace_back();
    request.topics.back().name = operation.topic.name;
  } else {
    request.topic_names.push_back(operation.topic.name);
  }
  cluster_.send(env, node, request, *version, operation.id);
  return true;
}

void AdminClient::take_outcome(env::Env& env, const Outcome& outcome) {
  if (outcome.arrived && GroupAdmin::owns(outcome.arrived->request.tag)) {
    groups_.on_response(env, cluster_, config_.common, *outcome.arrived);
  } else if (outcome.arrived) {
    const auto it = operations_.find(outcome.arrived->request.tag);
    if (it != operations_.end()) {
      finish_or_retry(env, it->second, read_response(it->second, *outcome.arrived));
    }
  }
  for (const protocol::InFlight& died : outcome.failed) {
    if (GroupAdmin::owns(died.tag)) {
      groups_.on_failed(env, cluster_, config_.common, died.tag, outcome.failure);
      continue;
    }
    const auto it = operations_.find(died.tag);
    if (it == operations_.end()) continue;
    AdminResult result;
    result.error = outcome.failure;
    finish_or_retry(env, it->second, std::move(result));
  }
  run(env);
}

AdminResult AdminClient::read_response(const Operation& operation,
                                       const protocol::Arrived& arrived) const {
  AdminResult result;
  result.error = ErrorCode::UNKNOWN_SERVER_ERROR;
  const std::int16_t version = arrived.request.version;
  if (operation.api == ApiKey::CreateTopics) {
    const auto r = protocol::decode_body<protocol::CreateTopicsResponse>(arrived.body, version);
    if (r.ok() && !r->topics.empty()) {
      result.error = r->topics[0].error_code;
      result.message = r->topics[0].error_message.value_or("");
    }
  } else if (operation.api == ApiKey::DeleteTopics) {
    const auto r = protocol::decode_body<protocol::DeleteTopicsResponse>(arrived.body, version);
    if (r.ok() && !r->responses.empty()) {
      result.error = r->responses[0].error_code;
      result.message = r->responses[0].error_message.value_or("");
    }
  } else if (operation.api == ApiKey::ElectLeaders) {
    const auto r = protocol::decode_body<protocol::ElectLeadersResponse>(arrived.body, version);
    if (r.ok()) result.error = r->error_code;
    if (r.ok() && !r->replica_election_results.empty() &&
        !r->replica_election_results[0].partition_result.empty()) {
      const auto& partition = r->replica_election_results[0].partition_result[0];
      result.error = partition.error_code;
      result.message = partition.error_message.value_or("");
    }
  } else if (operation.api == ApiKey::AddRaftVoter) {
    const auto r = protocol::decode_body<protocol::AddRaftVoterResponse>(arrived.body, version);
    if (r.ok()) result.error = r->error_code;
    if (r.ok()) result.message = r->error_message.value_or("");
  } else if (operation.api == ApiKey::RemoveRaftVoter) {
    const auto r = protocol::decode_body<protocol::RemoveRaftVoterResponse>(arrived.body, version);
    if (r.ok()) result.error = r->error_code;
    if (r.ok()) result.message = r->error_message.value_or("");
  } else if (operation.api == ApiKey::DeleteRecords) {
    const auto r = protocol::decode_body<protocol::DeleteRecordsResponse>(arrived.body, version);
    if (r.ok() && !r->topics.empty() && !r->topics[0].partitions.empty()) {
      result.error = r->topics[0].partitions[0].error_code;
      result.low_watermark = r->topics[0].partitions[0].low_watermark;
    }
  } else if (!read_change(operation, arrived, result)) {
    const auto r = protocol::decode_body<protocol::DescribeClusterResponse>(arrived.body, version);
    if (r.ok()) {
      result.error = r->error_code;
      result.message = r->error_message.value_or("");
      result.description.cluster_id = r->cluster_id;
      if (r->controller_id >= 0) result.description.controller = NodeId(r->controller_id);
      for (const auto& broker : r->brokers) {
        result.description.brokers.push_back(NodeId(broker.broker_id));
      }
    }
  }
  return result;
}

void AdminClient::finish_or_retry(env::Env& env, Operation& operation, AdminResult result) {
  operation.in_flight = false;
  operation.last_error = result.error;
  // Two final answers here, although other clients would look again: there is no such topic (a
  // leader that does not know it may only be late); the preferred replica leads already.
  const bool no_topic = result.error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION &&
                        operation.api != ApiKey::DeleteRecords;
  const bool retriable = error_info(result.error).retriable && !no_topic &&
                         result.error != ErrorCode::ELECTION_NOT_NEEDED;
  if (retriable || result.error == ErrorCode::NOT_CONTROLLER) {
    cluster_.metadata().request_update();
    operation.retry_at =
        env.now() + backoff_after(config_.common.retry_backoff, config_.common.retry_backoff_max,
                                  operation.attempts, env.random[env::Purpose::ClientBackoff]);
    return;
  }
  result.operation = operation.id;
  finish(env, std::move(result));
}

void AdminClient::finish(env::Env& env, AdminResult result) {
  const auto node = operations_.extract(result.operation);
  KCHECK(!node.empty());
  result.api = node.mapped().api;
  result.topic = node.mapped().topic.name;
  env.events.emit(env.node, event::AdminCompleted{result.api, env.names.intern(result.topic),
                                                  result.error});
  keep(std::move(result));
}

void AdminClient::keep(AdminResult result) {
  if (results_.size() < kMaxUnreadResults) results_.push_back(std::move(result));
}

void AdminClient::expire(env::Env& env) {
  std::vector<AdminResult> expired;
  for (const auto& [id, operation] : operations_) {
    if (env.now() < operation.deadline) continue;
    AdminResult result;
    result.operation = id;
    result.error = operation.last_error;
    result.message = "default.api.timeout.ms is over";
    expired.push_back(std::move(result));
  }
  for (AdminResult& result : expired) finish(env, std::move(result));
}

void AdminClient::on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame,
                           FrameId id) {
  (void)id;
  take_outcome(env, cluster_.on_frame(env, from, frame));
}

void AdminClient::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  take_outcome(env, cluster_.on_closed(env, connection));
}

bool AdminClient::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  switch (kind) {
    case env::TimerKind::ClientSend:
      send_timer_.fired();
      break;
    case env::TimerKind::ClientMetadata:
      cluster_.metadata_timer_fired();
      break;
    case env::TimerKind::ClientRequest:
      take_outcome(env,
                   cluster_.on_request_timeout(env, NodeId(static_cast<std::int32_t>(key))));
      return true;
    default:
      return false;
  }
  run(env);
  return true;
}

void AdminClient::close(env::Env& env) {
  while (!operations_.empty()) {
    AdminResult result;
    result.operation = operations_.begin()->first;
    result.error = ErrorCode::NETWORK_EXCEPTION;
    finish(env, std::move(result));
  }
  groups_.abandon(ErrorCode::NETWORK_EXCEPTION);
  finish_groups(env);
  send_timer_.set(env, std::nullopt);
  cluster_.close_all(env);
}

}  // namespace kscope::client
