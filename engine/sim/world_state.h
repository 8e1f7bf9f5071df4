// WorldState: the inside of a World, for the files that implement it.
//
// Every member is a plain value; the copy constructor is the checkpoint. What is *not* state (the
// observer, the adapters through which a node touches its surroundings) is not in here.
//
// Read next: sim/world_env.h (how one call reaches its surroundings), sim/world.cc (the step)
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/checksums.h"
#include "engine/cluster/client_node.h"
#include "engine/cluster/event_queue.h"
#include "engine/cluster/group_views.h"
#include "engine/cluster/node.h"
#include "engine/sim/disk.h"
#include "engine/sim/invariants/invariants.h"
#include "engine/sim/network.h"
#include "engine/sim/world.h"

namespace kscope::sim {

/// First id given to a client; brokers are numbered from 1 as in server.properties.
inline constexpr std::int32_t kFirstClientId = 1001;
/// The admin client behind the commands `topic`, `delete-topic` and `elect`.
inline constexpr std::int32_t kOperatorId = 1000;
/// First id given to a real client's connection.
inline constexpr std::int32_t kFirstOutsideId = 20001;

/// What broker and client processes have in common.
struct Process {
  cluster::NodeState state = cluster::NodeState::Down;
  std::int32_t incarnation = 0;
  Duration clock_skew{};
  env::RandomSet random;
  cluster::TimerTable timers;
  std::vector<cluster::Item> held;  ///< timers that came due while the process was paused
  bool alive() const {
    return state == cluster::NodeState::Running || state == cluster::NodeState::Paused;
  }
};

struct NodeSlot : Process {
  cluster::Node node;
  Disk disk;
  env::Disk* real_disk = nullptr;  ///< live mode: a folder instead of `disk`; not copied
  Instant disk_busy_until{};       ///< a disk does one thing after the other
  std::string start_error;         ///< why the last start failed; empty: it did not

  env::Disk& storage() { return real_disk != nullptr ? *real_disk : disk; }
};

struct ClientSlot : Process {
  cluster::ClientNode client;
};

class WorldState {
 public:
  ClusterSpec spec;
  std::uint64_t seed = 0;
  Instant now{};
  std::uint64_t items_handled = 0;
  std::uint64_t items_now = 0;  ///< … at the present instant
  cluster::EventQueue queue;
  NetworkModel network;
  env::Random latency;   ///< of the network, one generator for all links
  env::Random fault;     ///< what a power loss leaves behind
  std::map<NodeId, NodeSlot> nodes;
  std::map<NodeId, ClientSlot> clients;
  NameTable names;
  std::vector<Input> inputs;
  bool remember_inputs = true;
  std::vector<std::string> refused;  ///< inputs that could not be applied, and why

  EventSeq last_event;
  Fnv64 hash;
  std::vector<event::Event> fresh;  ///< events of the item being handled, for the checkers

  Offset metadata_told;  ///< what records before it did was told (event::Sink::first_to_tell)
  cluster::MetadataView last_metadata;  ///< what the best-informed node that went down knew …
  std::int64_t last_metadata_offset = -1;  ///< … and how far that went

  cluster::GroupsKnown last_groups;  ///< as known when a broker went down the last time

  bool check_invariants = true;
  Invariants invariants;
  std::vector<cluster::Violation> violations;

  std::int32_t next_client = kFirstClientId;
  std::int32_t next_outside = kFirstOutsideId;
  std::map<ConnectionId, NodeId> outside;  ///< connections of real clients, with made-up ids
  ConnectionId last_outside_connection;

  Observer* observer = nullptr;  ///< see World::set_observer; copies start without one

  Process* process(NodeId id);
  NodeSlot* node(NodeId id);
  /// "broker 2", "controller 2", "2" or a client's name. Invalid, naming the word, otherwise.
  Result<NodeId> find(const std::string& name) const;
  bool is_running(NodeId id);
};

/// Does what a command says, now. Invalid if what it names is not there.
Result<void> execute(WorldState& world, const std::string& line);
void power_on(WorldState& world, NodeId node);
/// The part of World::snapshot() that needs no checkers.
cluster::Snapshot take_snapshot(const WorldState& world);
/// Before a process ends: what it knew of the committed metadata stays true when the survivors know
/// less, and a reader still sees the topics of a cluster that is down as a whole.
void remember_metadata(WorldState& world);
/// Likewise what a coordinator knew of its groups, until another has loaded them.
void remember_groups(WorldState& world, NodeId gone);

}  // namespace kscope::sim
