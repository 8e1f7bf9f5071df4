// G9: a consumer whose records were cut away is told, before it reads what took their place.
//
// An unclean leader lacks what the consumer has read already, and fills the same offsets with other
// records. Before KIP-320 the consumer went on at its offset and never saw them. Now it compares
// epochs (OffsetsForLeaderEpoch), and is reset or gets an error. Kafka: LogTruncationException,
// SubscriptionState.maybeCompleteValidation.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_consume(Check& check, const event::RecordsConsumed& e) {
  const auto cut = check.ghost.cut_below.find({check.node(), e.partition});
  if (cut == check.ghost.cut_below.end()) return;
  // What lies before that it may have fetched from the old leader.
  if (check.holds(e.last.value() < cut->second)) return;
  check.violated(check.name(e.partition),
                 fmt::format("consumer {} reads on at {}, although records that it has read before "
                             "are cut away",
                             check.node().value(), e.from.value()));
}

}  // namespace

const Checker g9_truncated_consumers{
    "G9",
    "Truncated consumers",
    "A consumer that has read what a loss cut away is told before it reads on.",
    {before<on_consume>()}};

}  // namespace kscope::sim
