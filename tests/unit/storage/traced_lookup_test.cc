// Goal: what a trace shows is what the look-up did. Method: random logs; every row of every trace
// is held against the files (the entry at that slot, the header at that position, the record at
// those bytes), every search is replayed from its rows, and the answers against those without a
// trace. Kafka: AbstractIndex.binarySearch, LogSegment.translateOffset, findOffsetByTimestamp.
#include "engine/storage/traced_lookup.h"

#include "engine/base/byte_io.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

struct RandomLog {
  explicit RandomLog(std::uint64_t seed) : random(seed) {
    LogConfig config;
    config.index_interval_bytes = random.between(std::int64_t{1}, std::int64_t{600});
    config.segment_bytes = random.between(std::int64_t{2000}, std::int64_t{9000});
    log = open_log(node, config);
    const int count = static_cast<int>(random.between(std::int64_t{1}, std::int64_t{100}));
    for (int i = 0; i < count; ++i) {
      BatchSpec spec;
      spec.records = static_cast<int>(random.between(std::int64_t{1}, std::int64_t{6}));
      spec.value_size = random.below(150);
      spec.timestamp_ms = kNowMs + random.between(std::int64_t{-300}, std::int64_t{300});
      if (random.chance(1, 3)) spec.codec = record::Codec::Lz4;
      append(node, log, spec, LeaderEpoch(4));
    }
  }
  env::Random random;
  Node node;
  UnifiedLog log;
};

// Replays the rows of a search: each row's slots must follow from the verdict of the one before.
void check_search(const IndexSearch& search,
                  const std::vector<std::pair<std::int64_t, std::int64_t>>& entries) {
  REQUIRE(search.entries == static_cast<std::int32_t>(entries.size()));
  std::int32_t expected = -1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].first <= search.target) expected = static_cast<std::int32_t>(i);
  }
  REQUIRE(search.slot == expected);
  const Probe* before = nullptr;
  for (const Probe& probe : search.probes) {
    const auto& entry = entries.at(static_cast<std::size_t>(probe.middle));
    REQUIRE(std::pair(probe.key, probe.value) == entry);
    REQUIRE(probe.low <= probe.middle);
    REQUIRE(probe.middle <= probe.high);
    const bool follows = before != nullptr && before->kind == ProbeKind::Halving;
    if (follows && before->turn == Turn::Left) REQUIRE(probe.high == before->middle - 1);
    if (follows && before->turn == Turn::Right) REQUIRE(probe.low == before->middle);
    const Turn turn = entry.first == search.target  ? Turn::Hit
                      : entry.first > search.target ? Turn::Left
                                                    : Turn::Right;
    REQUIRE(probe.turn == turn);
    before = &probe;
  }
}

const LogSegment& segment_of(const UnifiedLog& log, Offset base) {
  for (const LogSegment& segment : log.segments()) {
    if (segment.base_offset() == base) return segment;
  }
  FAIL("no such segment");
  return log.segments().front();
}

void check_batches(const Node& node, const LogSegment& segment, const SegmentLookup& visit) {
  std::int64_t position = visit.scan_from;
  const Bytes bytes = segment.read(node.disk, 0, segment.size()).value();
  for (const BatchProbe& batch : visit.batches) {
    REQUIRE(batch.position == position);
    const auto header =
        record::parse_header(ByteView(bytes).subspan(static_cast<std::size_t>(position))).value();
    REQUIRE(batch.base == Offset(header.base_offset));
    REQUIRE(batch.last == Offset(header.last_offset()));
    REQUIRE(batch.max_timestamp_ms == header.max_timestamp);
    position += batch.size;
  }
}

void check_visit(const Node& node, const UnifiedLog& log, const SegmentLookup& visit) {
  const LogSegment& segment = segment_of(log, visit.base);
  std::vector<std::pair<std::int64_t, std::int64_t>> offsets, times;
  for (const auto& e : segment.offset_index().entries(node.disk)) {
    offsets.emplace_back(e.relative_offset, e.position);
  }
  for (const auto& e : segment.time_index().entries(node.disk)) {
    times.emplace_back(e.timestamp, e.relative_offset);
  }
  REQUIRE(visit.offset_index.has_value());
  check_search(*visit.offset_index, offsets);
  if (visit.time_index) check_search(*visit.time_index, times);
  REQUIRE(visit.scan_from == (visit.offset_index->slot < 0 ? 0 : visit.offset_index->value));
  check_batches(node, segment, visit);
}

