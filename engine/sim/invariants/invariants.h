// Invariants: what must be true of the cluster after every item of the queue.
//
// A scenario that ends in the right state proves little; a promise that was broken for a
// millisecond in between is a lost record on some other day. So checkers look after every single
// item. They are driven by its events: only what moved is looked at again, in the engine's own
// bytes where bytes are the question, and in a memory of their own (the Ghost) where the past is.
// They never stop the run: a violation is a value, so that the viewer can freeze on the moment.
//
//   log_matching.cc   A1 A2 A12 B7 F6   one history, byte by byte; K1: what compaction leaves of it
//   durability.cc     A3 A4 A7 G1 G7    nothing acknowledged, committed or read is ever gone
//   watermarks.cc     A6 A8 A11         how high watermarks and logs may move
//   membership.cc     A5 A9             what a leader believes of its ISR
//   quorum.cc         B1-B6             elections and the commit point of the metadata log
//   b8_….cc to b10_….cc                 snapshots, changes of the voters
//   control.cc        C1-C5             what the controller may decide
//   recovery.cc       F1 F4 F8          what a crash may and may not take
//
// Not checked yet, for want of an event or of the feature: A10 (ListOffsets answers are no events),
// B11 and C6 (ELR), C7's image hash, F2 F3 F5 F7 (unit tests of
// storage/).
//
// A loss window is what Kafka itself declares or cannot promise: an unclean election, or the loss
// of power on every machine that still counts as in sync (without flushes Kafka's safety is
// replication, and ELR, KIP-966, is off in 3.9). From then until the next leader has its log,
// records may be gone; the promise starts again from what that leader holds. Nothing else may open
// one.
//
// Invariant of this class itself: a copy of it goes on exactly as the original does (it is part of
// a checkpoint), and its long lists are shared between copies.
//
// Called by: sim/world, after every item. Read next: sim/invariants/ghost.h
#pragma once

#include <vector>

#include "engine/cluster/snapshot.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/invariants/ghost.h"

namespace kscope::sim {

/// One row for the viewer's panel and the docs.
struct InvariantInfo {
  const char* id;
  const char* name;
  const char* promise;
};
const std::vector<InvariantInfo>& invariant_table();

class Invariants {
 public:
  /// `fresh`: the events of the item that was just handled, in order.
  void after_item(const CheckedCluster& engine, const std::vector<event::Event>& fresh,
                  std::vector<cluster::Violation>& violations);

  /// Loss windows so far, over all partitions; a run within its fault budget has none.
  std::int64_t loss_windows() const { return ghost_.loss_windows; }
  const Ghost& ghost() const { return ghost_; }
  /// Breaks a rule on purpose, so that a test can show that it matters: an invariant's id silences
  /// it, "windows" takes the excuse of loss windows away.
  void break_rule_for_test(const std::string& id) { ghost_.broken_rule = id; }

 private:
  Ghost ghost_;
};

}  // namespace kscope::sim
