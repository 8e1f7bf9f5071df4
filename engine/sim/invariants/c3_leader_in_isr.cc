// C3: a leader is a member of the ISR, and the ISR is never empty.
//
// Kafka: PartitionChangeBuilder. With eligible leader replicas (KIP-966, off in 3.9) an ISR may be
// empty as long as it is known who could still lead.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_change(Check& check, const event::PartitionChanged& e) {
  if (check.partition(e.partition).deleted) return;
  const PartitionGhost& p = check.partition(e.partition);
  const bool someone_may_lead = !p.elr.empty() || !p.last_known.empty();
  if (!check.holds(!e.isr.empty() || someone_may_lead))
    check.violated(check.name(e.partition), "the ISR is empty");
  if (e.leader.value() < 0 || check.holds(e.isr.contains(e.leader))) return;
  check.violated(check.name(e.partition),
                 fmt::format("leader {} is not in the ISR {}", e.leader.value(), e.isr.str()));
}

}  // namespace

const Checker c3_leader_in_isr{"C3",
                               "Leader in ISR",
                               "A leader is a member of the ISR, and the ISR is never empty.",
                               {before<on_change>()}};

}  // namespace kscope::sim
