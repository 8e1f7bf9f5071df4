#include "engine/sim/world_clients.h"

#include <fmt/core.h>

#include <algorithm>

namespace kscope::sim {

std::vector<NodeId> bootstrap_brokers(const WorldState& world) {
  std::vector<NodeId> nodes;
  for (const auto& [id, slot] : world.nodes) {
    if (slot.node.config().has_broker) nodes.push_back(id);
  }
  return nodes;
}

ClientSlot& add_client_slot(WorldState& world, NodeId id) {
  ClientSlot slot;
  slot.state = cluster::NodeState::Running;
  slot.incarnation = 1;
  slot.random =
      env::RandomSet(world.spec.seed_of_life(world.seed), static_cast<std::uint64_t>(id.value()));
  return world.clients.emplace(id, std::move(slot)).first->second;
}

NodeId next_client_id(WorldState& world) { return NodeId(world.next_client++); }

Result<void> check_new_client_name(const WorldState& world, const std::string& name) {
  if (!world.find(name).ok()) return {};
  return Error{ErrorKind::Invalid, fmt::format("there is a \"{}\" already", name)};
}

client::Settings client_settings(const Command& command, std::initializer_list<const char*> own) {
  client::Settings settings;
  settings["client.id"] = command.arguments[0];
  for (const auto& [key, value] : command.options) {
    if (std::find(own.begin(), own.end(), key) == own.end()) settings[key] = value;
  }
  return settings;
}

}  // namespace kscope::sim
