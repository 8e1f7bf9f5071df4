// D4: a member that has arrived at the target's epoch holds nothing that is targeted at another.
//
// ValidMemberEpoch in Vanlightly's specification of KIP-848. Kafka: CurrentAssignmentBuilder lets a
// member have the new epoch only when it has confirmed that it gave up what it had to.
#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void look(Check& check, NameRef name) {
  const auto group = check.engine.consumer_group(check.node(), name);
  if (!group) return;
  std::map<CheckedGroup::Partition, const CheckedGroup::Member*> targeted_at;
  for (const CheckedGroup::Member& member : group->members)
    for (const CheckedGroup::Partition& partition : member.target) targeted_at[partition] = &member;
  for (const CheckedGroup::Member& member : group->members) {
    if (member.epoch != group->target_epoch) continue;
    const auto taken = std::find_if(member.assigned.begin(), member.assigned.end(),
                                    [&](const CheckedGroup::Partition& partition) {
                                      const auto other = targeted_at.find(partition);
                                      return other != targeted_at.end() && other->second != &member;
                                    });
    if (check.holds(taken == member.assigned.end())) continue;
    check.violated("group " + check.engine.names().name(name),
                   fmt::format("{} is at epoch {} and holds {}, which is targeted at {}", member.id,
                               member.epoch, group->name(*taken), targeted_at.at(*taken)->id));
  }
}

void on_epoch(Check& check, const event::MemberEpochChanged& e) { look(check, e.group); }
void on_target(Check& check, const event::TargetAssignmentComputed& e) { look(check, e.group); }

}  // namespace

const Checker d4_member_epochs{"D4",
                               "Member epochs",
                               "A member at the target's epoch holds nothing targeted at another.",
                               {at_end<on_epoch>(), at_end<on_target>()}};

}  // namespace kscope::sim
