// The real CheckedCluster: a World between two items.
#include <algorithm>

#include "engine/record/record_batch.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

const NodeSlot* slot_of(const WorldState& world, NodeId node) {
  const auto it = world.nodes.find(node);
  return it != world.nodes.end() && it->second.node.running() ? &it->second : nullptr;
}

const env::Disk& disk_of(const NodeSlot& slot) {
  if (slot.real_disk != nullptr) return *slot.real_disk;
  return slot.disk;
}

const storage::UnifiedLog* log_of(const WorldState& world, NodeId node, PartitionRef ref) {
  const NodeSlot* slot = slot_of(world, node);
  if (slot == nullptr) return nullptr;
  const TopicPartition name = world.names.name(ref);
  if (name.topic == kClusterMetadataTopic) return &slot->node.shared().raft().log();
  return slot->node.broker().replicas().logs().find(name);
}

/// The segment that holds `offset`; nullptr if it is before the first.
const storage::LogSegment* segment_of(const storage::UnifiedLog& log, std::int64_t offset) {
  const auto& segments = log.segments();
  for (auto it = segments.rbegin(); it != segments.rend(); ++it)
    if (it->base_offset().value() <= offset) return &*it;
  return nullptr;
}

bool starts_at(const Result<Bytes>& bytes, std::int64_t base, std::int64_t size) {
  if (!bytes.ok() || static_cast<std::int64_t>(bytes->size()) != size) return false;
  const auto header = record::parse_header(*bytes);
  return header.ok() && header->base_offset == base;
}

}  // namespace

const NameTable& CheckContext::names() const { return world_.names; }

std::vector<NodeId> CheckContext::voters() const {
  // Whom the newest leader counts. With kraft.version 1 that may change (KIP-853).
  const raft::KafkaRaftClient* newest = nullptr;
  for (const auto& [id, slot] : world_.nodes) {
    if (!slot.node.running() || !slot.node.shared().raft().is_leader()) continue;
    const raft::KafkaRaftClient& raft = slot.node.shared().raft();
    if (newest == nullptr || raft.epoch() > newest->epoch()) newest = &raft;
  }
  return newest != nullptr ? newest->voters().ids() : world_.spec.first_voters();
}

Result<Bytes> CheckContext::appended_batch(NodeId node, const event::BatchAppended& appended,
                                           BatchPlace& place) const {
  const storage::UnifiedLog* log = log_of(world_, node, appended.partition);
  if (log == nullptr) return Error{ErrorKind::NotFound, "the log is not open"};
  const std::int64_t base = appended.base.value();
  const storage::LogSegment* segment = segment_of(*log, base);
  if (segment == nullptr) return Error{ErrorKind::Corrupt, "no segment holds it"};
  const env::Disk& disk = disk_of(*slot_of(world_, node));
  const std::int64_t segment_base = segment->base_offset().value();
  if (place.segment_base != segment_base) place = {segment_base, segment->size() - appended.bytes};
  Result<Bytes> bytes =
      segment->read(disk, std::max<std::int64_t>(place.position, 0), appended.bytes);
  if (!starts_at(bytes, base, appended.bytes)) {
    KTRY_ASSIGN(const auto found, segment->translate(disk, appended.base));
    if (!found) return Error{ErrorKind::Corrupt, "the segment ends before it"};
    place.position = found->position;
    bytes = segment->read(disk, place.position, appended.bytes);
  }
  place.position += appended.bytes;
  return bytes;
}

ScannedLog CheckContext::scan(NodeId node, PartitionRef partition) const {
  ScannedLog scanned;
  const storage::UnifiedLog* log = log_of(world_, node, partition);
  if (log == nullptr) return scanned;
  const env::Disk& disk = disk_of(*slot_of(world_, node));
  for (const storage::LogSegment& segment : log->segments()) {
    const Result<Bytes> bytes = segment.read(disk, 0, segment.size());
    if (!bytes.ok()) {
      scanned.problem = bytes.error().message;
      return scanned;
    }
    ByteView rest = *bytes;
    while (!rest.empty()) {
      const auto header = record::parse_header(rest);
      if (!header.ok() || !record::crc_is_valid(rest.first(header->size_in_bytes()))) {
        scanned.problem = segment.log_path() + " holds bytes that are no good batch";
        return scanned;
      }
      scanned.batches.push_back({header->base_offset, header->last_offset(),
                                 header->partition_leader_epoch, header->crc});
      rest = rest.subspan(header->size_in_bytes());
    }
  }
  return scanned;
}

std::vector<std::pair<std::int32_t, std::int64_t>> CheckContext::epochs(
    NodeId node, PartitionRef partition) const {
  std::vector<std::pair<std::int32_t, std::int64_t>> out;
  if (const storage::UnifiedLog* log = log_of(world_, node, partition))
    for (const storage::EpochEntry& entry : log->epochs().entries())
      out.emplace_back(entry.epoch.value(), entry.start.value());
  return out;
}

std::optional<std::int32_t> CheckContext::min_insync_replicas(NodeId node,
                                                              PartitionRef partition) const {
  const NodeSlot* slot = slot_of(world_, node);
  if (slot == nullptr) return std::nullopt;
  const auto* hosted = slot->node.broker().replicas().find(world_.names.name(partition));
  if (hosted == nullptr) return std::nullopt;
  return hosted->partition.effective_min_isr();
}

std::optional<std::int32_t> CheckContext::quorum_epoch(NodeId node) const {
  const NodeSlot* slot = slot_of(world_, node);
  if (slot == nullptr) return std::nullopt;
  return slot->node.shared().raft().epoch();
}

}  // namespace kscope::sim
