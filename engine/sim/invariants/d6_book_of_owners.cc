// D6: the coordinator's book of owners says what the members hold, no more and no less.
//
// Whether a partition is free is looked up there and not searched for among the members. An entry
// too many, and nobody ever gets the partition; one too few, and two do. Kafka:
// ConsumerGroup.currentPartitionEpoch, addPartitionEpochs, removePartitionEpochs.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

std::string difference(const CheckedGroup& group) {
  std::map<CheckedGroup::Partition, const CheckedGroup::Member*> held;
  for (const CheckedGroup::Member& member : group.members) {
    for (const CheckedGroup::Partition& p : member.assigned) held[p] = &member;
    for (const CheckedGroup::Partition& p : member.pending_revocation) held[p] = &member;
  }
  for (const auto& [partition, owner] : group.owners)
    if (const auto it = held.find(partition); it == held.end() || it->second->id != owner)
      return fmt::format("{} belongs to {} by the book, who does not hold it",
                         group.name(partition), owner);
  for (const auto& [partition, member] : held)
    if (!group.owners.contains(partition))
      return fmt::format("{} is held by {}, but free by the book", group.name(partition),
                         member->id);
  return {};
}

void look(Check& check, NameRef name) {
  const auto group = check.engine.consumer_group(check.node(), name);
  if (!group) return;
  const std::string differs = difference(*group);
  if (!check.holds(differs.empty()))
    check.violated("group " + check.engine.names().name(name), differs);
}

void on_assignment(Check& check, const event::MemberAssignmentChanged& e) { look(check, e.group); }
void on_removed(Check& check, const event::MemberRemoved& e) { look(check, e.group); }

}  // namespace

const Checker d6_book_of_owners{
    "D6",
    "Book of owners",
    "With the new protocol a partition is free exactly when no member holds it.",
    {at_end<on_assignment>(), at_end<on_removed>()}};

}  // namespace kscope::sim
