// D3: the target assignment gives every partition that the group wants to exactly one member.
//
// LegalTargetAssignment in Vanlightly's specification of KIP-848. Kafka: TargetAssignmentBuilder.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_target(Check& check, const event::TargetAssignmentComputed& e) {
  const auto group = check.engine.consumer_group(check.node(), e.group);
  if (!group || group->members.empty()) return;
  const std::string subject = "group " + check.engine.names().name(e.group);
  std::map<CheckedGroup::Partition, const CheckedGroup::Member*> given;
  for (const CheckedGroup::Member& member : group->members) {
    for (const CheckedGroup::Partition& partition : member.target) {
      const auto [other, first] = given.emplace(partition, &member);
      if (check.holds(first)) continue;
      check.violated(subject, fmt::format("{} is targeted at {} and {}", group->name(partition),
                                          other->second->id, member.id));
    }
  }
  // Somebody left since: the target is from before, and the next heartbeat makes another.
  if (group->target_epoch != group->epoch) return;
  for (const CheckedGroup::Partition& partition : group->wanted)
    if (!check.holds(given.contains(partition)))
      check.violated(subject, group->name(partition) + " is targeted at nobody");
}

}  // namespace

const Checker d3_target_assignment{
    "D3",
    "Target assignment",
    "With the new protocol every partition that a group wants is targeted at exactly one member.",
    {at_end<on_target>()}};

}  // namespace kscope::sim
