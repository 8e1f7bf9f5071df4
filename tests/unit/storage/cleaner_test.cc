// Goal: what one pass of the cleaner leaves of a log: the newest record of each key, at its offset;
// tombstones until their horizon; what producers and transactions need.
// Method: small logs, one pass, the records that are left read back.
// Kafka: LogCleanerTest, MemoryRecordsTest (filterTo).
#include "engine/storage/cleaner.h"

#include "engine/storage/log_cleaner.h"
#include "tests/unit/storage/keyed_records.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

using Lines = std::vector<std::string>;

/// Everything before the active segment is cleaned, from `first_dirty` on.
Offset clean(Node& node, UnifiedLog& log, Offset first_dirty = Offset(0),
             const CleanerConfig& config = {}) {
  LogCleaner::CleanableOffsets offsets;
  offsets.first_dirty = first_dirty;
  offsets.first_uncleanable = log.segments().back().base_offset();
  const LogToClean cleanable =
      LogCleaner::measure(log, offsets, node.env().clock.wall_ms());
  const auto cleaned = Cleaner(config, node.env(), log).clean(cleanable);
  if (!cleaned.ok()) INFO(cleaned.error().message);
  REQUIRE(cleaned.ok());
  log.check();
  return *cleaned;
}

void roll(Node& node, UnifiedLog& log) {
  REQUIRE(log.roll(node.env(), event::RollReason::Forced).ok());
}

}  // namespace

TEST_CASE("K1:V1 K2:V2 K1:V3 K3:V4 K2:V5 becomes K1:V3 K3:V4 K2:V5") {
  for (const bool one_batch : {false, true}) {
    Node node;
    UnifiedLog log = open_log(node, compacted(1000));
    const std::vector<KeyValue> records{
        {"K1", "V1"}, {"K2", "V2"}, {"K1", "V3"}, {"K3", "V4"}, {"K2", "V5"}};
    if (one_batch) {
      append_keyed(node, log, {.records = records});
    } else {
      for (const KeyValue& record : records) put(node, log, record.key, record.value);
    }
    roll(node, log);
    CHECK(clean(node, log) == Offset(5));
    CHECK(contents_of(node, log) == Lines{"2 K1=V3", "3 K3=V4", "4 K2=V5"});
    CHECK(log.log_start() == Offset(0));
    CHECK(log.log_end() == Offset(5));
    const auto finished = node.events<event::CleanFinished>();
    REQUIRE(finished.size() == 1);
    CHECK(finished[0].records_before == 5);
    CHECK(finished[0].records_after == 3);
    CHECK(node.events<event::OffsetMapBuilt>().at(0).keys == 3);
    CHECK(node.events<event::SegmentsSwapped>().at(0).replaced == 1);
    // Offsets that are gone are passed over.
    const auto read = log.read(node.env(), Offset(1), everything());
    REQUIRE(read.ok());
    CHECK(read->first_offset == Offset(one_batch ? 0 : 2));
  }
}

TEST_CASE("a batch keeps its base and last offset, sequence and timestamps when records go") {
  Node node;
  UnifiedLog log = open_log(node, compacted(2000));
  for (const record::Codec codec : {record::Codec::None, record::Codec::Gzip}) {
    append_keyed(node, log,
                 {.records = {{"a", "1", kNowMs + 5}, {"b", "2", kNowMs + 7}, {"a", "3", kNowMs},
                              {"b", "4", kNowMs + 1}, {"c", "5", kNowMs + 2}, {"c", "6", kNowMs}},
                  .producer_id = 9,
                  .producer_epoch = 2,
                  .base_sequence = codec == record::Codec::None ? 34 : 40,
                  .codec = codec});
  }
  put(node, log, "c", "7");
  roll(node, log);
  clean(node, log);
  CHECK(contents_of(node, log) == Lines{"8 a=3", "9 b=4", "12 c=7"});
  const auto headers = headers_of(node, log);
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].base_offset == 6);
  CHECK(headers[0].last_offset() == 11);
  CHECK(headers[0].count == 2);
  CHECK(headers[0].producer_id == 9);
  CHECK(headers[0].producer_epoch == 2);
  CHECK(headers[0].base_sequence == 40);
  CHECK(headers[0].codec() == record::Codec::Gzip);
  CHECK(headers[0].base_timestamp == kNowMs);
  CHECK(headers[0].max_timestamp == kNowMs + 1);
}

