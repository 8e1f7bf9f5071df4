// Goal: what the screen "Log & index" says about a look-up is what the engine did and what lies on
// the disk. Method: a real cluster writes a log of several segments; every look-up is held against
// the bytes, against a plain scan, and against the engine's words in the text mode.
#include "viewer/model/lookup.h"

#include <algorithm>

#include "engine/base/byte_io.h"
#include "engine/sim/scenario_runner.h"
#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/log_desk.h"

namespace kscope::viewer {

using testing::kLogOfOrders;
using testing::played;

namespace {

const TopicPartition kLookedUp{"orders", 0};

LookupQuestion at_offset(std::int64_t offset) { return {1, kLookedUp, false, offset}; }

/// Every record of the log, in order, by reading all of it.
std::vector<record::Record> whole_log(const Machine& machine, std::int32_t node) {
  std::vector<record::Record> all;
  for (const StoredFile& file : machine.stored_files(node)) {
    if (!file.path.starts_with("orders-0/") || !file.path.ends_with(".log")) continue;
    const Bytes bytes = *machine.stored_bytes(node, file.path);
    for (std::size_t at = 0; at < bytes.size();) {
      const auto header = record::parse_header(ByteView(bytes).subspan(at));
      REQUIRE(header.ok());
      const auto records =
          record::read_records(ByteView(bytes).subspan(at, header->size_in_bytes()));
      REQUIRE(records.ok());
      all.insert(all.end(), records->begin(), records->end());
      at += header->size_in_bytes();
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every offset of a log is found, in its segment, with rising costs") {
  const auto machine = played(kLogOfOrders);
  const auto records = whole_log(*machine, 1);
  REQUIRE(records.size() == 300);
  for (std::size_t i = 0; i < records.size(); i += 7) {
    const Lookup l = build_lookup(*machine, at_offset(records[i].offset));
    INFO(records[i].offset << ": " << l.problem);
    REQUIRE(l.problem.empty());
    CHECK(l.record_offset == records[i].offset);
    CHECK(l.record_timestamp_ms == records[i].timestamp_ms);
    REQUIRE(l.chosen() != nullptr);
    CHECK(l.chosen()->base <= records[i].offset);
    CHECK(records[i].offset < l.chosen()->end);
    CHECK(l.segments.size() >= 3);
    CHECK(l.full_scan_bytes > 0);
    std::int64_t read = 0;
    std::int32_t probes = 0;
    for (const LookupStep& step : l.steps) {
      CHECK(step.bytes_read >= read);
      CHECK(step.probes >= probes);
      CHECK_FALSE(step.text.empty());
      read = step.bytes_read;
      probes = step.probes;
    }
    CHECK(l.steps.front().stage == LookupStage::Segment);
    CHECK(l.steps.back().stage == LookupStage::Record);
  }
}

TEST_CASE("the probes are entries of the file, and the scan begins where the floor points") {
  const auto machine = played(kLogOfOrders);
  const Lookup l = build_lookup(*machine, at_offset(200));
  const Bytes file = *machine->stored_bytes(1, l.index.path);
  REQUIRE(file.size() == l.index.entries.size() * 8);
  for (std::size_t i = 0; i < l.index.entries.size(); ++i) {
    ByteReader reader(ByteView(file).subspan(i * 8, 8));
    CHECK(reader.i32() == l.index.entries[i].key);
    CHECK(reader.i32() == l.index.entries[i].value);
    const record::FieldSpan& key = l.index.bytes.fields[i * 2];
    CHECK(key.begin == i * 8);
    CHECK(key.end == i * 8 + 4);
    CHECK(key.value == std::to_string(l.index.entries[i].key));
  }
  REQUIRE_FALSE(l.index.search.probes.empty());
  const std::int32_t floor = l.index.search.slot;
  REQUIRE(floor >= 0);
  const auto slot = static_cast<std::size_t>(floor);
  CHECK(l.index.entries[slot].key <= 200 - l.chosen()->base);
  CHECK(l.start_position == l.index.entries[slot].value);
  REQUIRE_FALSE(l.batches.empty());
  CHECK(l.batches.front().position == l.start_position);
  CHECK(l.batches[static_cast<std::size_t>(l.hit)].hit);
  CHECK(std::count_if(l.batches.begin(), l.batches.end(),
                      [](const ScannedBatch& b) { return b.hit; }) == 1);
}

TEST_CASE("the record's fields name the bytes that hold them") {
  const auto machine = played(kLogOfOrders);
  const Lookup l = build_lookup(*machine, at_offset(137));
  REQUIRE(l.record_fields.size() >= 6);
  const auto field = [&](const std::string& name) -> const record::FieldSpan& {
    for (const int i : l.record_fields) {
      const record::FieldSpan& f = l.batch.fields[static_cast<std::size_t>(i)];
      if (f.name.ends_with("." + name)) return f;
    }
    FAIL("no field " << name);
    return l.batch.fields.front();
  };
  const record::FieldSpan& key = field("key");
  const ByteView bytes = ByteView(l.batch.bytes).subspan(key.begin, key.end - key.begin);
  CHECK(std::string(text_of(bytes)).find("order") != std::string::npos);
  CHECK(record::crc_is_valid(l.batch.bytes));
}

TEST_CASE("a look-up by time finds the first record that is not older") {
  const auto machine = played(kLogOfOrders);
  const auto records = whole_log(*machine, 1);
  for (std::size_t i = 3; i < records.size(); i += 23) {
    for (const std::int64_t wanted : {records[i].timestamp_ms, records[i].timestamp_ms - 3}) {
      const auto expected =
          std::find_if(records.begin(), records.end(),
                       [&](const record::Record& r) { return r.timestamp_ms >= wanted; });
      const Lookup l = build_lookup(*machine, {1, kLookedUp, true, wanted});
      REQUIRE(l.problem.empty());
      CHECK(l.record_offset == expected->offset);
      CHECK(l.steps[1].stage == LookupStage::TimeIndex);
    }
  }
  const Lookup none = build_lookup(*machine, {1, kLookedUp, true, records.back().timestamp_ms + 1});
  CHECK(none.problem.find("ListOffsets answers -1") != std::string::npos);
}

TEST_CASE("a question that has no answer says why, in Kafka's words") {
  const auto machine = played(kLogOfOrders);
  const Lookup beyond = build_lookup(*machine, at_offset(5000));
  CHECK(beyond.problem.find("OFFSET_OUT_OF_RANGE") != std::string::npos);
  CHECK(beyond.problem.find("0 to 299") != std::string::npos);
  const Lookup end = build_lookup(*machine, at_offset(300));
  CHECK(end.problem.find("log end") != std::string::npos);
  const Lookup nowhere = build_lookup(*machine, {1, {"nothing", 3}, false, 0});
  CHECK(nowhere.problem.find("no log of nothing-3") != std::string::npos);
}

TEST_CASE("questions are understood as people write them") {
  CHECK(*parse_lookup_value("368 801", false) == 368801);
  CHECK(*parse_lookup_value("offset 12", false) == 12);
  CHECK_FALSE(parse_lookup_value("twelve", false).ok());
  CHECK_FALSE(parse_lookup_value("-4", false).ok());
  CHECK(*parse_lookup_value("t = 3.2 s", true) == kWallMillisAtStart + 3200);
  CHECK(*parse_lookup_value("1704067203200", true) == 1704067203200);
  const auto machine = played(kLogOfOrders);
  const auto leader = parse_lookup(*machine, "orders-0@41");
  REQUIRE(leader.ok());
  CHECK(*leader == LookupQuestion{1, kLookedUp, false, 41});
  const auto other = parse_lookup(*machine, "3:orders-0@t=5s");
  REQUIRE(other.ok());
  CHECK(*other == LookupQuestion{3, kLookedUp, true, kWallMillisAtStart + 5000});
  for (const char* bad : {"orders-0", "orders@4", "@4", "x:orders-0@4", "nothing-0@4"}) {
    CHECK_FALSE(parse_lookup(*machine, bad).ok());
  }
}

TEST_CASE("in plain characters every step is told once, and the answer last") {
  const auto machine = played(kLogOfOrders);
  const Lookup l = build_lookup(*machine, at_offset(200));
  const std::string text = lookup_text(l, 100);
  for (const LookupStep& step : l.steps) {
    INFO(step.text);
    CHECK(text.find(step.text.substr(0, 40)) != std::string::npos);
  }
  CHECK(text.find("answer: record 200") != std::string::npos);
}

TEST_CASE("a broker that is down is asked by its files, with the torn tail named") {
  auto machine = played(kLogOfOrders);
  REQUIRE(machine->act("crash broker 3").ok());
  const Lookup l = build_lookup(*machine, {3, kLookedUp, false, 120});
  CHECK(l.problem.empty());
  CHECK(l.record_offset == 120);
}

TEST_CASE("an index with many entries shows the answer, the probes and the ends") {
  SearchedIndex index;
  for (int i = 0; i < 1000; ++i) index.entries.push_back({i * 5, i * 4096});
  index.search.slot = 612;
  for (const int slot : {0, 500, 750, 625, 562, 593, 609, 617, 613, 611, 612}) {
    index.search.probes.push_back({storage::ProbeKind::Halving, 0, slot, 999, slot * 5, 0, {}});
  }
  const auto slots = slots_to_show(index, 8);
  CHECK(slots.size() == 8);
  CHECK(std::is_sorted(slots.begin(), slots.end()));
  for (const int needed : {612, 613}) {
    CHECK(std::find(slots.begin(), slots.end(), needed) != slots.end());
  }
  CHECK(slots_to_show(index, 2000).size() == 1000);
  CHECK(window_around(100, 50, 5) == std::vector<std::int32_t>{0, 49, 50, 51, 99});
  CHECK(window_around(2, 9, 5) == std::vector<std::int32_t>{0, 1});
  CHECK(window_around(0, 0, 5).empty());
}

}  // namespace kscope::viewer
