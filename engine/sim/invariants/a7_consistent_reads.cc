// A7: nothing is consumed that is not committed, so nothing that was read ever disappears.
//
// Kafka: consumers are served up to the high watermark only (FetchIsolation.HIGH_WATERMARK).
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_consume(Check& check, const event::RecordsConsumed& e) {
  const PartitionGhost& p = check.partition(e.partition);
  if (p.deleted || p.losses > 0) return;
  if (check.holds(e.last.value() < p.log.committed_end)) return;
  check.violated(check.name(e.partition),
                 fmt::format("offset {} is consumed, but only those before {} are committed",
                             e.last.value(), p.log.committed_end));
}

}  // namespace

const Checker a7_consistent_reads{
    "A7", "Consistent reads", "Nothing is consumed that is not committed.", {after<on_consume>()}};

}  // namespace kscope::sim