TEST_CASE("the last batch of a live producer stays as an empty one, until it is forgotten") {
  Node node;
  UnifiedLog log = open_log(node, compacted(2000));
  for (int i = 0; i < 2; ++i) {
    append_keyed(node, log, {.records = {{"a", "old"}, {"b", "old"}},
                             .producer_id = 7,
                             .producer_epoch = 1,
                             .base_sequence = 2 * i});
  }
  append_keyed(node, log, {.records = {{"a", "new"}, {"b", "new"}}});
  roll(node, log);
  clean(node, log);
  CHECK(contents_of(node, log) == Lines{"4 a=new", "5 b=new"});
  auto headers = headers_of(node, log);
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].base_offset == 2);
  CHECK(headers[0].last_offset() == 3);
  CHECK(headers[0].count == 0);
  CHECK(headers[0].base_sequence == 2);
  CHECK(headers[0].producer_id == 7);
  CHECK(headers[0].max_timestamp == kNowMs);
  // A recovery understands it.
  node.disk.crash_process();
  UnifiedLog again = open_log(node, compacted(2000));
  CHECK(contents_of(node, again) == Lines{"4 a=new", "5 b=new"});
  CHECK(again.log_end() == Offset(6));
  node.clock_at_ms(kNowMs + LogConfig().producer_id_expiration_ms);
  put(node, again, "c", "1", kNowMs + LogConfig().producer_id_expiration_ms);
  roll(node, again);
  clean(node, again, Offset(6));
  CHECK(headers_of(node, again).size() == 2);
}

TEST_CASE("a tombstone gets a horizon with the first pass and goes with one after it") {
  Node node;
  LogConfig config = compacted(2000);
  config.delete_retention_ms = 5000;
  UnifiedLog log = open_log(node, config);
  put(node, log, "a", "1");
  append_keyed(node, log, {.records = {{"a", std::nullopt, kNowMs + 3}, {"b", "2", kNowMs + 1}}});
  roll(node, log);
  node.clock_at_ms(kNowMs + 1000);
  clean(node, log);
  CHECK(contents_of(node, log) == Lines{"1 a=null", "2 b=2"});
  auto header = headers_of(node, log).at(0);
  CHECK(header.delete_horizon_ms() == kNowMs + 6000);
  CHECK(header.base_timestamp == kNowMs + 6000);
  CHECK(header.max_timestamp == kNowMs + 3);

  // Its records' timestamps are unchanged, although the base timestamp is another now.
  const auto found = log.max_timestamp(node.env());
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->timestamp_ms == kNowMs + 3);

  put(node, log, "c", "3");
  roll(node, log);
  node.clock_at_ms(kNowMs + 5999);
  clean(node, log, Offset(3));
  CHECK(contents_of(node, log) == Lines{"1 a=null", "2 b=2", "3 c=3"});
  CHECK(headers_of(node, log).at(0).delete_horizon_ms() == kNowMs + 6000);  // it is not moved
  put(node, log, "c", "4");
  roll(node, log);
  node.clock_at_ms(kNowMs + 6000);
  node.sink.events.clear();
  clean(node, log, Offset(4));
  CHECK(contents_of(node, log) == Lines{"2 b=2", "4 c=4"});
  CHECK(node.events<event::CleanFinished>().at(0).tombstones_removed == 1);
}

TEST_CASE("a tombstone that is superseded goes at once, and hides nothing that is newer") {
  Node node;
  UnifiedLog log = open_log(node, compacted(2000));
  put(node, log, "a", "1");
  put(node, log, "a", std::nullopt);
  put(node, log, "a", "2");
  roll(node, log);
  clean(node, log);
  CHECK(contents_of(node, log) == Lines{"2 a=2"});
}

