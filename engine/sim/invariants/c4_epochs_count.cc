// C4: every change of a partition raises its partition epoch; a new leader, its leader epoch.
//
// Kafka: PartitionRegistration.merge, PartitionChangeBuilder.triggerLeaderEpochBumpIfNeeded.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_change(Check& check, const event::PartitionChanged& e) {
  const PartitionGhost& p = check.partition(e.partition);
  if (p.deleted || !p.known) return;
  const bool new_leader = e.leader != p.leader;
  const bool same = e.partition_epoch == p.partition_epoch && !new_leader && e.isr == p.isr &&
                    e.leader_epoch.value() == p.leader_epoch;
  if (same) return;  // told again by another controller
  if (!check.holds(e.partition_epoch > p.partition_epoch))
    check.violated(check.name(e.partition), fmt::format("changes with partition epoch {} after {}",
                                                        e.partition_epoch, p.partition_epoch));
  const bool raised = new_leader ? e.leader_epoch.value() > p.leader_epoch
                                 : e.leader_epoch.value() >= p.leader_epoch;
  if (check.holds(raised)) return;
  check.violated(check.name(e.partition),
                 fmt::format("leader {} has leader epoch {} after {}", e.leader.value(),
                             e.leader_epoch.value(), p.leader_epoch));
}

}  // namespace

const Checker c4_epochs_count{
    "C4",
    "Epochs count",
    "Every change of a partition raises its epoch; a new leader, its leader epoch.",
    {before<on_change>()}};

}  // namespace kscope::sim
