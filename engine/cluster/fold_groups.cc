// fold(), continued: consumer groups, as their coordinators tell of them.
//
// A coordinator that has loaded its partition tells of everything in it anew. So what was known of
// these groups is dropped at that moment, and not before: until then it is the best there is.
// Events of a broker that is no coordinator (any more) are not news of the group.
#include <algorithm>

#include "engine/cluster/fold_parts.h"
#include "engine/cluster/group_views.h"

namespace kscope::cluster {

std::int32_t Folder::group_partition(const std::string& group) const {
  const auto& partitions = snapshot_.metadata.partitions;
  const auto count = std::count_if(
      partitions.begin(), partitions.end(),
      [](const PartitionView& p) { return p.partition.topic == coordinator::kGroupMetadataTopic; });
  return count == 0 ? 0 : coordinator::partition_for(group, static_cast<std::int32_t>(count));
}

GroupView* Folder::group(NameRef name, bool create) {
  const std::string& id = names_.name(name);
  const std::int32_t partition = group_partition(id);
  const auto coordinator = snapshot_.coordinators.find(partition);
  const bool speaks = coordinator != snapshot_.coordinators.end() &&
                      coordinator->second.broker == event_.node.value();
  if (!speaks) return nullptr;
  auto& groups = snapshot_.groups;
  const auto it =
      std::lower_bound(groups.begin(), groups.end(), id,
                       [](const GroupView& g, const std::string& wanted) { return g.id < wanted; });
  if (it != groups.end() && it->id == id) return &*it;
  if (!create) return nullptr;
  GroupView fresh;
  fresh.id = id;
  fresh.coordinator = event_.node.value();
  fresh.partition = partition;
  return &*groups.insert(it, std::move(fresh));
}

GroupMemberView* Folder::member(NameRef name, NameRef id) {
  GroupView* g = group(name);
  if (g == nullptr) return nullptr;
  for (GroupMemberView& m : g->members)
    if (m.id == names_.name(id)) return &m;
  return nullptr;
}

// ---- the shard --------------------------------------------------------------------------------

void Folder::stop_coordinating(NodeId broker, std::optional<std::int32_t> partition) {
  for (auto& [number, coordinator] : snapshot_.coordinators) {
    const bool meant = !partition || *partition == number;
    if (meant && coordinator.broker == broker.value()) coordinator.broker = -1;
  }
  for (GroupView& g : snapshot_.groups) {
    const bool meant = !partition || *partition == g.partition;
    if (meant && g.coordinator == broker.value()) g.loaded = false;
  }
}

void Folder::forget_group_topic() {
  snapshot_.coordinators.clear();
  snapshot_.groups.clear();
}

// A leader of old that has not heard of its successor may come to the end of its log, too.
void Folder::apply(const event::CoordinatorLoaded& e) {
  const std::int32_t partition = e.partition.partition;
  CoordinatorView& coordinator = snapshot_.coordinators[partition];
  if (e.leader_epoch.value() < coordinator.epoch) return;
  coordinator = {event_.node.value(), e.leader_epoch.value()};
  std::erase_if(snapshot_.groups, [&](const GroupView& g) { return g.partition == partition; });
}

void Folder::apply(const event::CoordinatorUnloaded& e) {
  stop_coordinating(event_.node, e.partition.partition);
}

// ---- the group --------------------------------------------------------------------------------

void Folder::apply(const event::GroupStateChanged& e) {
  GroupView* g = group(e.group, e.to != event::GroupState::Dead);
  if (g == nullptr) return;
  if (e.to == event::GroupState::Dead) return bury(*g);
  using event::GroupState;
  g->state = e.to;
  g->generation = e.generation;
  if (e.to == GroupState::Empty && !g->consumer_protocol) g->assignor.clear();
  for (GroupMemberView& m : g->members) {
    if (e.from == GroupState::PreparingRebalance) m.joining = false;
    if (e.from == GroupState::CompletingRebalance) m.syncing = false;
  }
}

/// What it has committed outlives it until it is removed itself; and a group that changes its
/// protocol dies and is born with it.
void Folder::bury(GroupView& dead) {
  if (dead.committed.empty()) {
    snapshot_.groups.erase(snapshot_.groups.begin() + (&dead - snapshot_.groups.data()));
    return;
  }
  GroupView rest;
  rest.id = dead.id;
  rest.coordinator = dead.coordinator;
  rest.partition = dead.partition;
  rest.state = event::GroupState::Dead;
  rest.committed = std::move(dead.committed);
  dead = std::move(rest);
}

void Folder::apply(const event::GenerationStarted& e) {
  GroupView* g = group(e.group);
  if (g == nullptr) return;
  g->generation = e.generation;
  g->assignor = names_.name(e.protocol);
  g->leader = names_.name(e.leader);
}

void Folder::apply(const event::GroupLeaderChosen& e) {
  if (GroupView* g = group(e.group)) g->leader = names_.name(e.leader);
}

void Folder::apply(const event::GroupEpochBumped& e) {
  GroupView* g = group(e.group, /*create=*/true);
  if (g == nullptr) return;
  g->consumer_protocol = true;
  g->generation = e.epoch;
}

void Folder::apply(const event::TargetAssignmentComputed& e) {
  if (GroupView* g = group(e.group)) g->assignor = names_.name(e.assignor);
}

void Folder::apply(const event::OffsetCommitted& e) {
  if (GroupView* g = group(e.group)) {
    g->committed[names_.name(e.partition).str()].offset = e.offset.value();
  }
}

void Folder::apply(const event::CommittedOffsetRemoved& e) {
  GroupView* g = group(e.group);
  if (g == nullptr) return;
  g->committed.erase(names_.name(e.partition).str());
  if (g->state == event::GroupState::Dead) bury(*g);
}

// ---- members ----------------------------------------------------------------------------------

void Folder::apply(const event::MemberAdded& e) {
  GroupView* g = group(e.group);
  if (g == nullptr) return;
  auto& members = g->members;
  GroupMemberView fresh;
  fresh.id = names_.name(e.member);
  fresh.instance_id = names_.name(e.instance);
  fresh.client = e.client.value();
  const auto it = std::lower_bound(
      members.begin(), members.end(), fresh.id,
      [](const GroupMemberView& m, const std::string& wanted) { return m.id < wanted; });
  members.insert(it, std::move(fresh));
}

void Folder::apply(const event::MemberRemoved& e) {
  if (GroupView* g = group(e.group)) {
    std::erase_if(g->members,
                  [&](const GroupMemberView& m) { return m.id == names_.name(e.member); });
  }
}

void Folder::apply(const event::MemberJoining& e) {
  if (GroupMemberView* m = member(e.group, e.member)) m->joining = true;
}

void Folder::apply(const event::MemberSyncing& e) {
  if (GroupMemberView* m = member(e.group, e.member)) m->syncing = true;
}

void Folder::apply(const event::MemberSessionSet& e) {
  if (GroupMemberView* m = member(e.group, e.member)) m->client = e.client.value();
}

void Folder::apply(const event::MemberEpochChanged& e) {
  GroupMemberView* m = member(e.group, e.member);
  if (m == nullptr) return;
  m->state = e.state;
  m->epoch = e.epoch;
}

void Folder::apply(const event::MemberAssignmentChanged& e) {
  GroupMemberView* m = member(e.group, e.member);
  if (m == nullptr) return;
  const std::string partition = names_.name(e.partition).str();
  std::erase(m->assigned, partition);
  if (!e.given) return;
  m->assigned.insert(
      std::lower_bound(m->assigned.begin(), m->assigned.end(), partition, partition_before),
      partition);
}

}  // namespace kscope::cluster
