#include <fmt/core.h>

#include "engine/protocol/frame.h"
#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"

// What real clients do to a World. They are inputs like any other, so that a recorded live session
// replays byte for byte; only the bytes themselves come from a socket.

namespace kscope::sim {
namespace {

Result<std::int64_t> number_after(const std::string& command, std::string_view prefix) {
  const std::string digits = command.substr(prefix.size());
  if (digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return Error{ErrorKind::Invalid, fmt::format("\"{}\" lacks its number", command)};
  }
  return static_cast<std::int64_t>(std::stoll(digits));
}

Result<void> open(WorldState& world, std::int64_t broker) {
  const NodeId to(static_cast<std::int32_t>(broker));
  if (world.node(to) == nullptr) {
    return Error{ErrorKind::Invalid, fmt::format("there is no broker {}", broker)};
  }
  const NodeId client(world.next_outside++);
  NetworkAccess access(world);
  world.last_outside_connection =
      world.network.open_from_outside(access.context(), client, to, env::Listener::Broker);
  world.outside[world.last_outside_connection] = client;
  return {};
}

// The api, version and correlation id of a request frame, read off its first bytes. What is too
// short to have them is for the broker to refuse, so nothing here is an error.
env::FrameInfo info_of(const Blob& frame) {
  env::FrameInfo info;
  ByteReader reader(frame.view());
  reader.i32();
  info.api = static_cast<ApiKey>(reader.i16());
  info.version = reader.i16();
  info.correlation = CorrelationId(reader.i32());
  return info;
}

}  // namespace

Result<void> apply_external(WorldState& world, const Input& input) {
  constexpr std::string_view kOpen = "external open ", kFrame = "external frame ",
                             kClose = "external close ";
  if (input.command.starts_with(kOpen)) {
    KTRY_ASSIGN(const std::int64_t broker, number_after(input.command, kOpen));
    return open(world, broker);
  }
  const bool is_frame = input.command.starts_with(kFrame);
  if (!is_frame && !input.command.starts_with(kClose)) {
    return Error{ErrorKind::Invalid, fmt::format("\"{}\" is not open, frame or close",
                                                 input.command)};
  }
  KTRY_ASSIGN(const std::int64_t number, number_after(input.command, is_frame ? kFrame : kClose));
  const ConnectionId connection(static_cast<std::uint64_t>(number));
  const auto it = world.outside.find(connection);
  if (it == world.outside.end()) return {};  // the broker hung up first; nothing is owed
  NetworkAccess access(world);
  if (is_frame) {
    world.network.send(access.context(), it->second, connection, input.bytes,
                       info_of(input.bytes), world.now);
  } else {
    world.network.close(access.context(), it->second, connection);
    world.outside.erase(it);
  }
  return {};
}

ConnectionId World::open_external(std::int32_t broker) {
  const Result<void> done = apply({state_->now, fmt::format("external open {}", broker), {}});
  KCHECK(done.ok());
  return state_->last_outside_connection;
}

void World::external_frame(ConnectionId connection, const Blob& frame) {
  const Result<void> done =
      apply({state_->now, fmt::format("external frame {}", connection.value()), frame});
  KCHECK(done.ok());
}

void World::external_close(ConnectionId connection) {
  const Result<void> done =
      apply({state_->now, fmt::format("external close {}", connection.value()), {}});
  KCHECK(done.ok());
}

std::vector<OutsideFrame> World::take_outbox() {
  std::vector<OutsideFrame> out = state_->network.take_outbox();
  for (const OutsideFrame& frame : out) {
    if (frame.closed) state_->outside.erase(frame.connection);
  }
  return out;
}

ConnectionId World::last_external_connection() const { return state_->last_outside_connection; }

void World::attach_disk(std::int32_t node, env::Disk* disk) {
  NodeSlot* slot = state_->node(NodeId(node));
  KCHECK(slot != nullptr && !slot->alive());
  slot->real_disk = disk;
}

}  // namespace kscope::sim
