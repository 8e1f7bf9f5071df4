// B7: the committed metadata is one sequence of batches, on all members and for all time.
//
// Kafka: RaftEventSimulationTest.ConsistentCommittedData.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_advance(Check& check, const event::RaftHighWatermarkAdvanced& e) {
  LogGhost& log = check.ghost.quorum_log;
  const auto mismatch = compare_with_committed(log, check.node(), e.to.value());
  if (check.holds(!mismatch)) return;
  check.violated("the metadata log",
                 fmt::format("controller {} holds {} below its commit point {}, but {} is "
                             "committed there",
                             check.node().value(), to_text(mismatch->held), e.to.value(),
                             to_text(mismatch->committed)));
}

}  // namespace

const Checker b7_agreement{
    "B7", "Agreement", "The committed metadata is one sequence of batches.", {after<on_advance>()}};

}  // namespace kscope::sim
