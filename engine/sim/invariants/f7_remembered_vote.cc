// F7: the quorum's promises are on disk whole: after a start a voter is in the epoch it wrote last.
//
// Kafka: FileQuorumStateStore writes a new file, flushes it, and renames it over the old one, so
// that a crash leaves one or the other.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_start(Check& check, const event::NodeStarted&) {
  const auto memory = check.engine.quorum_epoch(check.node());
  const std::int32_t persisted = check.voter().persisted_epoch;
  if (!memory || check.holds(*memory >= persisted)) return;
  check.violated(check.voter_name(),
                 fmt::format("starts in epoch {}, but had written epoch {}", *memory, persisted));
}

}  // namespace

const Checker f7_remembered_vote{
    "F7",
    "Remembered vote",
    "After a start a voter is in the epoch that it wrote to disk last, or a later one.",
    {at_end<on_start>()}};

}  // namespace kscope::sim
