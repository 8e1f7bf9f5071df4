// B5: a majority of the voters has everything on disk that the leader calls committed.
//
// Flushed, since a record that a power loss takes from a majority is lost (unlike that of a data
// partition, which replication alone makes safe).
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
  for (NodeId v : voters) {
    const auto copy = check.ghost.quorum_log.copies.find(v);
    reached += copy != check.ghost.quorum_log.copies.end() && copy->second.flushed >= e.to.value();
  }
  if (check.holds(reached * 2 > voters.size())) return;
  check.violated(check.voter_name(),
                 fmt::format("{} is committed, but only {} of {} voters have it on disk",
                             e.to.value(), reached, voters.size()));
}

}  // namespace

const Checker b5_majority{"B5",
                          "Majority",
                          "A majority has on disk everything the leader calls committed.",
                          {after<on_advance>()}};

}  // namespace kscope::sim
