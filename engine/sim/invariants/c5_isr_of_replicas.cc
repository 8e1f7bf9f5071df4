// C5: only replicas, and only brokers that registered, are in the ISR.
//
// Kafka: ReplicationControlManager.validateAlterPartitionData.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_change(Check& check, const event::PartitionChanged& e) {
  if (check.partition(e.partition).deleted) return;
  for (NodeId member : e.isr.nodes()) {
    if (!check.holds(e.replicas.contains(member)))
      check.violated(check.name(e.partition),
                     fmt::format("{} is in the ISR and holds no replica", member.value()));
    else if (!check.holds(check.ghost.nodes[member].fenced.has_value()))
      check.violated(check.name(e.partition),
                     fmt::format("broker {} is in the ISR and never registered", member.value()));
  }
}

}  // namespace

const Checker c5_isr_of_replicas{"C5",
                                 "ISR of replicas",
                                 "Only replicas, and registered brokers, are in the ISR.",
                                 {before<on_change>()}};

}  // namespace kscope::sim
