// Before and after: who had what when the rebalance began, who has what at its end.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_picture.h"

namespace kscope::viewer {

namespace {

/// Whose partition it was and is; empty: nobody's.
struct Owners {
  std::map<PartitionRef, NameRef> before, after;
};

/// What the coordinator wants everybody to have, as far as it says so: only of a rebalance of the
/// new protocol that is under way now.
void aim_at_target(const GroupScope& scope, const std::map<TopicPartition, PartitionRef>& refs,
                   Owners& owners, AssignmentTable& table) {
  const Rebalance& shown = *scope.shown;
  if (!shown.consumer_protocol || table.complete || scope.view == nullptr) return;
  std::map<PartitionRef, NameRef> target;
  for (const auto& [member, share] : shown.after) {
    const std::string id = scope.machine.names().name(member);
    for (const cluster::GroupMemberView& m : scope.view->members) {
      if (m.id != id) continue;
      for (const auto& [partition, ref] : refs) {
        const bool wanted =
            std::find(m.target.begin(), m.target.end(), partition.str()) != m.target.end();
        if (wanted) target[ref] = member;
      }
    }
  }
  if (target.empty()) return;
  owners.after = std::move(target);
  table.known = table.target = true;
}

Owners owners_of(const Rebalance& rebalance) {
  Owners out;
  for (const auto& [member, share] : rebalance.before) {
    for (const PartitionRef& p : share) out.before[p] = member;
  }
  for (const auto& [member, share] : rebalance.after) {
    for (const PartitionRef& p : share) out.after[p] = member;
  }
  return out;
}

std::string note_of(const GroupScope& scope, NameRef member) {
  const Rebalance& shown = *scope.shown;
  const bool was = shown.before.count(member) > 0, is = shown.after.count(member) > 0;
  const GroupMembership* entry = nullptr;
  for (const GroupMembership& m : scope.past.members) {
    if (m.member == member) entry = &m;
  }
  if (entry != nullptr && was && !is && entry->removed != EventSeq()) {
    return fmt::format("gone: {}", event::to_string(entry->end));
  }
  // Members are added just before the rebalance that they cause is told.
  const bool fresh = entry != nullptr && is && entry->joined + millis(500) >= shown.began &&
                     (!was || shown.before.at(member).empty());
  if (fresh) return "new";
  return shown.leader == member ? "leader" : "";
}

/// A sentence about the moves; nothing moved is worth a sentence, too.
std::string move_words(const AssignmentTable& table) {
  if (!table.known) return "The new assignment is not known yet: until then, as it was.";
  std::string words;
  if (table.moved == 0) words = "No partition changes hands.";
  if (table.moved == 1) words = "1 partition changes hands (ringed; hatched where it was).";
  if (table.moved > 1) {
    words =
        fmt::format("{} partitions change hands (ringed; hatched where they were).", table.moved);
  }
  if (table.fresh > 0) words += fmt::format(" {} had no reader before.", table.fresh);
  if (table.target)
    words += " This is the target; not everybody has reached it.";
  else if (!table.complete)
    words += " Not all members have theirs yet.";
  return words;
}

}  // namespace

AssignmentTable build_assignment(const GroupScope& scope) {
  AssignmentTable table;
  table.columns = partitions_of_group(scope);
  if (scope.shown == nullptr) return table;
  const Rebalance& shown = *scope.shown;
  table.complete = shown.over(scope.machine.present()) || shown.began > scope.snapshot().now;
  table.known = table.complete || !(shown.after == shown.before);
  Owners owners = owners_of(shown);
  std::set<NameRef> members;
  for (const auto& [member, share] : shown.before) members.insert(member);
  for (const auto& [member, share] : shown.after) members.insert(member);
  std::map<TopicPartition, PartitionRef> refs;
  for (const PartitionRef& p : scope.past.partitions) refs[scope.machine.names().name(p)] = p;
  aim_at_target(scope, refs, owners, table);
  const auto owner = [&](const std::map<PartitionRef, NameRef>& of, const TopicPartition& p) {
    const auto ref = refs.find(p);
    if (ref == refs.end()) return NameRef();
    const auto it = of.find(ref->second);
    return it == of.end() ? NameRef() : it->second;
  };
  for (const NameRef member : members) {
    AssignmentRow row;
    row.member = scope.face_of_member(member);
    row.id = scope.machine.names().name(member);
    row.note = note_of(scope, member);
    for (const TopicPartition& p : table.columns) {
      const NameRef was = owner(owners.before, p), is = owner(owners.after, p);
      const bool moved = was != NameRef() && is != NameRef() && was != is;
      row.before.push_back(was == member);
      row.after.push_back(is == member);
      row.gained.push_back(is == member && moved);
      row.lost.push_back(was == member && is != member);
      if (is == member && moved) ++table.moved;
      if (is == member && was == NameRef()) ++table.fresh;
    }
    table.rows.push_back(std::move(row));
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const auto& a, const auto& b) { return a.member.hue < b.member.hue; });
  table.words = move_words(table);
  return table;
}

}  // namespace kscope::viewer
