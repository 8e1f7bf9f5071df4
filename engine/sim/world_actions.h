// The actions behind the commands: one function a verb, all of the same shape.
//
// An action first finds everything its command names, and only then changes anything; a command
// that is refused has therefore done nothing, and is not recorded either.
//
// Called by: sim/world_commands.cc (the table of verbs). Read next: sim/world.cc
#pragma once

#include "engine/sim/command.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {

/// What an action needs: the world, the parsed line, and how to announce itself. announce() emits
/// InputApplied and returns it, the cause of all that follows; call it once everything is found.
class ActionContext {
 public:
  ActionContext(WorldState& world, const Command& command) : world(world), command(command) {}
  EventSeq announce();
  Result<NodeId> node_argument(std::size_t i) const;
  /// The client's slot; Invalid if it is unknown or has ended.
  Result<ClientSlot*> client_argument(std::size_t i) const;

  WorldState& world;
  const Command& command;
};

using Action = Result<void> (*)(ActionContext&);

// processes (world_process_actions.cc)
Result<void> start_action(ActionContext& context);
Result<void> stop_action(ActionContext& context);
Result<void> crash_action(ActionContext& context);
Result<void> restart_action(ActionContext& context);
Result<void> pause_action(ActionContext& context);
Result<void> resume_action(ActionContext& context);
Result<void> skew_action(ActionContext& context);
/// Ends a process that has finished its controlled shutdown.
void stop_now(WorldState& world, NodeId id);
/// Ends a process that cannot go on: its disk failed, and it halts as Kafka does.
void halt_now(WorldState& world, NodeId id);

// network and disks (world_fault_actions.cc)
Result<void> cut_action(ActionContext& context);
Result<void> heal_action(ActionContext& context);
Result<void> slow_action(ActionContext& context);
Result<void> reset_action(ActionContext& context);
Result<void> lose_action(ActionContext& context);
Result<void> delay_action(ActionContext& context);
Result<void> disk_action(ActionContext& context);
Result<void> flip_action(ActionContext& context);
Result<void> log_start_action(ActionContext& context);

// clients (world_client_actions.cc)
Result<void> topic_action(ActionContext& context);
Result<void> delete_topic_action(ActionContext& context);
Result<void> elect_action(ActionContext& context);
Result<void> add_voter_action(ActionContext& context);
Result<void> remove_voter_action(ActionContext& context);
Result<void> delete_records_action(ActionContext& context);
Result<void> producer_action(ActionContext& context);
Result<void> send_action(ActionContext& context);
Result<void> close_action(ActionContext& context);

// consumers (world_consumer_actions.cc)
Result<void> consumer_action(ActionContext& context);
Result<void> subscribe_action(ActionContext& context);
Result<void> unsubscribe_action(ActionContext& context);
Result<void> assign_action(ActionContext& context);
Result<void> seek_action(ActionContext& context);
Result<void> commit_action(ActionContext& context);
Result<void> stall_action(ActionContext& context);  ///< and continue
/// pause and resume with partitions: the consumer's, not the process's.
Result<void> pause_partitions(ActionContext& context, bool paused);

// administration (world_admin_actions.cc)
Result<void> alter_config_action(ActionContext& context);
Result<void> describe_config_action(ActionContext& context);
Result<void> create_partitions_action(ActionContext& context);
Result<void> reassign_action(ActionContext& context);
Result<void> list_reassignments_action(ActionContext& context);
Result<void> elect_leaders_action(ActionContext& context);

// administration of groups (world_group_admin_actions.cc)
Result<void> list_groups_action(ActionContext& context);
Result<void> describe_group_action(ActionContext& context);
Result<void> delete_group_action(ActionContext& context);
Result<void> list_offsets_action(ActionContext& context);
Result<void> alter_offsets_action(ActionContext& context);
Result<void> delete_offsets_action(ActionContext& context);
Result<void> reset_offsets_action(ActionContext& context);

/// The admin client behind the commands; started at its first use.
ClientSlot& operator_client(WorldState& world, EventSeq cause);
/// "1:2:3,2:3:1": replicas of the first partition, of the next …
std::map<std::int32_t, std::vector<NodeId>> parse_assignment(const std::string& text);

/// "external open|frame|close N": what a real client did (world_external.cc).
Result<void> apply_external(WorldState& world, const Input& input);

/// "orders-12" -> {orders, 12}; Invalid otherwise.
Result<TopicPartition> parse_partition(const std::string& text);

}  // namespace kscope::sim
