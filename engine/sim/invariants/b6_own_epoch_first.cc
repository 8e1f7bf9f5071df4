// B6: a leader commits nothing before a record of its own epoch.
//
// Raft, section 5.4.2: records of older epochs are only committed along with one of the leader's
// own. Kafka: LeaderState.maybeUpdateHighWatermark and its epochStartOffset.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_advance(Check& check, const event::RaftHighWatermarkAdvanced& e) {
  const VoterGhost& voter = check.voter();
  if (!voter.leader || check.holds(e.to.value() > voter.epoch_start)) return;
  check.violated(check.voter_name(),
                 fmt::format("commits up to {} before its epoch's first record at {}", e.to.value(),
                             voter.epoch_start));
}

}  // namespace

const Checker b6_own_epoch_first{"B6",
                                 "Own epoch first",
                                 "A leader commits nothing before a record of its own epoch.",
                                 {after<on_advance>()}};

}  // namespace kscope::sim
