#include <fmt/core.h>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_clients.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

Error invalid(const std::string& what) { return Error{ErrorKind::Invalid, what}; }

Result<client::NewTopic> topic_of(const Command& command) {
  client::NewTopic topic;
  topic.name = command.arguments[0];
  for (const auto& [key, value] : command.options) {
    if (key == "partitions") {
      topic.partitions = std::stoi(value);
    } else if (key == "replicas") {
      topic.replication_factor = static_cast<std::int16_t>(std::stoi(value));
    } else if (key == "assignment") {
      topic.assignments = parse_assignment(value);
    } else {
      topic.configs[key] = value;
    }
  }
  if (!topic.assignments.empty() && (topic.partitions >= 0 || topic.replication_factor >= 0)) {
    return invalid("assignment= already says how many partitions and replicas there are");
  }
  return topic;
}

// "orders" or "orders-1": the latter only if that is not itself the name of a known topic.
void split_target(const WorldState& world, const std::string& text, client::Workload& workload) {
  const Result<TopicPartition> tp = parse_partition(text);
  bool is_topic = !tp.ok();
  for (const auto& [id, slot] : world.nodes) {
    is_topic = is_topic || (slot.node.running() &&
                            slot.node.shared().image().topic(text) != nullptr);
  }
  workload.topic = is_topic ? text : tp->topic;
  if (!is_topic) workload.partition = tp->partition;
}

}  // namespace

ClientSlot& operator_client(WorldState& world, EventSeq cause) {
  const NodeId id(kOperatorId);
  if (const auto it = world.clients.find(id); it != world.clients.end()) return it->second;
  ClientSlot& slot = add_client_slot(world, id);
  Call call(world, id, cause);
  call.env().events.emit(id, event::ClientStarted{world.names.intern("operator"),
                                                  event::ClientRole::Admin, 0});
  client::AdminConfig config;
  config.common.client_id = "operator";
  slot.client = cluster::ClientNode(
      "operator", client::AdminClient::start(call.env(), config, bootstrap_brokers(world)));
  return slot;
}

std::map<std::int32_t, std::vector<NodeId>> parse_assignment(const std::string& text) {
  std::map<std::int32_t, std::vector<NodeId>> result;
  std::int32_t partition = 0;
  std::int32_t number = 0;
  for (const char c : text + ",") {
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      continue;
    }
    result[partition].push_back(NodeId(std::exchange(number, 0)));
    if (c == ',') ++partition;
  }
  return result;
}

Result<void> topic_action(ActionContext& context) {
  KTRY_ASSIGN(const client::NewTopic topic, topic_of(context.command));
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->create_topic(call.env(), topic);
  return {};
}

Result<void> delete_topic_action(ActionContext& context) {
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->delete_topic(call.env(), context.command.arguments[0]);
  return {};
}

Result<void> elect_action(ActionContext& context) {
  KTRY_ASSIGN(const TopicPartition tp, parse_partition(context.command.arguments[0]));
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->elect_leader(call.env(), tp);
  return {};
}

namespace {

/// The directory id is read off the node's disk, as kafka-metadata-quorum.sh does.
Result<storage::MetaProperties> properties_of(ActionContext& context, NodeId id) {
  NodeSlot* slot = context.world.node(id);
  if (slot == nullptr || !slot->node.config().has_controller) {
    return invalid(fmt::format("{} has no controller role", id.value()));
  }
  KTRY_ASSIGN(const auto found, storage::read_meta_properties(slot->storage()));
  if (!found) return invalid(fmt::format("the disk of {} was never formatted", id.value()));
  return *found;
}

}  // namespace

Result<void> add_voter_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  KTRY_ASSIGN(const storage::MetaProperties properties, properties_of(context, id));
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->add_voter(call.env(), id, properties.directory_id,
                                 "controller-" + std::to_string(id.value()), 9093);
  return {};
}

Result<void> remove_voter_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  KTRY_ASSIGN(const storage::MetaProperties properties, properties_of(context, id));
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->remove_voter(call.env(), id, properties.directory_id);
  return {};
}

Result<void> delete_records_action(ActionContext& context) {
  KTRY_ASSIGN(const TopicPartition tp, parse_partition(context.command.arguments[0]));
  const std::string& before = *context.command.option("before");
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->delete_records(call.env(), tp, before == "end" ? -1 : std::stoll(before));
  return {};
}

Result<void> producer_action(ActionContext& context) {
  const std::string& name = context.command.arguments[0];
  WorldState& world = context.world;
  KTRY(check_new_client_name(world, name));
  const client::Settings settings = client_settings(context.command, {});
  KTRY_ASSIGN(const client::ProducerConfig config, client::parse_producer_config(settings));
  const EventSeq cause = context.announce();
  const NodeId id = next_client_id(world);
  ClientSlot& slot = add_client_slot(world, id);
  Call call(world, id, cause);
  slot.client = cluster::ClientNode(
      name, client::KafkaProducer::start(call.env(), config, bootstrap_brokers(world)));
  slot.client.set_settings(settings);
  call.env().events.emit(id, event::ClientStarted{world.names.intern(name),
                                                  event::ClientRole::Producer, config.acks});
  return {};
}

Result<void> send_action(ActionContext& context) {
  KTRY_ASSIGN(ClientSlot* const slot, context.client_argument(0));
  if (slot->client.producer() == nullptr) {
    return invalid(fmt::format("{} is not a producer", slot->client.name()));
  }
  client::Workload workload;
  split_target(context.world, context.command.arguments[1], workload);
  workload.tombstone = context.command.arguments.size() > 2;
  for (const auto& [key, value] : context.command.options) {
    if (key == "keys") workload.keys = std::stoi(value);
    if (key == "count") workload.count = std::stoll(value);
    if (key == "key") workload.key = value;
    if (key == "value") workload.value = value;
    if (key == "size") workload.size = std::stoi(value);
    if (key == "every") parse_duration(value, &workload.every);
  }
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  Call call(context.world, id, context.announce());
  slot->client.add_workload(call.env(), workload);
  return {};
}

Result<void> close_action(ActionContext& context) {
  KTRY_ASSIGN(ClientSlot* const slot, context.client_argument(0));
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  Call call(context.world, id, context.announce());
  slot->client.close(call.env());
  return {};
}

}  // namespace kscope::sim
