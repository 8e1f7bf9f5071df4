// B4: a quorum member's commit point never falls while it runs.
//
// Kafka: RaftEventSimulationTest.MonotonicHighWatermark.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_advance(Check& check, const event::RaftHighWatermarkAdvanced& e) {
  const std::int64_t before = check.voter().high_watermark;
  if (check.holds(e.to.value() >= before && e.to > e.from)) return;
  check.violated(check.voter_name(), fmt::format("high watermark goes {} -> {}, was {}",
                                                 e.from.value(), e.to.value(), before));
}

}  // namespace

const Checker b4_quorum_high_watermark{
    "B4", "Quorum high watermark", "A member's commit point never falls.", {before<on_advance>()}};

}  // namespace kscope::sim
