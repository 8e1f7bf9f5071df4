// A1: below their high watermarks, two replicas hold the same batches.
//
// Kafka: the reason for leader epochs (KIP-101, KIP-279); in Vanlightly's Kafka specification
// "LogMatching". Each copy is compared with the one committed sequence, from where it was compared
// last; what a broker holds from before a declared loss is not looked at.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void compare(Check& check, PartitionRef ref, std::int64_t high_watermark) {
  PartitionGhost& p = check.partition(ref);
  if (p.deleted || is_overruled(p, p.beliefs[check.node()])) return;
  const auto mismatch = compare_with_committed(p.log, check.node(), high_watermark);
  if (check.holds(!mismatch)) return;
  check.violated(check.name(ref),
                 fmt::format("broker {} holds {} below its high watermark {}, but {} is committed "
                             "there",
                             check.node().value(), to_text(mismatch->held), high_watermark,
                             to_text(mismatch->committed)));
}

void on_advance(Check& check, const event::HighWatermarkAdvanced& e) {
  compare(check, e.partition, e.to.value());
}

void on_set(Check& check, const event::HighWatermarkSet& e) {
  compare(check, e.partition, e.to.value());
}

}  // namespace

const Checker a1_log_matching{"A1",
                              "Log matching",
                              "Below their high watermarks, two replicas hold the same batches.",
                              {after<on_advance>(), after<on_set>()}};

}  // namespace kscope::sim