TEST_CASE("records without a key have no place in a compacted log") {
  Node node;
  LogConfig config = compacted(2000);
  config.cleanup_compact = false;
  UnifiedLog log = open_log(node, config);
  append(node, log, {.records = 2});
  put(node, log, "a", "1");
  roll(node, log);
  log.set_config(compacted(2000));
  clean(node, log);
  CHECK(contents_of(node, log) == Lines{"2 a=1"});
  // New ones are refused by the leader.
  const auto refused = log.append_as_leader(node.env(), make_batch({}), LeaderEpoch(0));
  REQUIRE(refused.ok());
  REQUIRE(refused->refused.has_value());
  CHECK(refused->refused->error == ErrorCode::INVALID_RECORD);
}

TEST_CASE("small segments are merged into one, as long as one may hold them") {
  Node node;
  LogConfig config = compacted(150);  // two batches of one record each
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 24; ++i) put(node, log, "k" + std::to_string(i % 6), std::to_string(i));
  REQUIRE(log.segments().size() == 12);
  clean(node, log);
  // The active segment, with 22 and 23, was not looked at.
  CHECK(contents_of(node, log) == Lines{"16 k4=16", "17 k5=17", "18 k0=18", "19 k1=19",
                                        "20 k2=20", "21 k3=21", "22 k4=22", "23 k5=23"});
  CHECK(log.segments().size() == 12);  // each was full when it was read
  put(node, log, "x", "1");
  roll(node, log);
  clean(node, log, Offset(22));
  // The empty ones and the half-full ones are one now: grouping goes by the sizes before.
  CHECK(log.segments().size() < 8);
  CHECK(log.segments().front().base_offset() == Offset(0));
  CHECK(contents_of(node, log) == Lines{"18 k0=18", "19 k1=19", "20 k2=20", "21 k3=21", "22 k4=22",
                                        "23 k5=23", "24 x=1"});
  node.clock_at_ms(kNowMs + 60'000);
  REQUIRE(log.remove_due_files(node.env()).ok());
  CHECK(count_suffix(file_names(node), ".log") == log.segments().size());
  CHECK(count_suffix(file_names(node), ".deleted") == 0);
}

TEST_CASE("groups end at the segment size, the index size and 2^31 offsets") {
  Node node;
  LogConfig config = compacted(150);
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 8; ++i) put(node, log, "k" + std::to_string(i), "v");
  REQUIRE(log.segments().size() == 4);
  const Offset all = log.segments().back().base_offset();
  const auto groups = [&] { return Cleaner::group_segments(log.segments(), config, all, all); };
  CHECK(groups() == std::vector<std::size_t>{1, 1, 1});
  config.segment_bytes = 2 * log.segments()[0].size();
  CHECK(groups() == std::vector<std::size_t>{2, 1});
  config.segment_bytes = 1'000'000;
  CHECK(groups() == std::vector<std::size_t>{3});
  config.segment_index_bytes = 11;  // each time index has one entry of 12 bytes
  CHECK(groups() == std::vector<std::size_t>{1, 1, 1});
  config.segment_index_bytes = 1000;
  const Offset far = log.segments()[0].base_offset() + INT32_MAX;
  CHECK(Cleaner::group_segments(log.segments(), config, all, far + 1) ==
        std::vector<std::size_t>{3});
  CHECK(Cleaner::group_segments(log.segments(), config, all, far + 2) ==
        std::vector<std::size_t>{2, 1});
}

