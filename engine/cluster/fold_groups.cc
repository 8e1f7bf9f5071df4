// fold(), continued: consumer groups, as their coordinators tell of them.
//
// A coordinator that has loaded its partition tells of everything in it anew, so what was known of
// these groups before is dropped at that moment, and not before: until then it is the best there is.
#include <algorithm>

#include "engine/cluster/fold_parts.h"
#include "engine/cluster/group_views.h"

namespace kscope::cluster {

GroupView& Folder::group(NameRef name) {
  const std::string& id = names_.name(name);
  auto& groups = snapshot_.groups;
  const auto it =
      std::lower_bound(groups.begin(), groups.end(), id,
                       [](const GroupView& g, const std::string& wanted) { return g.id < wanted; });
  if (it != groups.end() && it->id == id) return *it;
  GroupView fresh;
  fresh.id = id;
  fresh.coordinator = event_.node.value();
  const auto shards = std::count_if(
      snapshot_.metadata.partitions.begin(), snapshot_.metadata.partitions.end(),
      [](const PartitionView& p) { return p.partition.topic == coordinator::kGroupMetadataTopic; });
  if (shards > 0) {
    fresh.partition = coordinator::partition_for(id, static_cast<std::int32_t>(shards));
  }
  return *groups.insert(it, std::move(fresh));
}

GroupMemberView* Folder::member(NameRef name, NameRef id) {
  for (GroupMemberView& m : group(name).members)
    if (m.id == names_.name(id)) return &m;
  return nullptr;
}

void Folder::forget_coordinator(NodeId broker) {
  for (GroupView& g : snapshot_.groups)
    if (g.coordinator == broker.value()) g.loaded = false;
}

// ---- the shard --------------------------------------------------------------------------------

void Folder::apply(const event::CoordinatorLoaded& e) {
  std::erase_if(snapshot_.groups,
                [&](const GroupView& g) { return g.partition == e.partition.partition; });
}

void Folder::apply(const event::CoordinatorUnloaded& e) {
  for (GroupView& g : snapshot_.groups) {
    if (g.partition == e.partition.partition && g.coordinator == event_.node.value()) {
      g.loaded = false;
    }
  }
}

// ---- the group --------------------------------------------------------------------------------

void Folder::apply(const event::GroupStateChanged& e) {
  GroupView& g = group(e.group);
  if (e.to == event::GroupState::Dead) {
    const std::string id = g.id;
    std::erase_if(snapshot_.groups, [&](const GroupView& other) { return other.id == id; });
    return;
  }
  g.state = e.to;
  g.generation = e.generation;
}

void Folder::apply(const event::GenerationStarted& e) {
  GroupView& g = group(e.group);
  g.generation = e.generation;
  g.assignor = names_.name(e.protocol);
  g.leader = names_.name(e.leader);
}

void Folder::apply(const event::OffsetCommitted& e) {
  group(e.group).committed[names_.name(e.partition).str()].offset = e.offset.value();
}

void Folder::apply(const event::CommittedOffsetRemoved& e) {
  group(e.group).committed.erase(names_.name(e.partition).str());
}

// ---- members ----------------------------------------------------------------------------------

void Folder::apply(const event::MemberAdded& e) {
  auto& members = group(e.group).members;
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
  std::erase_if(group(e.group).members,
                [&](const GroupMemberView& m) { return m.id == names_.name(e.member); });
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
