// World: one cluster in its own universe, as one copyable value.
//
// Clock, event queue, network, disks, nodes, clients, luck, invariants: everything that decides
// what happens next is in here and copying a World copies all of it (large byte sequences are
// shared until they change). So a checkpoint is a copy, a fork is a copy, and `step` is the only
// way forward.
//
//   World world(spec, seed);                       // at t = 0, nothing runs yet
//   world.schedule({at, "crash broker 1"});        // an input
//   while (world.step()) …                         // handle the next item of the queue
//
// Invariant: (spec, seed, inputs) determine every event; Fnv64 over the events proves it.
//
// Called by: sim/time_machine, sim/scenario, the bench, serve (with real disks and sockets
// attached).
// Read next: cluster/node.h (what a node does with an item), sim/time_machine.h
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/log_upkeep.h"
#include "engine/cluster/snapshot.h"
#include "engine/env/disk.h"
#include "engine/event/event.h"
#include "engine/sim/cluster_spec.h"
#include "engine/sim/command.h"
#include "engine/sim/disk.h"
#include "engine/sim/network.h"

namespace kscope::sim {

class WorldState;

/// Where a World tells of what it does. Not part of the state: copies keep the pointer they are
/// given with set_observer and start without one.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_event(const event::Event& event) = 0;
  /// The bytes of a frame, told just before its FrameSent.
  virtual void on_frame_bytes(FrameId id, const Blob& bytes) { (void)id; (void)bytes; }
};

class World {
 public:
  World(const ClusterSpec& spec, std::uint64_t seed);
  World(const World& other);
  World& operator=(const World& other);
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;
  ~World();

  void set_observer(Observer* observer);

  /// Queues an input. REQUIRES input.at >= now().
  void schedule(const Input& input);
  /// Applies a command at this very instant (and records it). Invalid if what it names is not
  /// there.
  Result<void> apply(const std::string& command);

  /// Applies any recorded input now: a command, or what a real client did ("external …").
  Result<void> apply(const Input& input);

  /// Real clients. A connection from outside to a broker's listener, whole frames in, frames out in
  /// order (empty and `closed` when the broker hung up). All three are recorded as inputs:
  /// "external open BROKER", "external frame CONNECTION" with the bytes, "external close
  /// CONNECTION".
  ConnectionId open_external(std::int32_t broker);
  void external_frame(ConnectionId connection, const Blob& frame);
  void external_close(ConnectionId connection);
  std::vector<OutsideFrame> take_outbox();
  ConnectionId last_external_connection() const;
  /// Puts a real folder in place of a node's simulated disk. REQUIRES that it has not started yet.
  void attach_disk(std::int32_t node, env::Disk* disk);

  /// Handles the next item. False if the queue is empty, or was emptied because time stands still
  /// (the violation T1).
  bool step();
  /// Handles every item due up to and including `until`, then sets the clock to it.
  void run_until(Instant until);
  /// Moves the clock on without handling anything. REQUIRES to >= now() and no item due before
  /// `to`.
  void advance_clock(Instant to);
  std::optional<Instant> next_item_at() const;

  Instant now() const;
  EventSeq last_event() const;
  std::uint64_t items_handled() const;  ///< how many steps led here
  std::uint64_t hash() const;          ///< over all events so far
  std::uint64_t seed() const;
  const ClusterSpec& spec() const;
  const NameTable& names() const;
  const std::vector<Input>& inputs() const;  ///< all that were scheduled or applied
  /// Scheduled inputs that could not be applied, each with the reason.
  const std::vector<std::string>& refused() const;
  const std::vector<cluster::Violation>& violations() const;
  /// Off, for a cluster that serves for days: inputs are then not kept. On by default.
  void remember_inputs(bool on);
  /// Checkers cost time; the bench shows how much. On by default.
  void enable_invariants(bool on);

  cluster::Snapshot snapshot() const;
  /// Bytes of a frame in flight; empty if it is not (any more). The time machine keeps older ones.
  Blob frame_bytes(FrameId id) const;
  /// A file of a node's simulated disk, for the inspector and dump-log; whole directory listing
  /// too.
  Result<Bytes> file_bytes(std::int32_t node, const std::string& path) const;
  std::vector<std::string> file_names(std::int32_t node) const;
  /// The same with sizes and how much of each file a power loss would leave, ordered by path. Of a
  /// real folder nobody can tell that: `flushed` is -1 there.
  std::vector<DiskFile> disk_files(std::int32_t node) const;
  /// The raw batches of a replica from `from` on, at most max_bytes.
  Result<Bytes> log_bytes(std::int32_t node, const TopicPartition& partition, std::int64_t from,
                          std::int64_t max_bytes) const;
  /// What retention and the cleaner have before them in this log; nothing while it is not online.
  std::optional<cluster::LogUpkeep> log_upkeep(std::int32_t node,
                                               const TopicPartition& partition) const;

  WorldState& state() { return *state_; }
  const WorldState& state() const { return *state_; }

 private:
  std::unique_ptr<WorldState> state_;
};

}  // namespace kscope::sim
