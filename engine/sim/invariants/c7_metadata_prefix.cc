// C7: brokers apply committed metadata only, and in order.
//
// Kafka: MetadataLoader over the quorum's log: a broker's image is a prefix of what the controller
// decided, never ahead of the commit point. That the bytes are the same is B7.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_apply(Check& check, const event::MetadataApplied& e) {
  const std::int64_t committed = check.ghost.quorum_log.committed_end;
  const std::int64_t before = check.machine().metadata_offset;
  if (check.holds(e.offset.value() <= committed && e.offset.value() >= before)) return;
  check.violated(fmt::format("broker {}", check.node().value()),
                 fmt::format("applies the metadata up to {} after {}, {} is committed",
                             e.offset.value(), before, committed));
}

}  // namespace

const Checker c7_metadata_prefix{"C7",
                                 "Metadata prefix",
                                 "Brokers apply committed metadata only, and in order.",
                                 {before<on_apply>()}};

}  // namespace kscope::sim
