// B11: a voter only becomes leader as a candidate of that very epoch, and only a leader resigns.
//
// Kafka: the transitions of QuorumState (KIP-595); one that was leader when it stopped starts as
// resigned, and a role never goes back to an older epoch.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using event::RaftRole;

void on_role(Check& check, const event::RaftRoleChanged& e) {
  VoterGhost& voter = check.voter();
  const bool elected =
      e.to != RaftRole::Leader || (e.from == RaftRole::Candidate && voter.role_epoch == e.epoch);
  const std::int32_t before = std::exchange(voter.role_epoch, e.epoch);
  if (check.holds(elected && e.epoch >= before)) return;
  check.violated(check.voter_name(),
                 fmt::format("becomes {} in epoch {} as {} of epoch {}", event::to_string(e.to),
                             e.epoch, event::to_string(e.from), before));
}

/// What it is after a start is read from its disk; F7 asks whether that is what it wrote.
void on_start(Check& check, const event::NodeStarted&) { check.voter().role_epoch = -1; }

}  // namespace

const Checker b11_legal_roles{
    "B11",
    "Legal roles",
    "Only a candidate becomes leader, in its own epoch, and epochs of roles never fall.",
    {before<on_start>(), after<on_role>()}};

}  // namespace kscope::sim
