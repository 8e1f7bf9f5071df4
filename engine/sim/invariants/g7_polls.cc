// G7: a consumer gets every offset once, in order, until it seeks; and only of what it has.
//
// In a group the promise holds from the moment a partition is given until it is given up: who has
// it next begins where the group has committed, and may see records again.
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
  const auto& consumers = check.ghost.groups.consumers;
  const auto consumer = consumers.find(check.node());
  const bool owned = consumer == consumers.end() || consumer->second.owned.contains(e.partition);
  if (!check.holds(owned))
    check.violated(check.name(e.partition), fmt::format("consumer {} is given {}, but has given up "
                                                        "the partition, or never had it",
                                                        check.node().value(), e.from.value()));
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
