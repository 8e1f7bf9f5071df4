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

/// What the coordinator wants everybody to have, against what they have now: only of a rebalance of
/// the new protocol that is under way.
bool aims_at_target(const GroupScope& scope) {
  const Rebalance& shown = *scope.shown;
  const bool under_way =
      !shown.over(scope.machine.present()) && shown.first <= scope.machine.present();
  return shown.consumer_protocol && under_way && scope.view != nullptr &&
         scope.view->consumer_protocol;
}

bool has_partition(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string count_words(std::int32_t n, const char* one, const char* several) {
  return fmt::format("{} partition{} {}", n, n == 1 ? "" : "s", n == 1 ? one : several);
}

void add_target_row(const GroupScope& scope, const cluster::GroupMemberView& member,
                    const std::map<std::string, NameRef>& owner_before, NameRef ref,
                    AssignmentTable& table) {
  AssignmentRow row;
  row.member = scope.face_of_client(member.client);
  row.id = member.id;
  row.note = ref == NameRef() ? "" : note_of(scope, ref);
  const std::vector<std::string> held = held_by(scope, member);
  const MemberPath path = path_of(scope, member);
  row.behind = !path.arrived(scope.view->assignment_epoch, member.epoch);
  row.progress = fmt::format("epoch {} · {}", member.epoch,
                             row.behind && path.gives_up.empty() && path.waits_for.empty()
                                 ? "a heartbeat behind"
                                 : path_words(path));
  for (const TopicPartition& p : table.columns) {
    const std::string name = p.str();
    const bool has = has_partition(held, name), wants = has_partition(member.target, name);
    const auto before = owner_before.find(name);
    const bool other = before != owner_before.end() &&
                       client_of_member(scope.past, before->second) != member.client;
    row.before.push_back(has);
    row.after.push_back(wants);
    row.lost.push_back(has && !wants);
    row.waits.push_back(wants && !has);
    row.gained.push_back(wants && other);
    table.moved += wants && other ? 1 : 0;
    table.fresh += wants && before == owner_before.end() ? 1 : 0;
  }
  table.rows.push_back(std::move(row));
}

/// "2 partitions change hands (ringed). Still to be given up: 2 (hatched) …"
std::string target_words(const GroupScope& scope, const AssignmentTable& table) {
  std::int32_t to_give = 0, to_take = 0;
  for (const AssignmentRow& row : table.rows) {
    to_give += static_cast<std::int32_t>(std::count(row.lost.begin(), row.lost.end(), true));
    to_take += static_cast<std::int32_t>(std::count(row.waits.begin(), row.waits.end(), true));
  }
  std::string words = fmt::format("Target of epoch {}: ", scope.view->assignment_epoch);
  words += table.moved == 0
               ? "no partition changes hands."
               : count_words(table.moved, "changes hands (ringed).", "change hands (ringed).");
  if (to_give > 0) words += fmt::format(" {} still to be given up (hatched).", to_give);
  if (to_take > 0) words += fmt::format(" {} not taken yet (dashed).", to_take);
  if (to_give == 0 && to_take == 0) words += " Everybody has it; heartbeats will say so.";
  return words;
}

void build_target(const GroupScope& scope, AssignmentTable& table) {
  table.known = table.target = true;
  std::map<std::string, NameRef> before, refs;
  for (const auto& [member, share] : scope.shown->before) {
    for (const PartitionRef& p : share) before[scope.machine.names().name(p).str()] = member;
  }
  for (const GroupMembership& m : scope.past.members) {
    refs[scope.machine.names().name(m.member)] = m.member;
  }
  for (const cluster::GroupMemberView& member : scope.view->members) {
    const auto ref = refs.find(member.id);
    add_target_row(scope, member, before, ref == refs.end() ? NameRef() : ref->second, table);
  }
}

/// A sentence about the moves; nothing moved is worth a sentence, too.
std::string move_words(const GroupScope& scope, const AssignmentTable& table) {
  if (!table.known) return "The new assignment is not known yet: until then, as it was.";
  std::string words;
  if (table.ahead) {
    words = fmt::format("Lies ahead, at {}: ",
                        format_instant(scope.shown->ended.value_or(scope.shown->began)));
  }
  if (table.moved > 0) {
    words += count_words(table.moved, "changes hands (ringed", "change hands (ringed");
    words += scope.shown->before.empty() ? ")." : "; hatched where it was).";
  } else if (table.freed == 0 && table.fresh == 0) {
    words += table.ahead ? "no partition changes hands." : "No partition changes hands.";
  }
  if (table.freed > 0) {
    words += (words.empty() || words.back() == ' ' ? "" : " ") +
             count_words(table.freed, "is", "are") + " given up (hatched) and has nobody yet.";
    if (table.freed > 1) words.replace(words.rfind("has nobody"), 3, "have");
  }
  if (table.fresh > 0) {
    words += (words.empty() || words.back() == ' ' ? "" : " ") +
             count_words(table.fresh, "had", "had") + " no reader before.";
  }
  if (!table.complete && !table.ahead) words += " Not all members have theirs yet.";
  return words;
}

/// Whose each partition was: of one that nobody has now, who gave it up last.
std::map<PartitionRef, NameRef> owners_before(const GroupScope& scope, const Owners& owners) {
  std::map<PartitionRef, NameRef> all = owners.before;
  for (const auto& [partition, owner] : owners.after) {
    if (all.count(partition) > 0) continue;
    const NameRef last = given_up_by(scope.past, *scope.shown, partition);
    if (last != NameRef()) all[partition] = last;
  }
  return all;
}

NameRef owner_in(const std::map<PartitionRef, NameRef>& owners, PartitionRef partition) {
  const auto it = owners.find(partition);
  return it == owners.end() ? NameRef() : it->second;
}

void add_rows(const GroupScope& scope, AssignmentTable& table) {
  const Owners owners = owners_of(*scope.shown);
  const std::map<PartitionRef, NameRef> last = owners_before(scope, owners);
  std::set<NameRef> members;
  for (const auto& [member, share] : scope.shown->before) members.insert(member);
  for (const auto& [member, share] : scope.shown->after) members.insert(member);
  std::map<TopicPartition, PartitionRef> refs;
  for (const PartitionRef& p : scope.past.partitions) refs[scope.machine.names().name(p)] = p;
  for (const NameRef member : members) {
    AssignmentRow row;
    row.member = scope.face_of_member(member);
    row.id = scope.machine.names().name(member);
    row.note = note_of(scope, member);
    for (const TopicPartition& p : table.columns) {
      const auto ref = refs.find(p);
      const PartitionRef partition = ref == refs.end() ? PartitionRef{} : ref->second;
      const bool known = ref != refs.end();
      const NameRef had = known ? owner_in(owners.before, partition) : NameRef();
      const NameRef was = known ? owner_in(last, partition) : NameRef();
      const NameRef is = known ? owner_in(owners.after, partition) : NameRef();
      const bool moved = was != NameRef() && is != NameRef() && was != is &&
                         scope.client_of(was) != scope.client_of(is);
      row.before.push_back(had == member);
      row.after.push_back(is == member);
      row.gained.push_back(is == member && moved);
      row.lost.push_back(had == member && is != member);
      row.waits.push_back(false);
      table.moved += is == member && moved ? 1 : 0;
      table.fresh += is == member && was == NameRef() ? 1 : 0;
      table.freed += had == member && is == NameRef() && table.known ? 1 : 0;
    }
    table.rows.push_back(std::move(row));
  }
}

}  // namespace

