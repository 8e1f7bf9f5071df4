// Metadata: who is there and who leads what, from this broker's copy of the metadata log.
#include <algorithm>

#include "engine/broker/kafka_apis.h"
#include "engine/metadata/topic_config.h"

namespace kscope::broker {
namespace {

std::vector<std::int32_t> ids(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> out;
  for (NodeId node : nodes) out.push_back(node.value());
  return out;
}

bool is_alive(const metadata::MetadataImage& image, NodeId id) {
  const metadata::BrokerRegistration* broker = image.broker(id);
  return broker != nullptr && !broker->fenced;
}

}  // namespace

std::vector<KafkaApis::AliveBroker> KafkaApis::alive_brokers() const {
  std::vector<AliveBroker> alive;
  for (const auto& [id, broker] : broker_.metadata.brokers()) {
    if (broker.fenced || broker.endpoints.empty()) continue;
    alive.push_back({id, broker.endpoints.front().host, broker.endpoints.front().port,
                     broker.rack});
  }
  return alive;
}

NodeId KafkaApis::controller_for_clients() const {
  // Clients cannot reach the real controller; any broker passes their requests on. Kafka names a
  // random live broker here, and this one is as good as any while it is alive.
  if (is_alive(broker_.metadata, broker_.config.node)) return broker_.config.node;
  const auto alive = alive_brokers();
  return alive.empty() ? NodeId(-1) : alive.front().id;
}

protocol::MetadataResponse::MetadataResponseTopic KafkaApis::describe(
    const metadata::TopicImage& topic) const {
  protocol::MetadataResponse::MetadataResponseTopic described;
  described.name = topic.name;
  described.topic_id = topic.id;
  described.is_internal = is_internal_topic(topic.name);
  for (const auto& [index, state] : topic.partitions) {
    auto& partition = described.partitions.emplace_back();
    partition.partition_index = index;
    partition.leader_epoch = state.leader_epoch.value();
    partition.replica_nodes = ids(state.replicas);
    partition.isr_nodes = ids(state.isr);
    for (NodeId replica : state.replicas) {
      if (!is_alive(broker_.metadata, replica)) {
        partition.offline_replicas.push_back(replica.value());
      }
    }
    const bool has_leader = state.leader && is_alive(broker_.metadata, *state.leader);
    partition.leader_id = has_leader ? state.leader->value() : -1;
    if (!has_leader) partition.error_code = ErrorCode::LEADER_NOT_AVAILABLE;
  }
  return described;
}

void KafkaApis::describe_all(protocol::MetadataResponse& response) const {
  for (const auto& [name, topic] : broker_.metadata.topics()) {
    response.topics.push_back(describe(topic));
  }
}

void KafkaApis::describe_asked(const protocol::MetadataRequest& request,
                               protocol::MetadataResponse& response) {
  std::vector<std::string> missing;
  for (const auto& asked : *request.topics) {
    const bool by_name = asked.name.has_value() && asked.topic_id.is_zero();
    const metadata::TopicImage* topic = by_name ? broker_.metadata.topic(*asked.name)
                                                : broker_.metadata.topic(asked.topic_id);
    if (topic != nullptr) {
      response.topics.push_back(describe(*topic));
      continue;
    }
    auto& unknown = response.topics.emplace_back();
    unknown.name = asked.name;
    unknown.topic_id = asked.topic_id;
    unknown.error_code = ErrorCode::UNKNOWN_TOPIC_ID;
    PartitionRef ref;
    if (by_name) {
      unknown.is_internal = is_internal_topic(*asked.name);
      const bool valid = !metadata::topic_name_problem(*asked.name);
      unknown.error_code = valid ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                                 : ErrorCode::INVALID_TOPIC_EXCEPTION;
      if (valid) {
        missing.push_back(*asked.name);
        ref.topic = env_.names.intern(*asked.name);
      }
    }
    refuse(ApiKey::Metadata, ref, unknown.error_code);
  }
  if (missing.empty() || !request.allow_auto_topic_creation ||
      !broker_.config.auto_create_topics) {
    return;
  }
  broker_.forwarding.create_topics(
      env_, broker_.forwarding_channel, missing,
      {broker_.config.num_partitions, broker_.config.replication_factor, seconds(30), {}});
}

void KafkaApis::handle_metadata(const QueuedRequest& request) {
  const auto asked = decode<protocol::MetadataRequest>(request);
  if (!asked) return;
  protocol::MetadataResponse response;
  for (const AliveBroker& broker : alive_brokers()) {
    response.brokers.push_back({broker.id.value(), broker.host, broker.port, broker.rack});
  }
  response.cluster_id = broker_.config.cluster_id;
  response.controller_id = controller_for_clients().value();
  const bool all = !asked->topics ||
                   (request.context.header.version == 0 && asked->topics->empty());
  if (all) {
    describe_all(response);
  } else {
    describe_asked(*asked, response);
  }
  broker_.requests.respond(env_, request.context, response);
}

}  // namespace kscope::broker
