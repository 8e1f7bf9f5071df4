#include <fmt/core.h>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

struct Verb {
  const char* name;
  Action action;
};

constexpr Verb kVerbs[] = {
    {"start", start_action},   {"stop", stop_action},         {"crash", crash_action},
    {"restart", restart_action}, {"pause", pause_action},     {"resume", resume_action},
    {"skew", skew_action},     {"cut", cut_action},           {"heal", heal_action},
    {"slow", slow_action},     {"reset", reset_action},       {"lose", lose_action},
    {"delay", delay_action},   {"disk", disk_action},         {"flip", flip_action},
    {"log-start", log_start_action},
    {"topic", topic_action},   {"delete-topic", delete_topic_action}, {"elect", elect_action},
    {"add-voter", add_voter_action}, {"remove-voter", remove_voter_action},
    {"delete-records", delete_records_action},
    {"alter-config", alter_config_action}, {"describe-config", describe_config_action},
    {"create-partitions", create_partitions_action}, {"reassign", reassign_action},
    {"list-reassignments", list_reassignments_action}, {"elect-leaders", elect_leaders_action},
    {"list-groups", list_groups_action}, {"describe-group", describe_group_action},
    {"delete-group", delete_group_action}, {"list-offsets", list_offsets_action},
    {"alter-offsets", alter_offsets_action}, {"delete-offsets", delete_offsets_action},
    {"reset-offsets", reset_offsets_action},
    {"producer", producer_action}, {"consumer", consumer_action}, {"send", send_action},
    {"seek", seek_action},     {"close", close_action},       {"subscribe", subscribe_action},
    {"unsubscribe", unsubscribe_action}, {"assign", assign_action}, {"commit", commit_action},
    {"stall", stall_action},   {"continue", stall_action},
};

}  // namespace

EventSeq ActionContext::announce() {
  WorldSink sink(world);
  return sink.emit(NodeId(0), event::InputApplied{static_cast<std::uint32_t>(world.inputs.size()),
                                                  world.names.intern(command.verb)});
}

Result<NodeId> ActionContext::node_argument(std::size_t i) const {
  return world.find(command.arguments[i]);
}

Result<ClientSlot*> ActionContext::client_argument(std::size_t i) const {
  KTRY_ASSIGN(const NodeId id, world.find(command.arguments[i]));
  const auto it = world.clients.find(id);
  if (it == world.clients.end()) {
    return Error{ErrorKind::Invalid, fmt::format("{} is not a client", command.arguments[i])};
  }
  if (!it->second.alive()) {
    return Error{ErrorKind::Invalid, fmt::format("{} has ended", command.arguments[i])};
  }
  return &it->second;
}

Result<void> execute(WorldState& world, const std::string& line) {
  KTRY_ASSIGN(const Command command, parse_command(line));
  ActionContext context(world, command);
  for (const Verb& verb : kVerbs) {
    if (command.verb == verb.name) return verb.action(context);
  }
  return Error{ErrorKind::Unsupported, fmt::format("nothing carries out \"{}\"", command.verb)};
}

Process* WorldState::process(NodeId id) {
  if (const auto it = nodes.find(id); it != nodes.end()) return &it->second;
  if (const auto it = clients.find(id); it != clients.end()) return &it->second;
  return nullptr;
}

NodeSlot* WorldState::node(NodeId id) {
  const auto it = nodes.find(id);
  return it == nodes.end() ? nullptr : &it->second;
}

Result<NodeId> WorldState::find(const std::string& name) const {
  for (const auto& [id, slot] : nodes) {
    if (name == std::to_string(id.value())) return id;
  }
  for (const auto& [id, slot] : clients) {
    if (name == slot.client.name() || name == std::to_string(id.value())) return id;
  }
  return Error{ErrorKind::Invalid,
               fmt::format("there is no node or client \"{}\" (nodes: 1 to {})", name,
                           nodes.size())};
}

Result<TopicPartition> parse_partition(const std::string& text) {
  const std::size_t dash = text.rfind('-');
  if (dash != std::string::npos && dash > 0 && dash + 1 < text.size() &&
      text.find_first_not_of("0123456789", dash + 1) == std::string::npos &&
      text.size() - dash < 10) {
    return TopicPartition{text.substr(0, dash), std::stoi(text.substr(dash + 1))};
  }
  return Error{ErrorKind::Invalid,
               fmt::format("\"{}\" is not a partition; write it as orders-0", text)};
}

}  // namespace kscope::sim
