// D2: no partition is read by two members of one group at once.
//
// By the consumers' own word: between PartitionAssigned and PartitionRevoked a partition is read.
// It holds among current members only (is_current): a consumer that was thrown out and has not
// heard of it goes on reading, which is why commits are fenced (D7). Cooperative members (KIP-429)
// go on reading during a rebalance, so with them this says: giving up comes before giving away.
// NoDoubleClientAssignment in Vanlightly's specification of KIP-848.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void look(Check& check, const ConsumerGhost& me, PartitionRef partition) {
  for (const auto& [node, other] : check.ghost.groups.consumers) {
    if (node == check.node() || other.group != me.group) continue;
    const bool both = other.owned.contains(partition) && is_current(check.ghost, other);
    if (check.holds(!both)) continue;
    check.violated(
        check.name(partition),
        fmt::format("group {}: {} reads it, and so does {}", check.engine.names().name(me.group),
                    check.engine.names().name(other.member), check.engine.names().name(me.member)));
  }
}

const ConsumerGhost* current_here(const Check& check) {
  const auto& consumers = check.ghost.groups.consumers;
  const auto me = consumers.find(check.node());
  const bool in_group = me != consumers.end() && me->second.group != NameRef();
  return in_group && is_current(check.ghost, me->second) ? &me->second : nullptr;
}

void on_assigned(Check& check, const event::PartitionAssigned& e) {
  const ConsumerGhost* me = current_here(check);
  if (me != nullptr && me->owned.contains(e.partition)) look(check, *me, e.partition);
}

void on_state(Check& check, const event::ConsumerStateChanged& e) {
  const ConsumerGhost* me = current_here(check);
  if (me == nullptr || e.to != event::ConsumerState::Stable) return;
  for (PartitionRef partition : me->owned) look(check, *me, partition);
}

}  // namespace

const Checker d2_one_owner{"D2",
                           "One owner",
                           "No partition is read by two current members of a group at once.",
                           {at_end<on_assigned>(), at_end<on_state>()}};

}  // namespace kscope::sim
