#include "viewer/lab/storage_place.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "engine/storage/file_names.h"
#include "engine/storage/offset_index.h"
#include "engine/storage/time_index.h"
#include "viewer/model/lookup.h"

namespace kscope::lab {

namespace {

using Words = std::vector<std::string>;
using viewer::Machine;
constexpr const char* kNone = "none";

Words words_of(const std::string& place) {
  std::istringstream in(place);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool is_one_of(const std::string& word, std::initializer_list<const char*> known) {
  return std::any_of(known.begin(), known.end(), [&](const char* k) { return word == k; });
}

bool is_number(const std::string& word) {
  return !word.empty() && word.size() < 19 &&
         word.find_first_not_of("0123456789") == std::string::npos;
}

// ---- a log's files ----------------------------------------------------------------------------

struct SegmentFile {
  std::int64_t base = 0;
  viewer::StoredFile log;
};

std::vector<SegmentFile> segments_of(const Machine& machine, std::int32_t node,
                                     const std::string& folder) {
  std::vector<SegmentFile> segments;
  for (const viewer::StoredFile& file : machine.stored_files(node)) {
    if (!file.path.starts_with(folder + "/")) continue;
    const auto name = std::string_view(file.path).substr(folder.size() + 1);
    const auto base = storage::parse_segment_file(name, storage::kLogSuffix);
    if (base) segments.push_back({base->value(), file});
  }
  return segments;
}

/// Calls `visit(header, record)` for each record of a .log file; a torn tail holds none.
template <class Visit>
void for_each_record(const Machine& machine, std::int32_t node, const std::string& path,
                     Visit visit) {
  const Result<Bytes> file = machine.stored_bytes(node, path);
  if (!file.ok()) return;
  ByteView rest = *file;
  while (rest.size() >= record::kBatchOverhead) {
    const auto header = record::parse_header(rest);
    if (!header.ok() || header->size_in_bytes() > rest.size()) return;
    const auto records = record::read_records(rest.first(header->size_in_bytes()));
    rest = rest.subspan(header->size_in_bytes());
    if (!records.ok()) continue;
    for (const record::Record& r : *records) visit(*header, r);
  }
}

/// The records of a whole log, counted in the ways that labs ask for.
struct Contents {
  std::int64_t records = 0, tombstones = 0;
  std::string offsets;
  std::map<std::string, std::string> values;  // by key, the newest
};

Contents contents_of(const Machine& machine, std::int32_t node,
                     const std::vector<SegmentFile>& segments) {
  Contents out;
  for (const SegmentFile& segment : segments) {
    for_each_record(machine, node, segment.log.path,
                    [&](const record::BatchHeader& header, const record::Record& r) {
                      if (header.is_control()) return;
                      ++out.records;
                      out.tombstones += r.value ? 0 : 1;
                      out.offsets += (out.offsets.empty() ? "" : ",") + std::to_string(r.offset);
                      if (!r.key) return;
                      out.values[std::string(r.key->begin(), r.key->end())] =
                          r.value ? std::string(r.value->begin(), r.value->end()) : "tombstone";
                    });
  }
  return out;
}

std::string sum_of(const std::vector<SegmentFile>& segments, bool unflushed) {
  std::int64_t sum = 0;
  for (const SegmentFile& s : segments) {
    // In a real folder nobody can tell what is flushed.
    sum += unflushed ? s.log.size - (s.log.flushed < 0 ? s.log.size : s.log.flushed) : s.log.size;
  }
  return std::to_string(sum);
}

std::string deleted_files(const Machine& machine, std::int32_t node, const std::string& folder) {
  const auto files = machine.stored_files(node);
  return std::to_string(std::count_if(files.begin(), files.end(), [&](const auto& file) {
    return file.path.starts_with(folder + "/") && file.path.ends_with(storage::kDeletedSuffix);
  }));
}

std::string read_log(const Machine& machine, const Words& w) {
  const std::int32_t node = std::stoi(w[1]);
  const std::vector<SegmentFile> segments = segments_of(machine, node, w[2]);
  if (w[3] == "deleted_files") return deleted_files(machine, node, w[2]);
  if (segments.empty()) return kNone;
  if (w[3] == "segments") return std::to_string(segments.size());
  if (w[3] == "bytes") return sum_of(segments, false);
  if (w[3] == "unflushed_bytes") return sum_of(segments, true);
  if (w[3] == "bases") {
    std::string bases;
    for (const SegmentFile& s : segments) {
      bases += (bases.empty() ? "" : ",") + std::to_string(s.base);
    }
    return "{" + bases + "}";
  }
  const Contents contents = contents_of(machine, node, segments);
  if (w[3] == "records") return std::to_string(contents.records);
  if (w[3] == "tombstones") return std::to_string(contents.tombstones);
  if (w[3] == "offsets") return "{" + contents.offsets + "}";
  const auto it = contents.values.find(w[4]);
  return it == contents.values.end() ? kNone : it->second;
}

// ---- one segment ------------------------------------------------------------------------------

std::int64_t entries_in(const Machine& machine, std::int32_t node, const SegmentFile& segment,
                        std::string_view suffix, std::int64_t entry_size) {
  const std::string path =
      segment.log.path.substr(0, segment.log.path.size() - storage::kLogSuffix.size()) +
      std::string(suffix);
  for (const viewer::StoredFile& file : machine.stored_files(node)) {
    if (file.path == path) return file.size / entry_size;
  }
  return 0;
}

std::string read_segment(const Machine& machine, const Words& w) {
  const std::int32_t node = std::stoi(w[1]);
  const std::vector<SegmentFile> segments = segments_of(machine, node, w[2]);
  const auto it = w[3] == "active"
                      ? (segments.empty() ? segments.end() : segments.end() - 1)
                      : std::find_if(segments.begin(), segments.end(), [&](const SegmentFile& s) {
                          return std::to_string(s.base) == w[3];
                        });
  if (it == segments.end()) return kNone;
  if (w[4] == "base") return std::to_string(it->base);
  if (w[4] == "bytes") return std::to_string(it->log.size);
  if (w[4] == "index_entries") {
    return std::to_string(
        entries_in(machine, node, *it, storage::kIndexSuffix, storage::OffsetIndex::kEntrySize));
  }
  if (w[4] == "time_entries") {
    return std::to_string(
        entries_in(machine, node, *it, storage::kTimeIndexSuffix, storage::TimeIndex::kEntrySize));
  }
  std::int64_t records = 0, largest = -1;
  for_each_record(machine, node, it->log.path,
                  [&](const record::BatchHeader& header, const record::Record&) {
                    ++records;
                    largest = std::max(largest, header.max_timestamp);
                  });
  return std::to_string(w[4] == "records" ? records : largest);
}

// ---- a look-up --------------------------------------------------------------------------------

std::string number_or_none(bool there, std::int64_t value) {
  return there ? std::to_string(value) : kNone;
}

std::string read_lookup(Machine& machine, const Words& w) {
  const auto question = viewer::parse_lookup(machine, w[1]);
  if (!question.ok()) return kNone;  // nobody holds such a log at this moment
  const viewer::Lookup found = viewer::build_lookup(machine, *question);
  const viewer::LookupSegment* segment = found.chosen();
  if (w[2] == "segment") return number_or_none(segment != nullptr, segment ? segment->base : 0);
  const bool answered = found.problem.empty() && segment != nullptr;
  if (!answered) return kNone;
  if (w[2] == "relative") return std::to_string(found.record_offset - segment->base);
  if (w[2] == "probes") return std::to_string(found.index.search.probes.size());
  const bool entry = found.index.search.slot >= 0;
  if (w[2] == "floor") return number_or_none(entry, found.index.search.key);
  if (w[2] == "position") return std::to_string(found.start_position);
  if (w[2] == "headers") {
    return std::to_string(std::count_if(found.batches.begin(), found.batches.end(),
                                        [](const auto& batch) { return batch.visited; }));
  }
  if (w[2] == "base") {
    return number_or_none(
        found.hit >= 0,
        found.hit < 0 ? 0 : found.batches[static_cast<std::size_t>(found.hit)].header.base_offset);
  }
  if (w[2] == "offset") return number_or_none(found.record_offset >= 0, found.record_offset);
  if (w[2] == "full_scan_bytes") return std::to_string(found.full_scan_bytes);
  return number_or_none(!found.steps.empty(),
                        found.steps.empty() ? 0 : found.steps.back().bytes_read);
}

// ---- checking ---------------------------------------------------------------------------------

std::string expected(const std::string& place, const char* what) {
  return fmt::format("\"{}\": expected {}", place, what);
}

bool names_a_log(const Words& w) {
  return w.size() > 2 && is_number(w[1]) && w[1].size() < 9 &&
         storage::parse_log_directory(w[2]).has_value();
}

std::string check_log(const std::string& place, const Words& w) {
  constexpr const char* kWanted =
      "log BROKER PARTITION and one of segments, bases, bytes, unflushed_bytes, records, offsets, "
      "tombstones, deleted_files, value KEY";
  if (!names_a_log(w) || w.size() < 4) return expected(place, kWanted);
  const bool plain =
      w.size() == 4 && is_one_of(w[3], {"segments", "bases", "bytes", "records", "unflushed_bytes",
                                        "offsets", "tombstones", "deleted_files"});
  return plain || (w.size() == 5 && w[3] == "value") ? "" : expected(place, kWanted);
}

std::string check_segment(const std::string& place, const Words& w) {
  const bool known = names_a_log(w) && w.size() == 5 && (w[3] == "active" || is_number(w[3])) &&
                     is_one_of(w[4], {"base", "bytes", "records", "index_entries", "time_entries",
                                      "largest_time_ms"});
  return known ? ""
               : expected(place,
                          "segment BROKER PARTITION BASE|active and one of base, bytes, records, "
                          "index_entries, time_entries, largest_time_ms");
}

std::string check_lookup(const std::string& place, const Words& w) {
  const std::size_t colon = w.size() > 1 ? w[1].find(':') : std::string::npos;
  const std::size_t at = w.size() > 1 ? w[1].find('@') : std::string::npos;
  const bool known =
      w.size() == 3 && colon != std::string::npos && at != std::string::npos && colon < at &&
      is_number(w[1].substr(0, colon)) &&
      storage::parse_log_directory(w[1].substr(colon + 1, at - colon - 1)).has_value() &&
      viewer::parse_lookup_value(w[1].substr(at + 1), w[1].substr(at + 1).starts_with("t=")).ok() &&
      is_one_of(w[2], {"segment", "relative", "probes", "floor", "position", "headers", "base",
                       "offset", "bytes_read", "full_scan_bytes"});
  return known ? ""
               : expected(place,
                          "lookup BROKER:PARTITION@OFFSET or @t=TIME and one of segment, relative, "
                          "probes, floor, position, headers, base, offset, bytes_read, "
                          "full_scan_bytes");
}

}  // namespace

bool is_storage_place(const std::string& place) {
  const Words w = words_of(place);
  return !w.empty() && is_one_of(w[0], {"log", "segment", "lookup"});
}

std::string check_storage_place(const std::string& place) {
  const Words w = words_of(place);
  if (w[0] == "log") return check_log(place, w);
  return w[0] == "segment" ? check_segment(place, w) : check_lookup(place, w);
}

std::string read_storage_place(Machine& machine, const std::string& place) {
  const Words w = words_of(place);
  if (w[0] == "log") return read_log(machine, w);
  return w[0] == "segment" ? read_segment(machine, w) : read_lookup(machine, w);
}

}  // namespace kscope::lab
