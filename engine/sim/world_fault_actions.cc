#include <fmt/core.h>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"

namespace kscope::sim {
namespace {

Duration duration_of(const std::string& text) {
  Duration duration{};
  parse_duration(text, &duration);  // its form was checked by parse_command
  return duration;
}

/// "A B" means both directions, "A -> B" one. `used` is how many arguments that took.
struct Links {
  std::vector<Link> links;
  std::size_t used = 0;
};

Result<Links> links_argument(const ActionContext& context, std::size_t from) {
  const auto& arguments = context.command.arguments;
  const bool one_way = arguments.size() > from + 2 && arguments[from + 1] == "->";
  KTRY_ASSIGN(const NodeId a, context.node_argument(from));
  KTRY_ASSIGN(const NodeId b, context.node_argument(from + (one_way ? 2 : 1)));
  if (a == b) return Error{ErrorKind::Invalid, "a link needs two different ends"};
  Links result;
  result.links.push_back({a, b});
  if (!one_way) result.links.push_back({b, a});
  result.used = one_way ? 3 : 2;
  return result;
}

ApiKey api_named(const std::string& name) {
  for (int key = 0; key <= 90; ++key) {
    if (name == to_string(static_cast<ApiKey>(key))) return static_cast<ApiKey>(key);
  }
  return ApiKey::ApiVersions;
}

FrameId frame_argument(const ActionContext& context) {
  return FrameId(std::stoull(context.command.arguments[0]));
}

Error no_such_frame(FrameId frame) {
  return Error{ErrorKind::Invalid, fmt::format("frame {} is not in flight", frame.value())};
}

bool in_flight(const WorldState& world, FrameId frame) {
  return !world.network.frame_bytes(frame).empty();
}

}  // namespace

Result<void> cut_action(ActionContext& context) {
  KTRY_ASSIGN(const Links links, links_argument(context, 0));
  NetworkAccess access(context.world, context.announce());
  for (const Link& link : links.links) context.world.network.cut(access.context(), link);
  return {};
}

Result<void> heal_action(ActionContext& context) {
  if (context.command.arguments[0] == "all") {
    NetworkAccess access(context.world, context.announce());
    context.world.network.heal_all(access.context());
    return {};
  }
  KTRY_ASSIGN(const Links links, links_argument(context, 0));
  NetworkAccess access(context.world, context.announce());
  for (const Link& link : links.links) context.world.network.heal(access.context(), link);
  return {};
}

Result<void> slow_action(ActionContext& context) {
  KTRY_ASSIGN(const Links links, links_argument(context, 0));
  const Duration extra = duration_of(context.command.arguments[links.used]);
  NetworkAccess access(context.world, context.announce());
  for (const Link& link : links.links) context.world.network.slow(access.context(), link, extra);
  return {};
}

Result<void> reset_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId a, context.node_argument(0));
  KTRY_ASSIGN(const NodeId b, context.node_argument(1));
  NetworkAccess access(context.world, context.announce());
  context.world.network.reset(access.context(), a, b);
  return {};
}

Result<void> lose_action(ActionContext& context) {
  const auto& arguments = context.command.arguments;
  if (arguments[0] == "next") {
    KTRY_ASSIGN(const Links links, links_argument(context, 3));
    context.announce();
    context.world.network.set_trap(
        {api_named(arguments[1]), arguments[2] == "response", links.links.front()});
    return {};
  }
  const FrameId frame = frame_argument(context);
  if (!in_flight(context.world, frame)) return no_such_frame(frame);
  NetworkAccess access(context.world, context.announce());
  context.world.network.lose(access.context(), frame);
  return {};
}

Result<void> delay_action(ActionContext& context) {
  const FrameId frame = frame_argument(context);
  if (!in_flight(context.world, frame)) return no_such_frame(frame);
  NetworkAccess access(context.world, context.announce());
  context.world.network.delay(access.context(), frame,
                              duration_of(context.command.arguments[1]));
  return {};
}

Result<void> disk_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return Error{ErrorKind::Invalid, "clients have no disk"};
  const auto& arguments = context.command.arguments;
  WorldSink sink(context.world);
  sink.set_cause(context.announce());
  using event::DiskFault;
  if (arguments[1] == "slow") {
    slot->disk.set_slow_flush(duration_of(arguments[2]));
    sink.emit(id, event::DiskFaultChanged{DiskFault::SlowFlush, true});
  } else if (arguments[1] == "failing") {
    slot->disk.set_failing_flush(true);
    sink.emit(id, event::DiskFaultChanged{DiskFault::FailingFlush, true});
  } else if (arguments[1] == "full") {
    slot->disk.set_full(true);
    sink.emit(id, event::DiskFaultChanged{DiskFault::Full, true});
  } else {
    slot->disk.clear_faults();
    sink.emit(id, event::DiskFaultChanged{DiskFault::Failed, false});
  }
  return {};
}

Result<void> flip_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return Error{ErrorKind::Invalid, "clients have no disk"};
  const std::string& file = context.command.arguments[1];
  const std::int64_t position = std::stoll(context.command.arguments[2]);
  KTRY(slot->disk.flip_bit(file, position, 0));
  WorldSink sink(context.world);
  sink.set_cause(context.announce());
  sink.emit(id, event::BitFlipped{context.world.names.intern(file), position});
  return {};
}

// A log that ends before its start begins afresh there when it is loaded, as in Kafka; that is how
// a lab or a test gets a log with large offsets without having to write all that came before.
Result<void> log_start_action(ActionContext& context) {
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  NodeSlot* slot = context.world.node(id);
  if (slot == nullptr) return Error{ErrorKind::Invalid, "clients have no disk"};
  if (slot->alive()) {
    return Error{ErrorKind::Invalid, fmt::format("broker {0} is running and would write over it; "
                                                 "first: stop broker {0}", id.value())};
  }
  KTRY_ASSIGN(const TopicPartition partition, parse_partition(context.command.arguments[1]));
  env::Disk& disk = slot->storage();
  if (!disk.exists(partition.str())) {
    return Error{ErrorKind::NotFound, fmt::format("broker {} has no log of {}", id.value(),
                                                  partition.str())};
  }
  KTRY_ASSIGN(storage::OffsetCheckpoint starts,
              storage::read_offset_checkpoint(disk, storage::kLogStartCheckpoint));
  starts[partition] = Offset(std::stoll(context.command.arguments[2]));
  KTRY(storage::write_offset_checkpoint(disk, storage::kLogStartCheckpoint, starts));
  context.announce();
  return {};
}

}  // namespace kscope::sim
