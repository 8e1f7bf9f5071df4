#include <fmt/core.h>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

using cluster::NodeState;

Error refuse(const std::string& what) { return Error{ErrorKind::Invalid, what}; }

void start_process(WorldState& world, NodeId id, EventSeq cause) {
  NodeSlot& slot = *world.node(id);
  ++slot.incarnation;
  slot.state = NodeState::Running;
  slot.timers.clear();
  slot.held.clear();
  world.network.node_listens(id);
  WorldSink sink(world);
  sink.set_cause(cause);
  const EventSeq started = sink.emit(id, event::NodeStarted{slot.incarnation});
  Call call(world, id, started);
  Result<void> up = slot.node.format_if_blank(call.env());
  slot.disk.take_cost();  // done by a person, long before the process starts
  if (up.ok()) up = slot.node.start(call.env());
  slot.start_error = up.ok() ? std::string() : up.error().message;
  if (!up.ok()) {
    sink.emit(id, event::NodeStopped{slot.incarnation});
    slot.state = NodeState::Crashed;
    slot.node.kill();
    NetworkAccess access(world, started);
    world.network.node_gone(access.context(), id, event::CloseReason::PeerDied);
  }
}

void end_process(WorldState& world, NodeId id, Process& process, NodeState state, EventSeq cause,
                 event::CloseReason reason) {
  process.state = state;
  process.timers.clear();
  process.held.clear();
  NetworkAccess access(world, cause);
  world.network.node_gone(access.context(), id, reason);
}

EventSeq emit(WorldState& world, NodeId id, event::Body body, EventSeq cause) {
  WorldSink sink(world);
  sink.set_cause(cause);
  return sink.emit(id, std::move(body));
}

void crash_process(WorldState& world, NodeId id, event::CrashKind kind, EventSeq cause) {
  Process& process = *world.process(id);
  std::int64_t lost = 0;
  if (NodeSlot* slot = world.node(id)) {
    remember_metadata(world);
    remember_groups(world, id);
    slot->node.kill();
    slot->disk_busy_until = world.now;
    slot->storage().crash_process();
    if (kind == event::CrashKind::PowerLoss) lost = slot->disk.power_loss(world.fault);
  }
  const EventSeq crashed = emit(world, id, event::NodeCrashed{kind, lost}, cause);
  end_process(world, id, process, NodeState::Crashed, crashed, event::CloseReason::PeerDied);
}

}  // namespace

void power_on(WorldState& world, NodeId node) { start_process(world, node, {}); }

Result<void> start_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  const NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return refuse("only brokers can be started again; create a new client");
  if (slot->alive()) return refuse(fmt::format("broker {} is running", id.value()));
  start_process(context.world, id, context.announce());
  return {};
}

Result<void> stop_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return refuse("only brokers shut down; for a client use close");
  if (slot->state != NodeState::Running) {
    return refuse(fmt::format("broker {} is not running", id.value()));
  }
  Call call(context.world, id, context.announce());
  slot->node.begin_shutdown(call.env());
  return {};
}

void stop_now(WorldState& world, NodeId id) {
  NodeSlot& slot = *world.node(id);
  remember_metadata(world);
  remember_groups(world, id);
  {
    Call call(world, id, world.last_event);
    slot.node.finish_shutdown(call.env());
  }
  slot.node.kill();
  slot.storage().crash_process();  // its handles are void; the files stay
  const EventSeq stopped =
      emit(world, id, event::NodeStopped{slot.incarnation}, world.last_event);
  end_process(world, id, slot, NodeState::Stopped, stopped, event::CloseReason::ByPeer);
}

void halt_now(WorldState& world, NodeId id) {
  crash_process(world, id, event::CrashKind::Process, world.last_event);
}

Result<void> crash_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  if (!context.world.process(id)->alive()) {
    return refuse(fmt::format("{} is not running", context.command.arguments[0]));
  }
  const bool power = context.command.arguments.size() > 1;
  crash_process(context.world, id,
                power ? event::CrashKind::PowerLoss : event::CrashKind::Process,
                context.announce());
  return {};
}

Result<void> restart_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  const NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return refuse("only brokers can be started again; create a new client");
  const EventSeq cause = context.announce();
  if (slot->alive()) crash_process(context.world, id, event::CrashKind::Process, cause);
  start_process(context.world, id, cause);
  return {};
}

Result<void> pause_action(ActionContext& context) {
  if (context.command.arguments.size() > 1) return pause_partitions(context, true);
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  Process& process = *context.world.process(id);
  if (process.state != NodeState::Running) {
    return refuse(fmt::format("{} is not running", context.command.arguments[0]));
  }
  process.state = NodeState::Paused;
  emit(context.world, id, event::NodePaused{}, context.announce());
  context.world.network.pause(id);
  return {};
}

Result<void> resume_action(ActionContext& context) {
  if (context.command.arguments.size() > 1) return pause_partitions(context, false);
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  WorldState& world = context.world;
  Process& process = *world.process(id);
  if (process.state != NodeState::Paused) {
    return refuse(fmt::format("{} is not paused", context.command.arguments[0]));
  }
  process.state = NodeState::Running;
  const EventSeq resumed = emit(world, id, event::NodeResumed{}, context.announce());
  // Timers that came due meanwhile fire now, in their order; the kernel's bytes are read after
  // them.
  for (cluster::Item item : std::exchange(process.held, {})) {
    process.timers.requeue(world.queue, item, world.now);
  }
  NetworkAccess access(world, resumed);
  world.network.resume(access.context(), id);
  return {};
}

Result<void> skew_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  const std::string& text = context.command.arguments[1];
  const bool negative = text.starts_with('-');
  Duration skew{};
  parse_duration(negative ? text.substr(1) : text, &skew);  // checked by parse_command
  context.world.process(id)->clock_skew = negative ? -skew : skew;
  emit(context.world, id, event::ClockSkewed{negative ? -skew : skew}, context.announce());
  return {};
}

}  // namespace kscope::sim
