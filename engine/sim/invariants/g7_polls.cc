// G7: a consumer gets every offset once, in order, until it seeks.
//
// Jepsen's "poll skip" and "nonmonotonic poll". What was compacted away is passed over, and nothing
// else.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_consume(Check& check, const event::RecordsConsumed& e) {
  const PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const auto known = check.ghost.positions.find({check.node(), e.partition});
  if (known == check.ghost.positions.end()) return;
  const std::int64_t position = known->second;
  const bool hole = e.from.value() > position && position < p.log.cleaned;
  if (check.holds(e.from.value() == position || hole)) return;
  check.violated(check.name(e.partition),
                 fmt::format("consumer {} is given {} after {}", check.node().value(),
                             e.from.value(), position - 1));
}

}  // namespace

const Checker g7_polls{"G7",
                       "Polls",
                       "A consumer gets every offset once, in order, until it seeks.",
                       {before<on_consume>()}};

}  // namespace kscope::sim
