#include "engine/sim/world_env.h"

#include "engine/base/check.h"
#include "engine/event/render.h"

namespace kscope::sim {
namespace {

// Clients have no disk; touching one is a bug of ours that must not go unnoticed.
Disk& no_disk() {
  static thread_local Disk disk;
  return disk;
}

}  // namespace

EventSeq WorldSink::emit(NodeId node, event::Body body) {
  event::Event event{EventSeq(world_.last_event.value() + 1), world_.now, node, cause_,
                     std::move(body)};
  world_.last_event = event.seq;
  event::hash_event(event, world_.names, world_.hash);
  if (world_.observer != nullptr) world_.observer->on_event(event);
  const EventSeq seq = event.seq;
  if (world_.check_invariants) world_.fresh.push_back(std::move(event));
  return seq;
}

void WorldSchedule::arrive(Instant at, ConnectionId connection, FrameId frame, NodeId to) {
  cluster::Item item;
  item.at = at;
  item.kind = cluster::ItemKind::Arrival;
  item.node = to;
  item.connection = connection;
  item.frame = frame;
  world_.queue.push(item);
}

void WorldSchedule::closed(Instant at, ConnectionId connection, NodeId side) {
  cluster::Item item;
  item.at = at;
  item.kind = cluster::ItemKind::Closed;
  item.node = side;
  item.connection = connection;
  world_.queue.push(item);
}

void WorldSchedule::bytes_of(FrameId frame, const Blob& bytes) {
  if (world_.observer != nullptr) world_.observer->on_frame_bytes(frame, bytes);
}

NetworkAccess::NetworkAccess(WorldState& world, EventSeq cause)
    : world_(world), sink_(world), schedule_(world) {
  sink_.set_cause(cause);
}

NetworkContext NetworkAccess::context() {
  return {world_.now, world_.latency, sink_, schedule_};
}

Call::Call(WorldState& world, NodeId node, EventSeq cause)
    : world_(world),
      node_(node),
      process_(*world.process(node)),
      slot_(world.node(node)),
      access_(world, cause),
      env_{node,
           env::Clock(world.now, process_.clock_skew),
           *this,
           *this,
           slot_ != nullptr ? slot_->storage() : no_disk(),
           process_.random,
           access_.sink(),
           world.names} {
  if (slot_ == nullptr) return;
  slot_->disk.set_backlog(std::max(Duration{0}, slot_->disk_busy_until - world.now));
}

Call::~Call() {
  if (slot_ == nullptr) return;
  slot_->disk_busy_until = disk_paid_at();
  slot_->disk.take_cost();
}

// The instant at which the disk work of this call is done; the disk may have been busy before.
Instant Call::disk_paid_at() const {
  const Duration cost = slot_ != nullptr ? slot_->disk.pending_cost() : Duration{0};
  if (cost == Duration{0}) return slot_ != nullptr ? slot_->disk_busy_until : world_.now;
  return std::max(world_.now, slot_->disk_busy_until) + cost;
}

ConnectionId Call::connect(NodeId to, env::Listener listener, env::ConnectionPurpose purpose) {
  return world_.network.connect(access_.context(), node_, to, listener, purpose);
}

FrameId Call::send(ConnectionId connection, Blob frame, const env::FrameInfo& info,
                   Duration after) {
  Instant departs = world_.now + after;
  // Only a call that has used the disk waits for it; others are not behind it in any queue.
  if (slot_ != nullptr && slot_->disk.pending_cost() > Duration{0}) {
    departs = std::max(departs, disk_paid_at());
  }
  return world_.network.send(access_.context(), node_, connection, std::move(frame), info, departs);
}

void Call::close(ConnectionId connection) {
  world_.network.close(access_.context(), node_, connection);
}

void Call::set(env::TimerKind kind, std::int64_t key, Instant at) {
  process_.timers.set(world_.queue, node_, process_.incarnation, kind, key,
                      std::max(at, world_.now));
}

void Call::cancel(env::TimerKind kind, std::int64_t key) { process_.timers.cancel(kind, key); }

}  // namespace kscope::sim
