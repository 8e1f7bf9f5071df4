// K1: compaction takes records away; it moves, changes or adds none.
//
// Kafka: Cleaner.cleanSegments. Batches keep their offsets and epochs for ever.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_swap(Check& check, const event::SegmentsSwapped& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const BatchList& before = log->copies[check.node()].batches;
  for (const BatchId& batch : check.scan(e.partition).batches) {
    const std::size_t at = find_offset(before, batch.base);
    if (check.holds(at < before.size() && same_batch(*log, batch, before[at]))) continue;
    check.violated(check.where(e.partition), fmt::format("{} was not there before the log was "
                                                         "cleaned",
                                                         to_text(batch)));
  }
}

}  // namespace

const Checker k1_compaction{"K1",
                            "Compaction",
                            "Cleaning takes records away; it moves, changes or adds none.",
                            {before<on_swap>()}};

}  // namespace kscope::sim
