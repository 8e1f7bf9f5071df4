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

SlotRange range_before(const IndexSearch& search, std::size_t p) {
  SlotRange range{0, static_cast<std::int32_t>(search.entries.size())};
  for (std::size_t i = 0; i < p && i < search.probes.size(); ++i) {
    const std::int32_t slot = search.probes[i];
    if (search.entries[static_cast<std::size_t>(slot)].key <= search.target) {
      range.low = slot + 1;
    } else {
      range.high = slot;
    }
  }
  return range;
}

std::int32_t floor_of(const IndexSearch& search) {
  return range_before(search, search.probes.size()).low - 1;
}

Dissection dissect_index(const IndexSearch& search, const Machine& machine, std::int32_t node,
                         std::int64_t entry_size) {
  Dissection d;
  d.title = search.path;
  Result<Bytes> bytes = machine.stored_bytes(node, search.path);
  if (!bytes.ok()) {
    d.problem = bytes.error().message;
    return d;
  }
  d.bytes = std::move(*bytes);
  const bool time = entry_size == 12;
  const auto size = static_cast<std::size_t>(entry_size);
  const std::size_t first = time ? 8 : 4;
  for (std::size_t i = 0; i < search.entries.size(); ++i) {
    const IndexSearch::Entry& e = search.entries[i];
    const std::size_t at = i * size;
    if (at + size > d.bytes.size()) break;
    d.fields.push_back({time ? "timestamp" : "relativeOffset", std::to_string(e.key), at,
                        at + first, 0, false});
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
std::string verdict(const IndexSearch& search, const std::string& next_key) {
  if (search.floor < 0) return "even the first entry is beyond it";
  const bool last = search.floor + 1 == static_cast<std::int32_t>(search.entries.size());
  const std::string name = fmt::format("entry {} is the floor", search.floor);
  return last ? name + ", nothing comes after it" : fmt::format("{}, next {}", name, next_key);
}

std::string any_probe_text(const IndexSearch& search, std::size_t p,
                           std::string (*show)(std::int64_t)) {
  const std::int32_t slot = search.probes[p];
  const std::int64_t key = search.entries[static_cast<std::size_t>(slot)].key;
  const bool below = key <= search.target;
  std::string text = fmt::format("probe {}: entry {}, {} {} {}", p + 1, slot, show(key),
                                 below ? "≤" : ">", show(search.target));
  if (p + 1 < search.probes.size()) return text + (below ? ": go right" : ": go left");
  const auto next = static_cast<std::size_t>(search.floor + 1);
  const std::string beyond =
      next < search.entries.size()
          ? fmt::format("{} > {}", show(search.entries[next].key), show(search.target))
          : std::string();
  return text + ": " + verdict(search, beyond);
}

}  // namespace

std::string probe_text(const IndexSearch& search, std::size_t p) {
  return any_probe_text(search, p, digits);
}

std::string time_probe_text(const IndexSearch& search, std::size_t p) {
  return any_probe_text(search, p, record_time_text);
}

std::string position_text(const IndexSearch& search, std::int64_t position) {
  if (search.floor < 0) return "no entry is below: begin at position 0 of the .log";
  return fmt::format("entry {} says: byte {} of the .log. Nothing before it is read", search.floor,
                     digits(position));
}

std::string batch_title(const ScannedBatch& batch) {
  return fmt::format("RecordBatch {} to {} at byte {}", digits(batch.header.base_offset),
                     digits(batch.header.last_offset()), digits(batch.position));
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
  const std::string number = fmt::format("record {} is number {} of its batch",
                                         digits(lookup.record_offset), lookup.record);
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
