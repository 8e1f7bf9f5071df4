// The ghost of groups: who coordinates, and what each coordinator says of its groups.
//
// A coordinator's tale is kept under its own number, because there can be two of them: the one that
// was replaced tells on until it hears of it. What it says counts for nobody else, since nothing it
// writes is committed any more.
#include <algorithm>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using event::GroupState;

/// A process is gone, or has given a partition up: what it told, it may tell anew.
void forget(GroupsGhost& groups, NodeId broker, std::optional<PartitionRef> partition) {
  const auto meant = [&](NameRef group) {
    const auto history = groups.histories.find(group);
    return !partition || history == groups.histories.end() || history->second.home == *partition;
  };
  std::erase_if(groups.told, [&](const auto& entry) {
    return entry.first.first == broker && meant(entry.first.second);
  });
  std::erase_if(groups.written, [&](const auto& entry) {
    return std::get<0>(entry.first) == broker && meant(std::get<1>(entry.first));
  });
  std::erase_if(groups.loaded_tails, [&](const auto& entry) {
    return entry.first == broker && (!partition || *partition == entry.second);
  });
  for (auto& [home, coordinator] : groups.coordinators)
    if (coordinator.broker == broker && (!partition || *partition == home))
      coordinator.broker = NodeId(-1);
}

void on_load_start(Check& check, const event::CoordinatorLoadStarted& e) {
  forget(check.ghost.groups, check.node(), e.partition);
}

void on_loaded(Check& check, const event::CoordinatorLoaded& e) {
  CoordinatorGhost& coordinator = check.ghost.groups.coordinators[e.partition];
  if (e.leader_epoch.value() >= coordinator.epoch)
    coordinator = {check.node(), e.leader_epoch.value()};
  const LogGhost& log = check.partition(e.partition).log;
  const bool tail = end_of_copy(log, check.node()) >
                    check.partition(e.partition).beliefs[check.node()].high_watermark;
  if (tail) check.ghost.groups.loaded_tails.insert({check.node(), e.partition});
}

void on_unloaded(Check& check, const event::CoordinatorUnloaded& e) {
  forget(check.ghost.groups, check.node(), e.partition);
}

void on_crash(Check& check, const event::NodeCrashed&) {
  forget(check.ghost.groups, check.node(), std::nullopt);
}

void on_stop(Check& check, const event::NodeStopped&) {
  forget(check.ghost.groups, check.node(), std::nullopt);
}

void on_topic(Check& check, const event::TopicDeleted& e) {
  GroupsGhost& groups = check.ghost.groups;
  std::erase_if(groups.coordinators,
                [&](const auto& entry) { return entry.first.topic == e.topic; });
  std::erase_if(groups.histories,
                [&](const auto& entry) { return entry.second.home.topic == e.topic; });
}

/// "orders-0" in the subject of a record, which is a text, as a partition.
std::optional<PartitionRef> partition_in(Check& check, NameRef subject) {
  std::map<NameRef, PartitionRef>& known = check.ghost.groups.subjects;
  if (const auto it = known.find(subject); it != known.end()) return it->second;
  const std::string& text = check.engine.names().name(subject);
  for (const auto& [ref, unused] : check.ghost.partitions)
    if (check.name(ref) == text) return known[subject] = ref;
  return std::nullopt;
}

void on_write(Check& check, const event::GroupRecordWritten& e) {
  GroupsGhost& groups = check.ghost.groups;
  GroupHistory& history = groups.histories[e.group];
  if (history.home != e.partition) {
    history = {};
    history.home = e.partition;
  }
  const std::int64_t at = e.offset.value();
  const auto told = groups.told.find({check.node(), e.group});
  if (e.kind == event::GroupRecordKind::GroupMetadata && told != groups.told.end())
    told->second.record_at = at;
  if (e.kind != event::GroupRecordKind::OffsetCommit) return;
  if (const auto partition = partition_in(check, e.subject))
    groups.written[{check.node(), e.group, *partition}].push_back(at);
}

/// The first of them is told of now; if it cannot be, this is about one that was found at loading.
void pop(Check& check, const CommitAt& key) {
  GroupsGhost& groups = check.ghost.groups;
  const auto it = groups.written.find(key);
  if (it == groups.written.end()) return;
  const PartitionRef home = groups.histories[std::get<1>(key)].home;
  if (it->second.front() >= check.partition(home).log.committed_end) return;
  it->second.erase(it->second.begin());
  if (it->second.empty()) groups.written.erase(it);
}

void on_committed(Check& check, const event::OffsetCommitted& e) {
  constexpr std::size_t kKept = 64;  // more than a consumer has under way
  GroupsGhost& groups = check.ghost.groups;
  pop(check, {check.node(), e.group, e.partition});
  auto& told = groups.histories[e.group].committed[e.partition];
  told.push_back(e.offset.value());
  if (told.size() > kKept) told.erase(told.begin());
}

void on_removed(Check& check, const event::CommittedOffsetRemoved& e) {
  pop(check, {check.node(), e.group, e.partition});
}

}  // namespace

const GroupGhost* group_now(const Ghost& ghost, NameRef group) {
  const GroupsGhost& groups = ghost.groups;
  const auto history = groups.histories.find(group);
  if (history == groups.histories.end()) return nullptr;
  const auto coordinator = groups.coordinators.find(history->second.home);
  if (coordinator == groups.coordinators.end()) return nullptr;
  const auto told = groups.told.find({coordinator->second.broker, group});
  return told == groups.told.end() ? nullptr : &told->second;
}

const Recorder groups_ghost{{record<on_load_start>(), record<on_loaded>(), record<on_unloaded>(),
                             record<on_crash>(), record<on_stop>(), record<on_topic>(),
                             record<on_write>(), record<on_committed>(), record<on_removed>()}};

}  // namespace kscope::sim
