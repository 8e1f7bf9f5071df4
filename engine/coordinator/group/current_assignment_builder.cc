#include "engine/coordinator/group/current_assignment_builder.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace kscope::coordinator {

namespace {

using Indexes = std::vector<std::int32_t>;

const Indexes& of(const PartitionsByTopicId& all, const Uuid& topic) {
  static const Indexes kNone;
  const auto it = all.find(topic);
  return it == all.end() ? kNone : it->second;
}

Indexes both(const Indexes& a, const Indexes& b) {
  Indexes out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

Indexes without(const Indexes& a, const Indexes& b) {
  Indexes out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

void put(PartitionsByTopicId& into, const Uuid& topic, const Indexes& partitions) {
  if (partitions.empty()) return;
  Indexes& list = into[topic];
  Indexes merged;
  std::set_union(list.begin(), list.end(), partitions.begin(), partitions.end(),
                 std::back_inserter(merged));
  list = std::move(merged);
}

/// A member that does not say what it owns has not confirmed anything.
bool still_owns(const PartitionsByTopicId& revoked,
                const std::optional<PartitionsByTopicId>& owned) {
  if (!owned) return true;
  return std::any_of(owned->begin(), owned->end(), [&](const auto& entry) {
    return !both(entry.second, of(revoked, entry.first)).empty();
  });
}

ConsumerGroupMember moved(ConsumerGroupMember member, MemberState state, std::int32_t epoch) {
  member.state = state;
  member.previous_epoch = member.epoch;
  member.epoch = epoch;
  return member;
}

ConsumerGroupMember next_assignment(const ConsumerGroupMember& member, std::int32_t epoch,
                                    const Reconciliation& towards) {
  std::set<Uuid> topics;
  for (const auto& [topic, list] : towards.target) topics.insert(topic);
  for (const auto& [topic, list] : member.assigned) topics.insert(topic);

  PartitionsByTopicId kept, to_revoke, to_assign;
  bool is_waiting = false;  // for partitions that others have not given up
  for (const Uuid& topic : topics) {
    const Indexes& target = of(towards.target, topic);
    const Indexes& current = of(member.assigned, topic);
    const Indexes stays = both(current, target);
    Indexes wanted = without(target, stays);
    const auto held = std::remove_if(wanted.begin(), wanted.end(), [&](std::int32_t partition) {
      return towards.is_held(topic, partition);
    });
    is_waiting |= held != wanted.end();
    wanted.erase(held, wanted.end());
    put(kept, topic, stays);
    put(to_revoke, topic, without(current, stays));
    put(to_assign, topic, wanted);
  }

  if (!to_revoke.empty() && still_owns(to_revoke, towards.owned)) {
    // First things first: it stays at its epoch until it has let go.
    ConsumerGroupMember next = moved(member, MemberState::UnrevokedPartitions, epoch);
    next.assigned = std::move(kept);
    next.pending_revocation = std::move(to_revoke);
    return next;
  }
  for (const auto& [topic, partitions] : to_assign) put(kept, topic, partitions);
  ConsumerGroupMember next =
      moved(member, is_waiting ? MemberState::UnreleasedPartitions : MemberState::Stable,
            towards.target_epoch);
  next.assigned = std::move(kept);
  next.pending_revocation.clear();
  return next;
}

}  // namespace

bool is_subset(const PartitionsByTopicId& part, const PartitionsByTopicId& whole) {
  return std::all_of(part.begin(), part.end(), [&](const auto& entry) {
    return without(entry.second, of(whole, entry.first)).empty();
  });
}

ConsumerGroupMember reconcile(const ConsumerGroupMember& member, const Reconciliation& towards) {
  switch (member.state) {
    case MemberState::Stable:
      if (member.epoch == towards.target_epoch) return member;
      return next_assignment(member, member.epoch, towards);
    case MemberState::UnrevokedPartitions:
      if (still_owns(member.pending_revocation, towards.owned)) return member;
      return next_assignment(member, member.epoch + 1, towards);
    case MemberState::UnreleasedPartitions:
      break;
  }
  return next_assignment(member, member.epoch, towards);
}

}  // namespace kscope::coordinator
