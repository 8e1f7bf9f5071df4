// A9: only a follower that has reached the high watermark and the start of the leader's epoch may
// join the ISR.
//
// Kafka: Partition.isFollowerInSync and isReplicaIsrEligible (KIP-497, KIP-841, KIP-903).
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_request(Check& check, const event::IsrChangeRequested& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const BeliefGhost& belief = p.beliefs[check.node()];
  for (NodeId member : e.to.nodes()) {
    if (e.from.contains(member) || check.ghost.nodes[member].power_lost) continue;
    // Moved away with its copy (KIP-455): the controller will refuse what the leader asks for.
    if (!p.replicas.contains(member)) continue;
    const std::int64_t end = end_of_copy(p.log, member);
    if (check.holds(end >= belief.high_watermark && end >= belief.epoch_start)) continue;
    check.violated(check.name(e.partition),
                   fmt::format("broker {} is to join the ISR with LEO {}; HW is {}, the epoch "
                               "starts at {}",
                               member.value(), end, belief.high_watermark, belief.epoch_start));
  }
}

}  // namespace

const Checker a9_joining_the_isr{"A9",
                                 "Joining the ISR",
                                 "Only a follower that has reached HW and epoch start may join.",
                                 {before<on_request>()}};

}  // namespace kscope::sim
