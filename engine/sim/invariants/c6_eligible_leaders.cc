// C6: nobody is both in the ISR and an eligible leader replica, and only replicas are either.
//
// Kafka: KIP-966, PartitionChangeBuilder.populateTargetElr. Eligible leader replicas left an ISR
// that was as small as min.insync.replicas and still have what was committed; one that is back in
// the ISR needs no such honour. Off in 3.9: the checker watches until a cluster switches it on.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_partition(Check& check, PartitionRef ref) {
  const PartitionGhost& p = check.partition(ref);
  if (!p.known || p.deleted) return;
  for (NodeId eligible : p.elr.nodes()) {
    if (check.holds(!p.isr.contains(eligible) && p.replicas.contains(eligible))) continue;
    check.violated(check.name(ref),
                   fmt::format("broker {} is an eligible leader replica; the ISR is {}, the "
                               "replicas are {}",
                               eligible.value(), p.isr.str(), p.replicas.str()));
  }
}

void on_eligible(Check& check, const event::EligibleLeadersChanged& e) {
  check_partition(check, e.partition);
}

void on_change(Check& check, const event::PartitionChanged& e) {
  check_partition(check, e.partition);
}

}  // namespace

const Checker c6_eligible_leaders{"C6",
                                  "Eligible leaders",
                                  "Eligible leader replicas are replicas and not in the ISR.",
                                  {at_end<on_eligible>(), at_end<on_change>()}};

}  // namespace kscope::sim
