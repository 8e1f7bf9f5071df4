// B1: at most one quorum leader in an epoch.
//
// Kafka: RaftEventSimulationTest.SingleLeader. Both who says so of itself and whom others write
// into their quorum-state count.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void note_leader(Check& check, std::int32_t epoch, NodeId leader) {
  const auto [known, fresh] = check.ghost.quorum_leaders.try_emplace(epoch, leader);
  if (check.holds(known->second == leader)) return;
  check.violated(fmt::format("epoch {}", epoch),
                 fmt::format("led by controller {} and by controller {}", known->second.value(),
                             leader.value()));
}

void on_persist(Check& check, const event::QuorumStatePersisted& e) {
  if (e.leader.value() >= 0) note_leader(check, e.epoch, e.leader);
}

void on_elected(Check& check, const event::RaftLeaderElected& e) {
  note_leader(check, e.epoch, check.node());
}

}  // namespace

const Checker b1_one_leader{"B1",
                            "One leader",
                            "At most one quorum leader in an epoch.",
                            {before<on_persist>(), before<on_elected>()}};

}  // namespace kscope::sim
