// A4: every running member of the ISR holds everything committed: whoever may lead next, can.
//
// Kafka: Partition.maybeIncrementLeaderHW takes the smallest log end of the maximal ISR. Looked at
// whenever one of the two sides moves: the ISR, the commit point, or a member that comes back.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_members(Check& check, PartitionRef ref, const PartitionGhost& p) {
  if (!p.known || p.deleted || p.loss_window) return;
  for (NodeId member : p.isr.nodes()) {
    if (!is_serving(check.ghost, member)) continue;
    const std::int64_t end = end_of_copy(p.log, member);
    if (check.holds(end >= p.log.committed_end)) continue;
    check.violated(check.name(ref),
                   fmt::format("broker {} is in the ISR {} with LEO {}, but {} is committed",
                               member.value(), p.isr.str(), end, p.log.committed_end));
  }
}

/// Whether a decision was unclean is told after what it decided.
void on_change(Check& check, const event::PartitionChanged& e) {
  check_members(check, e.partition, check.partition(e.partition));
}

void on_advance(Check& check, const event::HighWatermarkAdvanced& e) {
  const PartitionGhost& p = check.partition(e.partition);
  const auto belief = p.beliefs.find(check.node());
  if (belief != p.beliefs.end() && is_in_office(p, belief->second))
    check_members(check, e.partition, p);
}

void on_state(Check& check, const event::BrokerStateChanged& e) {
  if (e.to != event::BrokerState::Running) return;
  for (const auto& [ref, p] : check.ghost.partitions)
    if (p.isr.contains(check.node())) check_members(check, ref, p);
}

}  // namespace

const Checker a4_candidate_completeness{
    "A4",
    "Candidate completeness",
    "So does every running member of the ISR.",
    {at_end<on_change>(), after<on_advance>(), after<on_state>()}};

}  // namespace kscope::sim
