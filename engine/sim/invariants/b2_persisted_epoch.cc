// B2: the epoch on disk never falls and equals the one in memory.
//
// Kafka: RaftEventSimulationTest.MonotonicEpoch; FileQuorumStateStore,
// QuorumState.durableTransition.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_persist(Check& check, const event::QuorumStatePersisted& e) {
  if (check.holds(e.epoch >= check.voter().persisted_epoch)) return;
  check.violated(check.voter_name(),
                 fmt::format("persists epoch {} after {}", e.epoch, check.voter().persisted_epoch));
}

void on_role(Check& check, const event::RaftRoleChanged&) {
  const auto memory = check.engine.quorum_epoch(check.node());
  const std::int32_t persisted = check.voter().persisted_epoch;
  if (!memory || persisted < 0 || check.holds(*memory == persisted)) return;
  check.violated(check.voter_name(),
                 fmt::format("is in epoch {}, but epoch {} is on disk", *memory, persisted));
}

}  // namespace

const Checker b2_persisted_epoch{"B2",
                                 "Persisted epoch",
                                 "The epoch on disk never falls and equals the one in memory.",
                                 {before<on_persist>(), at_end<on_role>()}};

}  // namespace kscope::sim
