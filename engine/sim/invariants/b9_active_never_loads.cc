// B9: the active controller never loads a snapshot.
//
// It was elected because its log is at least as long as a majority's, and it has applied all of it:
// a snapshot could only take it back. Kafka: RaftEventSimulationTest, ReplicatedCounter.
// handleLoadSnapshot ("must not be the leader"), QuorumController.
#include <fmt/core.h>

#include "engine/sim/invariants/quorum_promises.h"

namespace kscope::sim {

void ActiveNeverLoadsRules::on(const event::NodeStarted&) {
  check_.ghost.members[check_.node()].active = false;
}
void ActiveNeverLoadsRules::on(const event::ControllerActivated&) {
  check_.ghost.members[check_.node()].active = true;
}
void ActiveNeverLoadsRules::on(const event::ControllerDeactivated&) {
  check_.ghost.members[check_.node()].active = false;
}

void ActiveNeverLoadsRules::check_inactive(const char* what, Offset end) {
  if (!check_.ghost.members[check_.node()].active) return;
  check_.violated("B9", fmt::format("controller {}", check_.node().value()),
                  fmt::format("{} the snapshot {} while it is active", what, end.value()));
}

void ActiveNeverLoadsRules::on(const event::SnapshotInstalled& e) {
  check_inactive("installs", e.end);
}
void ActiveNeverLoadsRules::on(const event::SnapshotLoaded& e) { check_inactive("loads", e.end); }

}  // namespace kscope::sim
