#include "viewer/model/lookup_parts.h"

#include <fmt/format.h>

#include "viewer/model/words.h"

namespace kscope::viewer {

const char* stage_title(LookupStage stage) {
  switch (stage) {
    case LookupStage::Segment:
      return "pick the segment";
    case LookupStage::TimeIndex:
      return "search .timeindex";
    case LookupStage::Relative:
      return "relative offset";
    case LookupStage::Index:
      return "search .index";
    case LookupStage::Position:
      return "jump to the position";
    case LookupStage::Scan:
      return "scan the batches";
    case LookupStage::Record:
      return "unpack the record";
  }
  return "";
}

std::string digits(std::int64_t value) {
  return value < 0 ? "-" + group_digits(static_cast<std::uint64_t>(-value))
                   : group_digits(static_cast<std::uint64_t>(value));
}

std::string record_time_text(std::int64_t unix_ms) {
  return "t = " + format_instant(at_micros((unix_ms - kWallMillisAtStart) * 1000));
}

Dissection dissect_index(const SearchedIndex& index, const Machine& machine, std::int32_t node,
                         std::int64_t entry_size) {
  Dissection d;
  d.title = index.path;
  Result<Bytes> bytes = machine.stored_bytes(node, index.path);
  if (!bytes.ok()) {
    d.problem = bytes.error().message;
    return d;
  }
  d.bytes = std::move(*bytes);
  const bool time = entry_size == 12;
  const auto size = static_cast<std::size_t>(entry_size);
  const std::size_t first = time ? 8 : 4;
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    const SearchedIndex::Entry& e = index.entries[i];
    const std::size_t at = i * size;
    if (at + size > d.bytes.size()) break;
    d.fields.push_back(
        {time ? "timestamp" : "relativeOffset", std::to_string(e.key), at, at + first, 0, false});
    d.fields.push_back({time ? "relativeOffset" : "position", std::to_string(e.value), at + first,
                        at + size, 0, false});
  }
  return d;
}

std::string empty_index_text(const char* suffix) {
  return fmt::format("{} has no entry yet (one every index.interval.bytes): start at the beginning",
                     suffix);
}

namespace {

/// What comes of the last comparison.
std::string verdict(const SearchedIndex& index, std::string (*show)(std::int64_t)) {
  const std::int32_t slot = index.search.slot;
  if (slot < 0) return "no entry is at or below it";
  const std::int64_t key = index.entries[static_cast<std::size_t>(slot)].key;
  return fmt::format("the floor is entry {}: {} {} {}", slot, show(key),
                     key == index.search.target ? "=" : "<", show(index.search.target));
}

const char* direction(const storage::Probe& probe) {
  if (probe.turn == storage::Turn::Hit) return ": exactly it";
  if (probe.kind == storage::ProbeKind::WarmCheck) {
    if (probe.turn == storage::Turn::Left) return ": not in the warm end";
    return probe.middle == 0 ? ": it is not before the index" : ": in the warm end";
  }
  return probe.turn == storage::Turn::Right ? ": go right" : ": go left";
}

std::string any_probe_text(const SearchedIndex& index, std::size_t p,
                           std::string (*show)(std::int64_t)) {
  const storage::Probe& probe = index.search.probes[p];
  const char* sign = probe.turn == storage::Turn::Hit     ? "="
                     : probe.turn == storage::Turn::Right ? "<"
                                                          : ">";
  const std::string text = fmt::format("probe {}: entry {}, {} {} {}", p + 1, probe.middle,
                                       show(probe.key), sign, show(index.search.target));
  if (p + 1 < index.search.probes.size()) return text + direction(probe);
  return text + ". So " + verdict(index, show);
}

}  // namespace

std::string probe_text(const SearchedIndex& index, std::size_t p) {
  return any_probe_text(index, p, digits);
}

std::string time_probe_text(const SearchedIndex& index, std::size_t p) {
  return any_probe_text(index, p, record_time_text);
}

std::string position_words(const Lookup& lookup) {
  const SearchedIndex& index = lookup.index;
  if (index.search.slot < 0) return "no entry is below: begin at byte 0 of the .log";
  return fmt::format("entry {} says: byte {} of the .log. Nothing before it is read",
                     index.search.slot, digits(lookup.start_position));
}

std::string batch_title_text(const ScannedBatch& batch) {
  return fmt::format("RecordBatch {} to {}, at byte {} of the .log",
                     digits(batch.header.base_offset), digits(batch.header.last_offset()),
                     digits(batch.position));
}

std::string scan_text(const Lookup& lookup, const ScannedBatch& batch) {
  const auto size = static_cast<std::int64_t>(batch.header.size_in_bytes());
  if (lookup.question.by_time) {
    const std::string newest = record_time_text(batch.header.max_timestamp);
    if (batch.hit) return fmt::format("maxTimestamp {}: new enough, open it", newest);
    return fmt::format("maxTimestamp {} is not enough: skip its {} bytes unread", newest,
                       digits(size));
  }
  const std::string last = digits(batch.header.last_offset());
  if (batch.hit) {
    return fmt::format("last offset {} ≥ {}: it is in here", last, digits(lookup.from));
  }
  return fmt::format("last offset {} < {}: skip its {} bytes unread", last, digits(lookup.from),
                     digits(size));
}

std::string record_text(const Lookup& lookup) {
  if (lookup.record < 0) {
    return "the record itself is gone (compacted away): readers go on with the next batch";
  }
  const std::int64_t delta =
      lookup.record_offset -
      lookup.batches[static_cast<std::size_t>(lookup.hit)].header.base_offset;
  const std::string number =
      fmt::format("record {} has offsetDelta {} in its batch", digits(lookup.record_offset), delta);
  if (lookup.question.by_time) {
    return fmt::format("{}: the first at or after that time, of {}", number,
                       record_time_text(lookup.record_timestamp_ms));
  }
  if (lookup.record_offset == lookup.question.value) return number;
  return fmt::format("offset {} was compacted away; {}", digits(lookup.question.value), number);
}

std::vector<int> fields_of_record(const Dissection& batch, std::int32_t record) {
  std::vector<int> found;
  const std::string prefix = fmt::format("records[{}].", record);
  for (std::size_t i = 0; i < batch.fields.size(); ++i) {
    if (batch.fields[i].name.starts_with(prefix)) found.push_back(static_cast<int>(i));
  }
  return found;
}

}  // namespace kscope::viewer