std::vector<std::string> held_by(const GroupScope& scope, const cluster::GroupMemberView& member) {
  const cluster::ClientView* client = scope.snapshot().client(member.client);
  const bool own = client != nullptr && client->kind == cluster::ClientKind::Consumer;
  return own ? client->consumer.assigned : member.assigned;
}

MemberPath path_of(const GroupScope& scope, const cluster::GroupMemberView& member) {
  MemberPath path;
  const std::vector<std::string> held = held_by(scope, member);
  for (const std::string& p : held) {
    if (!has_partition(member.target, p)) path.gives_up.push_back(p);
  }
  for (const std::string& p : member.target) {
    if (!has_partition(held, p)) path.waits_for.push_back(p);
  }
  return path;
}

std::string path_words(const MemberPath& path) {
  const auto count = [](const std::vector<std::string>& all) {
    return static_cast<std::int64_t>(all.size());
  };
  std::string words;
  if (!path.gives_up.empty()) words = "gives up " + std::to_string(count(path.gives_up));
  if (!path.waits_for.empty()) {
    words += (words.empty() ? "" : ", ") + fmt::format("waits for {}", count(path.waits_for));
  }
  return words.empty() ? "has its target" : words;
}

AssignmentTable build_assignment(const GroupScope& scope) {
  AssignmentTable table;
  table.columns = partitions_of_group(scope);
  if (scope.shown == nullptr) return table;
  const Rebalance& shown = *scope.shown;
  const Instant now = scope.snapshot().now;
  if (aims_at_target(scope)) {
    build_target(scope, table);
    table.words = target_words(scope, table);
  } else {
    table.complete = shown.over(scope.machine.present()) || shown.began > now;
    table.known = table.complete || !(shown.after == shown.before);
    const bool synced = shown.over(scope.machine.present());
    table.ahead = table.known && !synced && shown.ended && *shown.ended > now;
    add_rows(scope, table);
    table.words = move_words(scope, table);
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const auto& a, const auto& b) { return a.member.hue < b.member.hue; });
  return table;
}

}  // namespace kscope::viewer
