#include "engine/storage/traced_lookup.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/storage/file_names.h"
#include "engine/storage/record_search.h"

namespace kscope::storage {

namespace {

const LogSegment& segment_at(const UnifiedLog& log, Offset base) {
  const auto found = std::find_if(log.segments().begin(), log.segments().end(),
                                  [base](const LogSegment& s) { return s.base_offset() == base; });
  KCHECK(found != log.segments().end());
  return *found;
}

// Opens the batch that the trace ended at, to tell its epoch and, by offset, to walk its records.
Result<void> finish(const env::Disk& disk, const UnifiedLog& log, Offset wanted,
                    TracedLookup& lookup) {
  SegmentLookup& visit = lookup.trace.visits.back();
  const LogSegment& segment = segment_at(log, visit.base);
  const BatchProbe& batch = visit.batches.back();
  KTRY_ASSIGN(const Bytes bytes, segment.read(disk, batch.position, batch.size));
  KTRY_ASSIGN(const record::BatchHeader header, record::parse_header(bytes));
  if (!lookup.trace.by_time) {
    const auto record = find_record(
        bytes, [wanted](const RecordProbe& r) { return r.offset >= wanted; }, &visit.records);
    if (!record.ok()) return in_file(segment.log_path(), record.error());
    if (!*record) return {};  // compaction has emptied the batch from there on
  }
  lookup.found = TracedLookup::Found{visit.base, batch, visit.records.back(),
                                     LeaderEpoch(header.partition_leader_epoch)};
  return {};
}

}  // namespace

Result<TracedLookup> trace_offset_lookup(const env::Disk& disk, const UnifiedLog& log,
                                         Offset offset) {
  TracedLookup lookup;
  KTRY_ASSIGN(const auto located, log.locate(disk, offset, &lookup.trace));
  if (located) KTRY(finish(disk, log, offset, lookup));
  return lookup;
}

Result<TracedLookup> trace_time_lookup(const env::Disk& disk, const UnifiedLog& log,
                                       std::int64_t timestamp_ms) {
  TracedLookup lookup;
  KTRY_ASSIGN(const auto found, log.locate_time(disk, timestamp_ms, &lookup.trace));
  if (found) KTRY(finish(disk, log, found->offset, lookup));
  return lookup;
}

namespace {

using Lines = std::vector<std::string>;

const char* verdict(Turn turn) {
  switch (turn) {
    case Turn::Left:
      return "too large, look left";
    case Turn::Right:
      return "not larger, look right";
    case Turn::Hit:
      return "exactly this one";
  }
  return "";
}

void tell_segments(const LookupTrace& trace, Lines& lines) {
  for (const Probe& probe : trace.segments) {
    if (trace.by_time) {
      lines.push_back(fmt::format("segment {} of {}: its newest timestamp is {}: {}",
                                  probe.middle + 1, trace.segment_count, probe.key,
                                  probe.turn == Turn::Hit ? "new enough" : "too old, skip it"));
    } else {
      lines.push_back(fmt::format("segments {} to {}: number {} has base offset {}: {}",
                                  probe.low + 1, probe.high + 1, probe.middle + 1, probe.key,
                                  verdict(probe.turn)));
    }
  }
}

void tell_index(const char* name, const char* key, const char* value, const IndexSearch& search,
                Lines& lines) {
  for (const Probe& probe : search.probes) {
    const std::string where = probe.kind == ProbeKind::WarmCheck ? "first slot of its warm end"
                              : probe.kind == ProbeKind::FirstCheck
                                  ? "its very first slot"
                                  : fmt::format("slots {} to {}", probe.low, probe.high);
    lines.push_back(fmt::format("{}, {}: slot {} has {} {} -> {} {}: {}", name, where, probe.middle,
                                key, probe.key, value, probe.value, verdict(probe.turn)));
  }
  if (search.slot < 0) {
    lines.push_back(fmt::format("{}: no entry is at or below {}", name, search.target));
  } else {
    lines.push_back(fmt::format("{}: slot {} is the last at or below {}: {} {}", name, search.slot,
                                search.target, value, search.value));
  }
}

void tell_visit(const SegmentLookup& visit, Lines& lines) {
  lines.push_back(fmt::format("open the segment with base offset {} ({} bytes)", visit.base.value(),
                              visit.size));
  if (visit.time_index) {
    tell_index("time index", "timestamp", "relative offset", *visit.time_index, lines);
  }
  if (visit.offset_index) {
    lines.push_back(
        fmt::format("relative offset {} = offset {} - base offset {}", visit.offset_index->target,
                    visit.base.value() + visit.offset_index->target, visit.base.value()));
    tell_index("offset index", "relative offset", "position", *visit.offset_index, lines);
  }
  lines.push_back(fmt::format("scan the .log file from position {}", visit.scan_from));
  for (const BatchProbe& batch : visit.batches) {
    lines.push_back(fmt::format("position {}: batch {} to {}, {} bytes, newest timestamp {}: {}",
                                batch.position, batch.base.value(), batch.last.value(), batch.size,
                                batch.max_timestamp_ms, batch.taken ? "open it" : "skip it"));
  }
  for (const RecordProbe& record : visit.records) {
    lines.push_back(fmt::format("bytes {} to {}{}: record {}, timestamp {}: {}", record.begin,
                                record.end, record.decompressed ? " decompressed" : "",
                                record.offset.value(), record.timestamp_ms,
                                record.taken ? "found" : "skip it"));
  }
}

}  // namespace

std::vector<std::string> in_words(const TracedLookup& lookup) {
  Lines lines;
  tell_segments(lookup.trace, lines);
  for (const SegmentLookup& visit : lookup.trace.visits) tell_visit(visit, lines);
  if (!lookup.found) lines.push_back("there is no such record in this log");
  return lines;
}

}  // namespace kscope::storage
