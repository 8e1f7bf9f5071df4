// A5: what a leader counts as in sync contains the controller's ISR.
//
// Kafka: the maximal ISR of KIP-497 (Partition.PartitionState.maximalIsr): a leader counts whom it
// has asked to add at once, and whom it wants to drop until the controller has agreed.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_superset(Check& check, PartitionRef ref) {
  const PartitionGhost& p = check.partition(ref);
  if (!p.known || p.deleted || p.leader.value() < 0) return;
  const auto belief = p.beliefs.find(p.leader);
  if (belief == p.beliefs.end() || !belief->second.leader || belief->second.epoch != p.leader_epoch)
    return;
  for (NodeId member : p.isr.nodes()) {
    if (check.holds(belief->second.maximal.contains(member))) continue;
    check.violated(check.name(ref),
                   fmt::format("leader {} counts {} as in sync, the controller's ISR is {}",
                               p.leader.value(), belief->second.maximal.str(), p.isr.str()));
  }
}

void on_isr(Check& check, const event::IsrUpdated& e) { check_superset(check, e.partition); }

/// Whether it was really refused is for the engine to know; it says so with IsrUpdated if it takes
/// the change back.
void on_failure(Check& check, const event::IsrChangeFailed& e) {
  check_superset(check, e.partition);
}

void on_change(Check& check, const event::PartitionChanged& e) {
  check_superset(check, e.partition);
}

}  // namespace

const Checker a5_quorum_superset{"A5",
                                 "Quorum superset",
                                 "What a leader counts as in sync contains the controller's ISR.",
                                 {after<on_isr>(), after<on_failure>(), after<on_change>()}};

}  // namespace kscope::sim
