// A5: what a leader counts as in sync contains what the controller does. A9: who may join.
// KIP-497, KIP-841, KIP-903; Kafka 3.9: Partition.maybeExpandIsr, isReplicaIsrEligible.
#include <fmt/core.h>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

void MembershipRules::on(const event::BecameFollower& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  belief.leader = false;
  belief.epoch = e.leader_epoch.value();
}

void MembershipRules::on(const event::ReplicaStopped& e) {
  check_.partition(e.partition).beliefs.erase(check_.node());
}

void MembershipRules::on(const event::IsrChangeRequested& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  belief.maximal = e.from;
  for (NodeId member : e.to.nodes()) {
    if (e.from.contains(member)) continue;
    belief.maximal.add(member);
    const auto copy = p.log.copies.find(member);
    const std::int64_t end = copy == p.log.copies.end() ? 0 : copy->second.end;
    if ((end >= belief.high_watermark && end >= belief.epoch_start) || check_.broken("A9") ||
        check_.ghost.nodes[member].power_lost)
      continue;
    check_.violated("A9", check_.name(e.partition),
                    fmt::format("broker {} is to join the ISR with LEO {}; HW is {}, the epoch "
                                "starts at {}",
                                member.value(), end, belief.high_watermark, belief.epoch_start));
  }
}

void MembershipRules::on(const event::IsrUpdated& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  belief.isr = belief.maximal = e.isr;
  belief.partition_epoch = e.partition_epoch;
  check_superset(e.partition, p);
}

void MembershipRules::on(const event::IsrChangeFailed& e) {
  // Whether it was really refused is for the engine to know; it says so with IsrUpdated if it takes
  // the change back.
  check_superset(e.partition, check_.partition(e.partition));
}

void MembershipRules::on(const event::PartitionChanged& e) {
  check_superset(e.partition, check_.partition(e.partition));
}

void MembershipRules::check_superset(PartitionRef ref, PartitionGhost& p) {
  if (!p.known || p.deleted || p.leader.value() < 0) return;
  const auto belief = p.beliefs.find(p.leader);
  if (belief == p.beliefs.end() || !belief->second.leader || belief->second.epoch != p.leader_epoch)
    return;
  for (NodeId member : p.isr.nodes())
    if (!belief->second.maximal.contains(member) && !check_.broken("A5"))
      check_.violated("A5", check_.name(ref),
                      fmt::format("leader {} counts {} as in sync, the controller's ISR is {}",
                                  p.leader.value(), belief->second.maximal.str(), p.isr.str()));
}

}  // namespace kscope::sim
