// B9: the active controller never loads a snapshot.
//
// It was elected because its log is at least as long as a majority's, and it has applied all of it:
// a snapshot could only take it back. Kafka: RaftEventSimulationTest, ReplicatedCounter.
// handleLoadSnapshot ("must not be the leader"), QuorumController.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

bool& active(Check& check) { return check.ghost.members[check.node()].active; }

void on_start(Check& check, const event::NodeStarted&) { active(check) = false; }
void on_activated(Check& check, const event::ControllerActivated&) { active(check) = true; }
void on_deactivated(Check& check, const event::ControllerDeactivated&) { active(check) = false; }

void on_installed(Check& check, const event::SnapshotInstalled& e) {
  if (check.holds(!active(check))) return;
  check.violated(check.voter_name(),
                 fmt::format("installs the snapshot {} while it is active", e.end.value()));
}

void on_loaded(Check& check, const event::SnapshotLoaded& e) {
  if (check.holds(!active(check))) return;
  check.violated(check.voter_name(),
                 fmt::format("loads the snapshot {} while it is active", e.end.value()));
}

}  // namespace

const Checker b9_active_never_loads{"B9",
                                    "The active one never loads",
                                    "An active controller never loads a snapshot.",
                                    {before<on_start>(), before<on_activated>(),
                                     before<on_deactivated>(), after<on_installed>(),
                                     after<on_loaded>()}};

}  // namespace kscope::sim
