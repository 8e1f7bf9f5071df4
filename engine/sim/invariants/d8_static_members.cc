// D8: a group.instance.id belongs to one member at a time.
//
// Who comes with the same name takes the place of the one before, whose old id is fenced from then
// on. KIP-345; Kafka: ClassicGroup.replaceStaticMember.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_added(Check& check, const event::MemberAdded& e) {
  const NameTable& names = check.engine.names();
  const auto group = check.ghost.groups.told.find({check.node(), e.group});
  if (names.name(e.instance).empty() || group == check.ghost.groups.told.end()) return;
  if (!group->second.members.contains(e.member)) return;
  for (const auto& [id, member] : group->second.members) {
    const bool twice = id != e.member && member.instance == e.instance;
    if (check.holds(!twice)) continue;
    check.violated("group " + names.name(e.group),
                   fmt::format("{} and {} are both {}", names.name(id), names.name(e.member),
                               names.name(e.instance)));
  }
}

}  // namespace

const Checker d8_static_members{"D8",
                                "Static members",
                                "A group.instance.id belongs to one member of a group at a time.",
                                {at_end<on_added>()}};

}  // namespace kscope::sim
