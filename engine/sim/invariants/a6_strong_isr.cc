// A6: what any leader believes committed is on every member of the controller's ISR.
//
// "StrongIsr" of Gustafson's Kafka specification: it holds even of a leader that was replaced and
// does not know it, and did not before KIP-320.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_advance(Check& check, const event::HighWatermarkAdvanced& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const BeliefGhost& belief = p.beliefs[check.node()];
  if (!belief.leader || belief.epoch < p.safe_epoch) return;
  for (NodeId member : p.isr.nodes()) {
    // Whoever lost power lost it after it had the records; A4 asks again when it is back.
    if (member == check.node() || check.ghost.nodes[member].power_lost) continue;
    if (check.holds(end_of_copy(p.log, member) >= e.to.value())) continue;
    check.violated(check.name(e.partition),
                   fmt::format("leader {} moves HW to {}, beyond the copy of broker {}, which is "
                               "in the ISR {}",
                               check.node().value(), e.to.value(), member.value(), p.isr.str()));
  }
}

}  // namespace

const Checker a6_strong_isr{"A6",
                            "Strong ISR",
                            "What any leader believes committed is on every member of the ISR.",
                            {after<on_advance>()}};

}  // namespace kscope::sim
