// Invariants: what must be true of the cluster after every item of the queue.
//
// A scenario that ends in the right state proves little; a promise that was broken for a
// millisecond in between is a lost record on some other day. So checkers look after every single
// item. They are driven by its events: only what moved is looked at again, in the engine's own
// bytes where bytes are the question, and in a memory of their own (the Ghost) where the past is.
// They never stop the run: a violation is a value, so that the viewer can freeze on the moment.
//
// Every invariant is one file of this folder, named after its id: A the logs of partitions, B the
// quorum, C the controller, D consumer groups, F storage and recovery, G what clients were told,
// K compaction. The ids are those of the specifications they come from (docs/testing.md).
//
// Not looked at here: A10 (ListOffsets answers are no events) and F2 (recovering twice:
// tests/unit/storage).
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
// Called by: sim/world, after every item. Read next: sim/invariants/checker.h
#pragma once

#include <vector>

#include "engine/cluster/snapshot.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/invariants/ghost.h"

namespace kscope::sim {

/// One row for the docs.
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

  /// How each invariant stands, in the order of invariant_table().
  std::vector<cluster::InvariantView> standing(
      const std::vector<cluster::Violation>& violations) const;
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