TEST_CASE("a map that is too small cleans a part, and the next pass goes on from there") {
  Node node;
  CleanerConfig small;
  small.dedupe_buffer_size = 24 * 4;
  small.load_factor = 0.75;  // three keys
  UnifiedLog log = open_log(node, compacted(10'000));
  for (int i = 0; i < 12; ++i) put(node, log, "k" + std::to_string(i % 6), std::to_string(i));
  roll(node, log);
  const Offset first = clean(node, log, Offset(0), small);
  CHECK(first == Offset(3));
  CHECK(contents_of(node, log).size() == 12);  // what is beyond the map is untouched
  Offset at = first;
  for (int pass = 0; pass < 10 && at < Offset(12); ++pass) {
    const Offset next = clean(node, log, at, small);
    REQUIRE(next > at);
    at = next;
  }
  CHECK(contents_of(node, log) ==
        Lines{"6 k0=6", "7 k1=7", "8 k2=8", "9 k3=9", "10 k4=10", "11 k5=11"});
}

TEST_CASE("aborted records go, and markers outlive what they decide about") {
  Node node;
  LogConfig config = compacted(5000);
  config.delete_retention_ms = 1000;
  UnifiedLog log = open_log(node, config);
  const auto transactional = [&](std::int64_t producer, const std::string& value, int sequence) {
    append_keyed(node, log, {.records = {{"a", value}, {"only-" + value, value}},
                             .producer_id = producer,
                             .producer_epoch = 0,
                             .base_sequence = sequence,
                             .transactional = true});
  };
  transactional(1, "committed", 0);        // 0, 1
  append_marker(node, log, 1, 0, true);    // 2
  transactional(2, "aborted", 0);          // 3, 4
  append_marker(node, log, 2, 0, false);   // 5
  roll(node, log);
  clean(node, log);
  // The aborted value of "a" is not its newest. Producer 2's batch is its last: an empty one.
  CHECK(contents_of(node, log) ==
        Lines{"0 a=committed", "1 only-committed=committed", "2 marker", "5 marker"});
  REQUIRE(headers_of(node, log).size() == 4);
  CHECK(headers_of(node, log)[2].count == 0);
  CHECK_FALSE(headers_of(node, log)[1].delete_horizon_ms().has_value());

  // Producers forgotten, committed records superseded: then the markers have nothing to tell.
  const std::int64_t later = kNowMs + LogConfig().producer_id_expiration_ms;
  node.clock_at_ms(later);
  append_keyed(node, log, {.records = {{"a", "2", later}, {"only-committed", "2", later}}});
  const auto pass = [&](std::int64_t first_dirty, const std::string& value) {
    put(node, log, "z", value, later);
    roll(node, log);
    clean(node, log, Offset(first_dirty));
  };
  pass(6, "1");
  CHECK_FALSE(headers_of(node, log)[0].delete_horizon_ms().has_value());
  pass(9, "2");  // this one meets no record of theirs any more
  CHECK(contents_of(node, log) ==
        Lines{"2 marker", "5 marker", "6 a=2", "7 only-committed=2", "9 z=2"});
  CHECK(headers_of(node, log)[0].delete_horizon_ms() == later + 1000);
  node.clock_at_ms(later + 1000);
  pass(10, "3");
  CHECK(contents_of(node, log) == Lines{"6 a=2", "7 only-committed=2", "10 z=3"});
}

TEST_CASE("a bit that flipped makes a log uncleanable, and the cleaner writes nothing over it") {
  for (const std::int64_t byte : {67, 70, 120}) {  // a key, an offset, the second record
    Node node;
    UnifiedLog log = open_log(node, compacted(2000));
    put(node, log, "a", "1");
    put(node, log, "a", "2");
    roll(node, log);
    REQUIRE(log.flush(node.env()).ok());
    REQUIRE(node.disk.flip_bit(kFirstLog, byte, 3).ok());
    const auto before = node.disk.contents(kFirstLog);
    LogCleaner::CleanableOffsets offsets{Offset(0), Offset(2), false};
    const auto cleaned =
        Cleaner({}, node.env(), log).clean(LogCleaner::measure(log, offsets, kNowMs));
    REQUIRE_FALSE(cleaned.ok());
    CHECK(cleaned.error().kind == ErrorKind::Corrupt);
    CHECK(node.disk.contents(kFirstLog).value() == before.value());
    CHECK(count_suffix(file_names(node), ".cleaned") == 0);
  }
}
