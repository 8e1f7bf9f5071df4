// D7: a commit is taken if, and only if, it comes from a member and is of its generation.
//
// A consumer that slept through its session wakes up and commits how far it came. Meanwhile another
// has its partition and has come further: taken, the late commit would move the group backwards.
// Kafka: ClassicGroup.validateOffsetCommit, ConsumerGroup.validateOffsetCommit.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using event::GroupState;

/// Nobody, committing by hand: good while no members are there to mind.
bool is_nobody(const Check& check, const event::CommitChecked& e) {
  return e.generation < 0 && check.engine.names().name(e.member).empty();
}

bool is_entitled(const Check& check, const GroupGhost* group, const event::CommitChecked& e) {
  const bool empty = group == nullptr || group->members.empty();
  if (e.generation < 0 && empty) return true;
  if (group == nullptr) return false;
  const auto member = group->members.find(e.member);
  if (is_nobody(check, e) || member == group->members.end()) return false;
  return e.generation == (group->consumer_protocol ? member->second.epoch : group->generation);
}

void on_commit(Check& check, const event::CommitChecked& e) {
  const auto told = check.ghost.groups.told.find({check.node(), e.group});
  const GroupGhost* group = told == check.ghost.groups.told.end() ? nullptr : &told->second;
  const bool taken = e.error == ErrorCode::NONE;
  const bool entitled = is_entitled(check, group, e);
  // Between JoinGroup and SyncGroup nobody knows what belongs to whom.
  const bool at_rest =
      group != nullptr && !group->consumer_protocol &&
      (group->state == GroupState::Stable || group->state == GroupState::PreparingRebalance);
  if (check.holds(taken ? entitled : !entitled || !at_rest)) return;
  check.violated(
      "group " + check.engine.names().name(e.group),
      fmt::format("the commit of {} in generation {} is {}, and the group is in generation {}",
                  check.engine.names().name(e.member), e.generation,
                  taken ? "taken" : std::string("refused: ") + to_string(e.error),
                  group == nullptr ? -1 : group->generation));
}

}  // namespace

const Checker d7_fenced_commits{
    "D7",
    "Fenced commits",
    "A commit is taken if, and only if, it comes from a member and is of its generation.",
    {before<on_commit>()}};

}  // namespace kscope::sim
