// D5: a Stable group is at rest: everybody has arrived, and has what it should have.
//
// Classic: it has members, one of them leads, and all are of its generation, but for static ones
// that are away. KIP-848: every member is Stable at the group's epoch, has nothing left to give up,
// and holds exactly its target. Kafka: ConsumerGroup.maybeUpdateGroupState.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

std::string restless_classic(const Check& check, const GroupGhost& group) {
  const NameTable& names = check.engine.names();
  if (group.members.empty()) return "it has no members";
  if (!group.members.contains(group.leader)) return "nobody of its members leads";
  for (const auto& [id, member] : group.members) {
    const bool here = member.in_generation == group.generation;
    if (!here && names.name(member.instance).empty())
      return fmt::format("{} has not joined generation {}", names.name(id), group.generation);
  }
  return {};
}

std::string restless(const CheckedGroup& group) {
  if (group.members.empty()) return "it has no members";
  if (group.target_epoch != group.epoch)
    return fmt::format("its target is of epoch {}, not {}", group.target_epoch, group.epoch);
  for (const CheckedGroup::Member& member : group.members) {
    if (!member.stable) return member.id + " is not stable";
    if (member.epoch != group.epoch)
      return fmt::format("{} is at epoch {}, not {}", member.id, member.epoch, group.epoch);
    if (!member.pending_revocation.empty())
      return fmt::format("{} has yet to give up {}", member.id,
                         group.name(member.pending_revocation.front()));
    if (member.assigned != member.target) return member.id + " does not hold its target";
  }
  return {};
}

void on_state(Check& check, const event::GroupStateChanged& e) {
  if (e.to != event::GroupState::Stable) return;
  const auto told = check.ghost.groups.told.find({check.node(), e.group});
  if (told == check.ghost.groups.told.end() || told->second.state != e.to) return;
  const auto modern = check.engine.consumer_group(check.node(), e.group);
  const std::string lacks = modern ? restless(*modern) : restless_classic(check, told->second);
  if (check.holds(lacks.empty())) return;
  check.violated("group " + check.engine.names().name(e.group), "it is Stable, but " + lacks);
}

}  // namespace

const Checker d5_stable_groups{"D5",
                               "Stable groups",
                               "In a Stable group everybody has arrived and has what it should.",
                               {at_end<on_state>()}};

}  // namespace kscope::sim
