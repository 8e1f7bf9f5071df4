// B5: a majority of the voters holds everything that the leader calls committed.
//
// Kafka: RaftEventSimulationTest.MajorityReachedHighWatermark;
// LeaderState.maybeUpdateHighWatermark.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_advance(Check& check, const event::RaftHighWatermarkAdvanced& e) {
  if (!check.voter().leader) return;
  const std::vector<NodeId> voters = check.engine.voters();
  std::size_t reached = 0;
  for (NodeId v : voters) reached += end_of_copy(check.ghost.quorum_log, v) >= e.to.value();
  if (check.holds(reached * 2 > voters.size())) return;
  check.violated(check.voter_name(),
                 fmt::format("{} is committed, but only {} of {} voters hold it", e.to.value(),
                             reached, voters.size()));
}

}  // namespace

const Checker b5_majority{"B5",
                          "Majority",
                          "A majority holds everything the leader calls committed.",
                          {after<on_advance>()}};

}  // namespace kscope::sim
