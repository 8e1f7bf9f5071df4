// One call into a node: the adapters behind env::Env for as long as it lasts.
//
// A Call gives a node its network, timers, disk, luck, names and event sink, and when it ends
// charges the disk time that the call has used. Between calls no adapter exists, so nothing of them
// can end up in a checkpoint.
//
// Read next: sim/world.cc
#pragma once

#include "engine/env/env.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {

/// Numbers, hashes and passes on events.
class WorldSink final : public event::Sink {
 public:
  explicit WorldSink(WorldState& world) : world_(world) {}
  EventSeq emit(NodeId node, event::Body body) override;
  bool first_to_tell(Offset metadata_offset) override {
    return tell_once(world_.metadata_told, metadata_offset);
  }

 private:
  WorldState& world_;
};

/// Puts the network's promises into the queue.
class WorldSchedule final : public NetworkSchedule {
 public:
  explicit WorldSchedule(WorldState& world) : world_(world) {}
  void arrive(Instant at, ConnectionId connection, FrameId frame, NodeId to) override;
  void closed(Instant at, ConnectionId connection, NodeId side) override;
  void bytes_of(FrameId frame, const Blob& bytes) override;

 private:
  WorldState& world_;
};

/// The network without a node: for faults and deliveries.
class NetworkAccess {
 public:
  explicit NetworkAccess(WorldState& world, EventSeq cause = {});
  NetworkContext context();
  WorldSink& sink() { return sink_; }

 private:
  WorldState& world_;
  WorldSink sink_;
  WorldSchedule schedule_;
};

class Call final : private env::Network, private env::Timers {
 public:
  Call(WorldState& world, NodeId node, EventSeq cause);
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  env::Env& env() { return env_; }

 private:
  ConnectionId connect(NodeId to, env::Listener listener, env::ConnectionPurpose purpose) override;
  FrameId send(ConnectionId connection, Blob frame, const env::FrameInfo& info,
               Duration after) override;
  void close(ConnectionId connection) override;
  void set(env::TimerKind kind, std::int64_t key, Instant at) override;
  void cancel(env::TimerKind kind, std::int64_t key) override;
  Instant disk_paid_at() const;

  WorldState& world_;
  NodeId node_;
  Process& process_;
  NodeSlot* slot_;  // null for clients: they have no disk
  NetworkAccess access_;
  env::Env env_;
};

}  // namespace kscope::sim
