// A3: a leader made by the controller holds everything committed.
//
// Kafka: the ISR's whole purpose (PartitionChangeBuilder elects from it). Leaders that were already
// replaced when they learned of their election are not in office and promise nothing.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_lead(Check& check, const event::BecameLeader& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const BeliefGhost& belief = p.beliefs[check.node()];
  if (belief.epoch < p.leader_epoch || p.leader != check.node()) return;
  LogGhost& log = p.log;
  const std::int64_t end = end_of_copy(log, check.node());
  if (!check.holds(end >= log.committed_end))
    check.violated(check.name(e.partition),
                   fmt::format("broker {} leads in epoch {} with LEO {}, but {} is committed",
                               check.node().value(), belief.epoch, end, log.committed_end));
  const auto mismatch = compare_with_committed(log, check.node(), log.committed_end);
  if (check.holds(!mismatch)) return;
  check.violated(check.name(e.partition),
                 fmt::format("broker {} leads in epoch {} and holds {}, but {} is committed",
                             check.node().value(), belief.epoch, to_text(mismatch->held),
                             to_text(mismatch->committed)));
}

}  // namespace

const Checker a3_leader_completeness{"A3",
                                     "Leader completeness",
                                     "A leader made by the controller holds everything committed.",
                                     {after<on_lead>()}};

}  // namespace kscope::sim
