// The real CheckedCluster, continued: what coordinators keep, and what their logs say.
#include <fmt/core.h>

#include "engine/coordinator/group_coordinator.h"
#include "engine/record/record_batch.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

using coordinator::ClassicGroup;
using coordinator::ConsumerGroup;
using coordinator::CoordinatorShard;
using coordinator::ShardState;
using Lines = std::map<std::string, std::string>;

const CoordinatorShard* active_shard(const WorldState& world, NodeId node, PartitionRef ref) {
  const auto it = world.nodes.find(node);
  const TopicPartition name = world.names.name(ref);
  if (it == world.nodes.end() || !it->second.node.running()) return nullptr;
  if (name.topic != coordinator::kGroupMetadataTopic) return nullptr;
  const auto& shards = it->second.node.broker().parts().coordinator.shards();
  const auto shard = shards.find(name.partition);
  const bool active = shard != shards.end() && shard->second.state() == ShardState::Active;
  return active ? &shard->second : nullptr;
}

std::string offset_line(const std::string& group, const TopicPartition& partition) {
  return fmt::format("{} {}", group, partition.str());
}

std::string group_line(const protocol::GroupMetadataValue& value) {
  std::string line =
      fmt::format("generation {}, led by {}:", value.generation, value.leader.value_or("nobody"));
  for (const auto& member : value.members)
    line += fmt::format(" {} ({} bytes)", member.member_id, member.assignment.view().size());
  return line;
}

/// A classic group that rests is as its last record has it; what a rebalance changes is nowhere
/// written until it is over.
void add_groups(const CoordinatorShard& shard, Lines& kept, Lines& replayed) {
  for (auto it = replayed.begin(); it != replayed.end();) {
    const ClassicGroup* group = shard.groups().classic_group(it->first);
    const bool rests =
        group != nullptr && shard.waiting() == 0 && group->is(event::GroupState::Stable);
    const bool tells = group == nullptr || rests;
    if (rests) kept[it->first] = group_line(group->to_record(group->assignments()));
    it = tells ? std::next(it) : replayed.erase(it);
  }
}

void replay(ByteView batch, Lines& offsets, Lines& groups) {
  const auto records = record::read_records(batch);
  if (!records.ok()) return;
  for (const record::Record& record : *records) {
    if (!record.key) continue;
    const auto key = protocol::decode_group_key(*record.key);
    if (!key.ok()) continue;
    const auto value = record.value
                           ? protocol::decode_group_value(key->message.index(), *record.value)
                           : Error{ErrorKind::NotFound, "a tombstone"};
    if (const auto* k = std::get_if<protocol::OffsetCommitKey>(&key->message)) {
      const std::string name = offset_line(k->group, {k->topic, k->partition});
      offsets.erase(name);
      if (value.ok())
        offsets[name] =
            std::to_string(std::get<protocol::OffsetCommitValue>(value->message).offset);
    } else if (const auto* g = std::get_if<protocol::GroupMetadataKey>(&key->message)) {
      groups.erase(g->group);
      if (value.ok())
        groups[g->group] = group_line(std::get<protocol::GroupMetadataValue>(value->message));
    }
  }
}

bool replay_log(const storage::UnifiedLog& log, const env::Disk& disk, Lines& offsets,
                Lines& groups) {
  for (const storage::LogSegment& segment : log.segments()) {
    const Result<Bytes> bytes = segment.read(disk, 0, segment.size());
    if (!bytes.ok()) return false;
    ByteView rest = *bytes;
    while (!rest.empty()) {
      const auto header = record::parse_header(rest);
      if (!header.ok()) return false;
      if (!header->is_control()) replay(rest.first(header->size_in_bytes()), offsets, groups);
      rest = rest.subspan(header->size_in_bytes());
    }
  }
  return true;
}

CheckedGroup::Partitions list_of(const coordinator::PartitionsByTopicId& partitions) {
  CheckedGroup::Partitions list;
  for (const auto& [topic, indexes] : partitions)
    for (const std::int32_t index : indexes) list.emplace_back(topic, index);
  return list;
}

CheckedGroup checked(const ConsumerGroup& group) {
  CheckedGroup result;
  result.epoch = group.epoch();
  result.target_epoch = group.assignment_epoch();
  result.owners = group.owners();
  for (const auto& [id, member] : group.members()) {
    result.members.push_back({id, member.epoch, member.state == event::MemberState::Stable,
                              list_of(member.assigned), list_of(member.pending_revocation),
                              list_of(group.target(id))});
  }
  for (const auto& [name, topic] : group.subscription_metadata()) {
    result.topics[topic.topic_id] = name;
    for (std::int32_t index = 0; index < topic.num_partitions; ++index)
      result.wanted.emplace_back(topic.topic_id, index);
  }
  return result;
}

}  // namespace

std::optional<CheckedGroup> CheckContext::consumer_group(NodeId coordinator, NameRef name) const {
  const auto it = world_.nodes.find(coordinator);
  if (it == world_.nodes.end() || !it->second.node.running()) return std::nullopt;
  for (const auto& [index, shard] : it->second.node.broker().parts().coordinator.shards()) {
    if (shard.state() != ShardState::Active) continue;
    const ConsumerGroup* group = shard.groups().consumer_group(world_.names.name(name));
    if (group != nullptr) return checked(*group);
  }
  return std::nullopt;
}

std::optional<CheckedBooks> CheckContext::books(NodeId coordinator, PartitionRef partition) const {
  const CoordinatorShard* shard = active_shard(world_, coordinator, partition);
  if (shard == nullptr) return std::nullopt;
  const NodeSlot& slot = world_.nodes.at(coordinator);
  const auto* log = slot.node.broker().replicas().logs().find(world_.names.name(partition));
  if (log == nullptr) return std::nullopt;
  const env::Disk* disk = &slot.disk;
  if (slot.real_disk != nullptr) disk = slot.real_disk;
  CheckedBooks books;
  Lines groups;
  if (!replay_log(*log, *disk, books.replayed, groups)) return std::nullopt;
  for (const auto& [key, value] : shard->offsets().offsets().written())
    books.kept[offset_line(key.group, key.partition)] = std::to_string(value.committed_offset);
  add_groups(*shard, books.kept, groups);
  books.replayed.merge(groups);
  return books;
}

}  // namespace kscope::sim
