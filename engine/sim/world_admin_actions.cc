// Commands that change settings, partitions and replicas: each is one request of the operator.
#include <algorithm>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

using client::ConfigAlteration;

bool has_word(const Command& command, const char* word) {
  return std::find(command.arguments.begin(), command.arguments.end(), word) !=
         command.arguments.end();
}

client::ConfigResource resource_of(const Command& command) {
  if (const std::string* topic = command.option("topic")) return {2, *topic};
  if (const std::string* broker = command.option("broker")) return {4, *broker};
  return {4, ""};
}

std::vector<ConfigAlteration> alterations_of(const Command& command) {
  using Op = ConfigAlteration::Op;
  std::vector<ConfigAlteration> alterations;
  for (const auto& [key, value] : command.options) {
    if (key == "topic" || key == "broker") continue;
    if (key == "delete") {
      std::string list = value + ",";
      for (std::size_t at; (at = list.find(',')) != std::string::npos; list.erase(0, at + 1)) {
        if (at > 0) alterations.push_back({list.substr(0, at), Op::Delete, ""});
      }
    } else if (key.ends_with('+')) {
      alterations.push_back({key.substr(0, key.size() - 1), Op::Append, value});
    } else if (key.ends_with('-')) {
      alterations.push_back({key.substr(0, key.size() - 1), Op::Subtract, value});
    } else {
      alterations.push_back({key, Op::Set, value});
    }
  }
  return alterations;
}

std::vector<std::vector<NodeId>> replicas_of(const std::string& text) {
  std::vector<std::vector<NodeId>> lists;
  for (auto& [index, replicas] : parse_assignment(text)) lists.push_back(std::move(replicas));
  return lists;
}

/// Hands the operator's admin client to `ask`, with the surroundings of that client.
Result<void> by_operator(ActionContext& context, auto ask) {
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  ask(*slot.client.admin(), call.env());
  return {};
}

}  // namespace

Result<void> alter_config_action(ActionContext& context) {
  const Command& command = context.command;
  return by_operator(context, [&](client::AdminClient& admin, env::Env& env) {
    admin.alter_configs(env, resource_of(command), alterations_of(command),
                        has_word(command, "check"));
  });
}

Result<void> describe_config_action(ActionContext& context) {
  return by_operator(context, [&](client::AdminClient& admin, env::Env& env) {
    admin.describe_configs(env, resource_of(context.command));
  });
}

Result<void> create_partitions_action(ActionContext& context) {
  const Command& command = context.command;
  const std::string* assignment = command.option("assignment");
  return by_operator(context, [&](client::AdminClient& admin, env::Env& env) {
    admin.create_partitions(env, command.arguments[0], std::stoi(*command.option("count")),
                            assignment != nullptr ? replicas_of(*assignment)
                                                  : std::vector<std::vector<NodeId>>{},
                            has_word(command, "check"));
  });
}

Result<void> reassign_action(ActionContext& context) {
  KTRY_ASSIGN(const TopicPartition tp, parse_partition(context.command.arguments[0]));
  std::optional<std::vector<NodeId>> replicas;
  if (const std::string* to = context.command.option("to")) replicas = replicas_of(*to).front();
  return by_operator(context, [&](client::AdminClient& admin, env::Env& env) {
    admin.reassign(env, tp, replicas);
  });
}

Result<void> list_reassignments_action(ActionContext& context) {
  return by_operator(context, [](client::AdminClient& admin, env::Env& env) {
    admin.list_reassignments(env);
  });
}

Result<void> elect_leaders_action(ActionContext& context) {
  KTRY_ASSIGN(const TopicPartition tp, parse_partition(context.command.arguments[0]));
  return by_operator(context, [&](client::AdminClient& admin, env::Env& env) {
    admin.elect_leader(env, tp, has_word(context.command, "unclean"));
  });
}

}  // namespace kscope::sim