// The bytes of the record that was found hold its offset delta: attributes, then two varints.
void check_found(const Node& node, const UnifiedLog& log, const TracedLookup::Found& found) {
  const LogSegment& segment = segment_of(log, found.segment);
  const Bytes batch = segment.read(node.disk, found.batch.position, found.batch.size).value();
  const ByteView stored = ByteView(batch).subspan(record::kBatchOverhead);
  const Bytes block =
      found.record.decompressed
          ? record::decompress(record::parse_header(batch).value().codec(), stored).value()
          : batch;
  REQUIRE(found.record.end <= block.size());
  ByteReader reader(ByteView(block).subspan(found.record.begin));
  const std::int32_t length = reader.varint();
  REQUIRE(reader.position() + static_cast<std::size_t>(length) ==
          found.record.end - found.record.begin);
  reader.skip(1);
  reader.varlong();
  REQUIRE(found.record.offset == found.batch.base + reader.varint());
  REQUIRE(found.epoch == LeaderEpoch(4));
}

}  // namespace

TEST_CASE("each row of a look-up by offset is what the files hold, and leads to the record") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    RandomLog r(seed);
    for (Offset offset; offset < r.log.log_end(); offset = offset + 1) {
      const auto lookup = trace_offset_lookup(r.node.disk, r.log, offset).value();
      REQUIRE(lookup.found.has_value());
      REQUIRE(lookup.found->record.offset == offset);
      const auto plain = r.log.locate(r.node.disk, offset).value();
      REQUIRE(plain->batch.position == lookup.found->batch.position);
      REQUIRE(lookup.trace.visits.size() == 1);
      for (const Probe& probe : lookup.trace.segments) {
        const auto& segment = r.log.segments()[static_cast<std::size_t>(probe.middle)];
        REQUIRE(Offset(probe.key) == segment.base_offset());
      }
      check_visit(r.node, r.log, lookup.trace.visits.front());
      check_found(r.node, r.log, *lookup.found);
    }
    CHECK_FALSE(trace_offset_lookup(r.node.disk, r.log, r.log.log_end()).value().found);
  }
}

TEST_CASE("each row of a look-up by time is what the files hold, and leads to the record") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    RandomLog r(seed);
    for (std::int64_t time = kNowMs - 310; time < kNowMs + 320; time += 3) {
      const auto lookup = trace_time_lookup(r.node.disk, r.log, time).value();
      const auto plain = r.log.offset_for_timestamp(r.node.env(), time).value();
      REQUIRE(plain.has_value() == lookup.found.has_value());
      for (const SegmentLookup& visit : lookup.trace.visits) check_visit(r.node, r.log, visit);
      REQUIRE(lookup.trace.segments.size() >= (plain ? 1u : r.log.segments().size()));
      if (!plain) continue;
      REQUIRE(lookup.found->record.offset == plain->offset);
      REQUIRE(lookup.found->record.timestamp_ms == plain->timestamp_ms);
      check_found(r.node, r.log, *lookup.found);
    }
  }
}

TEST_CASE("a look-up can be told in words, with every number in them") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 100;
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 4; ++i) append(node, log, {.records = 2});
  const auto lookup = trace_offset_lookup(node.disk, log, Offset(5)).value();
  CHECK(in_words(lookup) ==
        std::vector<std::string>{
            "open the segment with base offset 0 (380 bytes)",
            "relative offset 5 = offset 5 - base offset 0",
            "offset index, first slot of its warm end: slot 0 has relative offset 5 -> position "
            "190: exactly this one",
            "offset index, its very first slot: slot 0 has relative offset 5 -> position 190: "
            "exactly this one",
            "offset index: slot 0 is the last at or below 5: position 190",
            "scan the .log file from position 190",
            "position 190: batch 4 to 5, 95 bytes, newest timestamp 1704067200001: open it",
            "bytes 61 to 78: record 4, timestamp 1704067200000: skip it",
            "bytes 78 to 95: record 5, timestamp 1704067200001: found"});
  CHECK(in_words(trace_offset_lookup(node.disk, log, Offset(99)).value()) ==
        std::vector<std::string>{"there is no such record in this log"});
}
