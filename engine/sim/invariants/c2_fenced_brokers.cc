// C2: a fenced broker is in no ISR, unless it is the last one there.
//
// Kafka: ReplicationControlManager.handleBrokerFenced. One decision of several records may break
// this and mend it, so it is asked at the end of the item.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_partition(Check& check, PartitionRef ref, const PartitionGhost& p) {
  if (!p.known || p.deleted || p.isr.size() <= 1) return;
  for (NodeId member : p.isr.nodes()) {
    if (check.holds(!check.ghost.nodes[member].fenced.value_or(false))) continue;
    check.violated(check.name(ref), fmt::format("broker {} is fenced and in the ISR {}",
                                                member.value(), p.isr.str()));
  }
}

void on_change(Check& check, const event::PartitionChanged& e) {
  check_partition(check, e.partition, check.partition(e.partition));
}

void on_fence(Check& check, const event::BrokerFenced&) {
  for (const auto& [ref, p] : check.ghost.partitions) check_partition(check, ref, p);
}

}  // namespace

const Checker c2_fenced_brokers{"C2",
                                "Fenced brokers",
                                "A fenced broker is in no ISR, unless it is the last one there.",
                                {at_end<on_change>(), at_end<on_fence>()}};

}  // namespace kscope::sim
