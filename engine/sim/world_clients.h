// What the commands that start clients have in common.
//
// Called by: world_client_actions.cc, world_consumer_actions.cc. Read next: sim/world_actions.h
#pragma once

#include "engine/sim/world_actions.h"

namespace kscope::sim {

/// The brokers of the cluster: a client's bootstrap.servers.
std::vector<NodeId> bootstrap_brokers(const WorldState& world);
/// Puts an empty slot for a client into the world, so that a Call can be made for it.
ClientSlot& add_client_slot(WorldState& world, NodeId id);
NodeId next_client_id(WorldState& world);
/// Invalid if something of that name exists.
Result<void> check_new_client_name(const WorldState& world, const std::string& name);
/// Everything that is not an option of the command itself is a setting by Kafka's name.
client::Settings client_settings(const Command& command, std::initializer_list<const char*> own);

}  // namespace kscope::sim
