// D1: generations and epochs of a group only grow, and within one no partition has two members.
//
// A generation counts for good once its assignment is committed; one that ended before that (its
// coordinator died) may be counted again by the next. Kafka: ClassicGroup.initNextGeneration,
// GroupMetadataManager (bumpGroupEpoch). KIP-848's coordinator gives a partition away when its last
// owner has said that it is free; the classic one passes on what the leading consumer worked out.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

const GroupGhost* told_of(const Check& check, NameRef group) {
  const auto it = check.ghost.groups.told.find({check.node(), group});
  return it == check.ghost.groups.told.end() ? nullptr : &it->second;
}

void number(Check& check, NameRef group, std::int32_t next, std::int32_t least) {
  if (check.holds(next >= least)) return;
  check.violated("group " + check.engine.names().name(group),
                 fmt::format("{} comes after {}", next, least));
}

/// The partition in which the group is written lost records: so may the group have.
bool has_lost(Check& check, const GroupHistory& history) {
  return check.partition(history.home).losses > 0;
}

/// Another broker coordinates the group, and this one does not know: nothing that it writes gets
/// committed, so it may count as it likes.
bool is_replaced(Check& check, const GroupHistory& history) {
  const auto newest = check.ghost.groups.coordinators.find(history.home);
  return newest == check.ghost.groups.coordinators.end() || newest->second.broker != check.node();
}

void on_state(Check& check, const event::GroupStateChanged& e) {
  const GroupGhost* known = told_of(check, e.group);
  const bool next = e.to == event::GroupState::CompletingRebalance;
  if (known != nullptr) number(check, e.group, e.generation, known->generation + (next ? 1 : 0));
  const auto history = check.ghost.groups.histories.find(e.group);
  if (known != nullptr || history == check.ghost.groups.histories.end()) return;
  if (e.to == event::GroupState::Dead || has_lost(check, history->second)) return;
  if (is_replaced(check, history->second)) return;
  number(check, e.group, e.generation, history->second.stored_generation);
}

void on_epoch(Check& check, const event::GroupEpochBumped& e) {
  if (const GroupGhost* known = told_of(check, e.group))
    number(check, e.group, e.epoch, known->generation);
}

void on_member_epoch(Check& check, const event::MemberEpochChanged& e) {
  const GroupGhost* known = told_of(check, e.group);
  if (known == nullptr || e.epoch <= 0) return;  // it joins anew, or a static one is away
  number(check, e.group, known->generation, e.epoch);
  const auto member = known->members.find(e.member);
  if (member != known->members.end()) number(check, e.group, e.epoch, member->second.epoch);
}

void on_assignment(Check& check, const event::MemberAssignmentChanged& e) {
  const GroupGhost* group = told_of(check, e.group);
  if (group == nullptr || !e.given) return;
  const auto mine = group->members.find(e.member);
  if (mine == group->members.end() || !mine->second.partitions.contains(e.partition)) return;
  for (const auto& [id, member] : group->members) {
    const bool twice = id != e.member && member.partitions.contains(e.partition);
    if (check.holds(!twice)) continue;
    check.violated("group " + check.engine.names().name(e.group),
                   fmt::format("{} is assigned to {} and {}", check.name(e.partition),
                               check.engine.names().name(id), check.engine.names().name(e.member)));
  }
}

}  // namespace

const Checker d1_generations_grow{
    "D1",
    "Generations grow",
    "Generations and epochs of a group only grow, and within one no "
    "partition is assigned twice.",
    {before<on_state>(), before<on_epoch>(), before<on_member_epoch>(), at_end<on_assignment>()}};

}  // namespace kscope::sim
