#include <algorithm>

#include "engine/env/clock.h"
#include "engine/env/disk_path.h"
#include "engine/record/record_batch.h"
#include "engine/sim/world_state.h"

// What lies on a node's simulated disk, for readers: also of nodes that are down.

namespace kscope::sim {
namespace {

// The position in a segment's bytes of the batch that holds `offset`; its end if there is none.
std::size_t find_batch(ByteView segment, std::int64_t offset) {
  std::size_t at = 0;
  while (at + record::kBatchOverhead <= segment.size()) {
    const Result<record::BatchHeader> header = record::parse_header(segment.subspan(at));
    if (!header.ok() || header->last_offset() >= offset) return at;
    at += header->size_in_bytes();
  }
  return segment.size();
}

// A real folder's file; opening what exists for reading changes nothing.
Result<Bytes> real_bytes(env::Disk& disk, const std::string& path) {
  KTRY_ASSIGN(const env::FileHandle file, disk.open(path, false));
  const Result<std::int64_t> size = disk.size(file);
  Result<Bytes> bytes = size.ok() ? disk.read(file, 0, *size) : Result<Bytes>(size.error());
  disk.close(file);
  return bytes;
}

void list_real(const env::Disk& disk, const std::string& folder, std::vector<DiskFile>& out) {
  const auto entries = disk.list(folder);
  if (!entries.ok()) return;
  for (const env::DirEntry& entry : *entries) {
    const std::string path = env::join_path(folder, entry.name);
    if (entry.is_directory) {
      list_real(disk, path, out);
    } else {
      out.push_back({path, entry.size, -1});
    }
  }
}

}  // namespace

Result<Bytes> World::file_bytes(std::int32_t node, const std::string& path) const {
  const auto it = state_->nodes.find(NodeId(node));
  if (it == state_->nodes.end()) {
    return Error{ErrorKind::NotFound, "there is no node " + std::to_string(node)};
  }
  const NodeSlot& slot = it->second;
  if (slot.real_disk != nullptr) return real_bytes(*slot.real_disk, path);
  return slot.disk.contents(path);
}

std::vector<DiskFile> World::disk_files(std::int32_t node) const {
  const auto it = state_->nodes.find(NodeId(node));
  if (it == state_->nodes.end()) return {};
  const NodeSlot& slot = it->second;
  if (slot.real_disk == nullptr) return slot.disk.files();
  std::vector<DiskFile> files;
  list_real(*slot.real_disk, "", files);
  std::sort(files.begin(), files.end(),
            [](const DiskFile& a, const DiskFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> World::file_names(std::int32_t node) const {
  std::vector<std::string> names;
  for (const DiskFile& file : disk_files(node)) names.push_back(file.path);
  return names;
}

Result<Bytes> World::log_bytes(std::int32_t node, const TopicPartition& partition,
                               std::int64_t from, std::int64_t max_bytes) const {
  // Segment names are their base offsets in twenty digits, so text order is offset order.
  const std::string folder = partition.str() + "/";
  std::string best;
  for (const std::string& path : file_names(node)) {
    const bool is_segment = path.starts_with(folder) && path.ends_with(".log");
    if (is_segment && (best.empty() || std::stoll(path.substr(folder.size())) <= from)) best = path;
  }
  if (best.empty()) {
    return Error{ErrorKind::NotFound,
                 partition.str() + " has no log on broker " + std::to_string(node)};
  }
  KTRY_ASSIGN(Bytes segment, file_bytes(node, best));
  const std::size_t begin = find_batch(segment, from);
  const std::size_t end = std::min(
      segment.size(), begin + static_cast<std::size_t>(std::max<std::int64_t>(0, max_bytes)));
  return Bytes(segment.begin() + static_cast<std::ptrdiff_t>(begin),
               segment.begin() + static_cast<std::ptrdiff_t>(end));
}

std::optional<cluster::LogUpkeep> World::log_upkeep(std::int32_t node,
                                                    const TopicPartition& partition) const {
  const auto it = state_->nodes.find(NodeId(node));
  if (it == state_->nodes.end() || !it->second.node.running()) return std::nullopt;
  const NodeSlot& slot = it->second;
  const env::Clock clock(state_->now, slot.clock_skew);
  return cluster::log_upkeep(slot.node.broker(), slot.timers, partition, clock.wall_ms(),
                             state_->now);
}

}  // namespace kscope::sim
