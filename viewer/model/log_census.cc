#include "viewer/model/log_census.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/record/record_batch.h"
#include "engine/storage/file_names.h"
#include "viewer/model/cluster_view.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kMostRows = 2000;
constexpr std::size_t kPreview = 12;

std::string preview(const std::optional<Bytes>& bytes) {
  if (!bytes) return "-";
  std::string text;
  for (const std::uint8_t b : *bytes) {
    if (text.size() == kPreview) return text + "…";
    text += b >= 0x20 && b < 0x7f ? static_cast<char>(b) : '.';
  }
  return text;
}

/// One side of the comparison.
struct Side {
  std::vector<CensusSegment> segments;
  std::map<std::int64_t, CensusRow> rows;  // by offset; base_before holds the segment
  std::int64_t bytes = 0;
};

void read_segment(Side& side, std::int64_t base, ByteView bytes) {
  CensusSegment segment{base, static_cast<std::int64_t>(bytes.size()), 0};
  std::size_t at = 0;
  while (at + record::kBatchOverhead <= bytes.size()) {
    const auto header = record::parse_header(bytes.subspan(at));
    if (!header.ok()) break;  // a torn tail holds no record
    const ByteView batch = bytes.subspan(at, header->size_in_bytes());
    at += header->size_in_bytes();
    const auto records = record::read_records(batch);
    if (!records.ok()) continue;
    for (const record::Record& r : *records) {
      CensusRow& row = side.rows[r.offset];
      row.offset = r.offset;
      row.key = header->is_control() ? "marker" : preview(r.key);
      row.value = preview(r.value);
      row.tombstone = !r.value.has_value() && !header->is_control();
      row.control = header->is_control();
      row.base_before = base;
      ++segment.records;
    }
  }
  side.bytes += segment.bytes;
  side.segments.push_back(segment);
}

Side read_side(const std::vector<StoredCopy>& files, const std::string& folder) {
  Side side;
  for (const StoredCopy& copy : files) {
    const std::string_view name = std::string_view(copy.file.path).substr(folder.size() + 1);
    const auto base = storage::parse_segment_file(name, storage::kLogSuffix);
    if (base) read_segment(side, base->value(), copy.bytes);
  }
  return side;
}

std::vector<StoredCopy> present_files(const Machine& machine, std::int32_t node,
                                      const std::string& folder) {
  std::vector<StoredCopy> files;
  for (const StoredFile& file : machine.stored_files(node)) {
    if (!file.path.starts_with(folder + "/") || !file.path.ends_with(".log")) continue;
    Result<Bytes> bytes = machine.stored_bytes(node, file.path);
    if (bytes.ok()) files.push_back({file, std::move(*bytes)});
  }
  return files;
}

void compare(Side& before, Side& after, LogCensus& census) {
  for (auto& [offset, row] : before.rows) {
    const auto it = after.rows.find(offset);
    if (it == after.rows.end()) {
      row.fate = Fate::Removed;
      ++census.removed;
    } else {
      row.base_after = it->second.base_before;
      ++census.kept;
    }
    census.rows.push_back(std::move(row));
  }
  for (auto& [offset, row] : after.rows) {
    if (before.rows.count(offset) > 0) continue;
    row.base_after = row.base_before;
    row.base_before = -1;
    row.fate = Fate::Added;
    ++census.added;
    census.rows.push_back(std::move(row));
  }
  std::sort(census.rows.begin(), census.rows.end(),
            [](const CensusRow& a, const CensusRow& b) { return a.offset < b.offset; });
  if (census.rows.size() > kMostRows) {
    census.rows.erase(census.rows.begin(),
                      census.rows.end() - static_cast<std::ptrdiff_t>(kMostRows));
    census.cut_short = true;
  }
}

}  // namespace

LogCensus build_census(const Machine& machine, std::int32_t node, const TopicPartition& partition,
                       EventSeq event) {
  LogCensus census;
  census.event = event;
  const std::string folder = partition.str();
  const std::vector<StoredCopy> old = machine.stored_before(node, folder, event);
  if (old.empty()) {
    census.problem = "The moment before cannot be visited: this cluster is live.";
    return census;
  }
  Side before = read_side(old, folder);
  Side after = read_side(present_files(machine, node, folder), folder);
  census.before = before.segments;
  census.after = after.segments;
  census.bytes_before = before.bytes;
  census.bytes_after = after.bytes;
  const std::size_t count = before.rows.size();
  compare(before, after, census);
  census.text = fmt::format("{} records before: {} kept, {} removed · {} before, {} now", count,
                            census.kept, census.removed, format_bytes(census.bytes_before),
                            format_bytes(census.bytes_after));
  if (census.added > 0) census.text += fmt::format(" ({} records came after)", census.added);
  return census;
}

}  // namespace kscope::viewer
