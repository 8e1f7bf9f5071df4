// Goal: what a leader and a follower accept, what they refuse, and what the files hold afterwards.
// Method: append to a log on the simulated disk; compare bytes, offsets, events. Kafka:
// LogValidator, UnifiedLogTest.
#include "engine/base/checksums.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

ErrorCode refusal(Node& node, UnifiedLog& log, const Bytes& records,
                  AppendOrigin origin = AppendOrigin::Client) {
  const auto outcome = log.append_as_leader(node.env(), records, LeaderEpoch(0), origin);
  REQUIRE(outcome.ok());
  if (!outcome.value().refused) return ErrorCode::NONE;
  CHECK_FALSE(outcome.value().refused->reason.empty());
  return outcome.value().refused->error;
}

// A batch whose header was tampered with and whose CRC was made right again.
Bytes with_byte(Bytes batch, std::size_t at, std::uint8_t value) {
  batch[at] = value;
  const std::uint32_t crc = crc32c(ByteView(batch).subspan(21));
  for (std::size_t i = 0; i < 4; ++i) {
    batch[17 + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  }
  return batch;
}

}  // namespace

TEST_CASE("the leader gives out offsets and its epoch, outside of the CRC") {
  Node node;
  UnifiedLog log = open_log(node);
  CHECK(append(node, log, {.records = 3}, LeaderEpoch(7)).first == Offset(0));
  const AppendInfo second = append(node, log, {.records = 2}, LeaderEpoch(7));
  CHECK(second.first == Offset(3));
  CHECK(second.last == Offset(4));
  CHECK(second.max_timestamp_ms == kNowMs + 1);
  CHECK(log.log_end() == Offset(5));
  const auto headers = headers_of(node, log);
  REQUIRE(headers.size() == 2);
  CHECK(headers[1].base_offset == 3);
  CHECK(headers[1].partition_leader_epoch == 7);
  const auto read = log.read(node.env(), Offset(3), everything());
  CHECK(record::crc_is_valid(read.value().records));
}

TEST_CASE("the log file is exactly the batches, one after another") {
  Node node;
  UnifiedLog log = open_log(node);
  Bytes expected;
  for (int i = 0; i < 3; ++i) {
    append(node, log, {.records = 2}, LeaderEpoch(4));
    const Bytes batch = make_batch({.records = 2, .base_offset = 2 * i, .epoch = 4});
    expected.insert(expected.end(), batch.begin(), batch.end());
  }
  CHECK(node.disk.contents(kFirstLog).value() == expected);
}

TEST_CASE("every append is told: epoch start, batch, index entry") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 100;
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 3; ++i) append(node, log, {.records = 2});
  const auto batches = node.events<event::BatchAppended>();
  REQUIRE(batches.size() == 3);
  CHECK(batches[2].base == Offset(4));
  CHECK(batches[2].last == Offset(5));
  CHECK(node.events<event::LeaderEpochStarted>().size() == 1);
  const auto entries = node.events<event::IndexEntryAdded>();
  REQUIRE(entries.size() == 1);  // batches of 95 bytes: more than 100 have gone by at the third
  CHECK(entries[0].offset == Offset(5));
  CHECK(entries[0].position == 2 * batches[0].bytes);
}

TEST_CASE("an index entry holds the last offset of a batch and where the batch begins") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 150;
  UnifiedLog log = open_log(node, config);
  const auto size = static_cast<std::int32_t>(make_batch({.records = 2}).size());
  for (int i = 0; i < 6; ++i) append(node, log, {.records = 2, .timestamp_ms = kNowMs + 10 * i});
  const auto& entries = log.segments()[0].offset_index().entries(node.disk);
  REQUIRE(size > 75);
  REQUIRE(size <= 150);  // so that an entry comes with the third batch and the fifth
  REQUIRE(entries.size() == 2);
  CHECK(entries[0] == OffsetIndex::Entry{5, 2 * size});
  CHECK(entries[1] == OffsetIndex::Entry{9, 4 * size});
  const auto& times = log.segments()[0].time_index().entries(node.disk);
  REQUIRE(times.size() == 2);
  CHECK(times[0] == TimeIndex::Entry{kNowMs + 21, 5});
  CHECK(times[1] == TimeIndex::Entry{kNowMs + 41, 9});
}

TEST_CASE("the leader refuses what would spoil the log") {
  Node node;
  LogConfig config;
  config.max_message_bytes = 300;
  UnifiedLog log = open_log(node, config);
  const Bytes good = make_batch({.records = 2});

  Bytes flipped = good;
  flipped[70] ^= 1;
  CHECK(refusal(node, log, flipped) == ErrorCode::CORRUPT_MESSAGE);
  CHECK(refusal(node, log, Bytes(good.begin(), good.end() - 1)) == ErrorCode::CORRUPT_MESSAGE);
  CHECK(refusal(node, log, make_batch({.value_size = 400})) == ErrorCode::MESSAGE_TOO_LARGE);
  CHECK(refusal(node, log, {}) == ErrorCode::INVALID_RECORD);
  Bytes two = good;
  two.insert(two.end(), good.begin(), good.end());
  CHECK(refusal(node, log, two) == ErrorCode::INVALID_RECORD);
  Bytes old = good;
  old[16] = 1;
  CHECK(refusal(node, log, old) == ErrorCode::INVALID_RECORD);
  CHECK(refusal(node, log, with_byte(good, 60, 3)) == ErrorCode::INVALID_RECORD);    // count
  CHECK(refusal(node, log, with_byte(good, 22, 0x20)) == ErrorCode::INVALID_RECORD);  // control
  CHECK(refusal(node, log, with_byte(good, 22, 0x08)) == ErrorCode::INVALID_TIMESTAMP);
  CHECK(refusal(node, log, with_byte(good, 22, 0x07)) ==
        ErrorCode::UNSUPPORTED_COMPRESSION_TYPE);
  CHECK(refusal(node, log, with_byte(good, 22, 0x04)) == ErrorCode::INVALID_RECORD);  // not zstd
  CHECK(refusal(node, log, with_byte(good, 64, 9)) == ErrorCode::INVALID_RECORD);  // offset delta
  CHECK(refusal(node, log, with_byte(good, good.size() - 1, 4)) == ErrorCode::INVALID_RECORD);

  CHECK(log.log_end() == Offset(0));
  CHECK(node.disk.contents(kFirstLog).value().empty());
  CHECK(node.events<event::BatchAppended>().empty());
  CHECK(refusal(node, log, good) == ErrorCode::NONE);
}

TEST_CASE("coordinators and raft may append several batches at once, and control batches") {
  Node node;
  UnifiedLog log = open_log(node);
  Bytes two = make_batch({.records = 2});
  const Bytes control = with_byte(make_batch({}), 22, 0x20);
  two.insert(two.end(), control.begin(), control.end());
  CHECK(refusal(node, log, two, AppendOrigin::RaftLeader) == ErrorCode::NONE);
  CHECK(log.log_end() == Offset(3));
  CHECK(headers_of(node, log)[1].base_offset == 2);
}

TEST_CASE("timestamps out of range are refused with CreateTime and replaced with LogAppendTime") {
  Node node;
  LogConfig config;
  config.message_timestamp_before_max_ms = 1000;
  config.message_timestamp_after_max_ms = 500;
  UnifiedLog log = open_log(node, config);
  CHECK(refusal(node, log, make_batch({.timestamp_ms = kNowMs - 1000})) == ErrorCode::NONE);
  CHECK(refusal(node, log, make_batch({.timestamp_ms = kNowMs - 1001})) ==
        ErrorCode::INVALID_TIMESTAMP);
  CHECK(refusal(node, log, make_batch({.timestamp_ms = kNowMs + 500})) == ErrorCode::NONE);
  CHECK(refusal(node, log, make_batch({.timestamp_ms = kNowMs + 501})) ==
        ErrorCode::INVALID_TIMESTAMP);
  CHECK(refusal(node, log, make_batch({.records = 4, .timestamp_ms = kNowMs + 498})) ==
        ErrorCode::INVALID_TIMESTAMP);  // only its last record is too far ahead

  config.message_timestamp_is_append_time = true;
  log.set_config(config);
  node.clock_at_ms(kNowMs + 5000);
  const auto outcome =
      log.append_as_leader(node.env(), make_batch({.timestamp_ms = 12}), LeaderEpoch(0));
  CHECK(outcome.value().info->append_time_ms == kNowMs + 5000);
  const auto header = headers_of(node, log).back();
  CHECK(header.max_timestamp == kNowMs + 5000);
  CHECK(header.timestamp_type() == record::TimestampType::LogAppendTime);
  const auto read = log.read(node.env(), Offset(header.base_offset), everything());
  CHECK(record::crc_is_valid(read.value().records));
}

TEST_CASE("a maximum timestamp that a producer made up is put right") {
  Node node;
  UnifiedLog log = open_log(node);
  REQUIRE(refusal(node, log, with_byte(make_batch({.records = 2}), 38, 1)) == ErrorCode::NONE);
  CHECK(headers_of(node, log)[0].max_timestamp == kNowMs + 1);
  CHECK(record::crc_is_valid(log.read(node.env(), Offset(0), everything()).value().records));
}

TEST_CASE("a compressed batch keeps its bytes behind the stamped header") {
  for (const auto codec : {record::Codec::Gzip, record::Codec::Snappy, record::Codec::Lz4,
                           record::Codec::Zstd}) {
    Node node;
    UnifiedLog log = open_log(node);
    append(node, log);
    const BatchSpec spec{.records = 50, .value_size = 100, .codec = codec};
    append(node, log, spec);
    const Bytes sent = make_batch(spec);
    const Bytes stored = log.read(node.env(), Offset(1), everything()).value().records;
    REQUIRE(stored.size() == sent.size());
    CHECK(std::equal(sent.begin() + 16, sent.end(), stored.begin() + 16));
    CHECK(record::read_records(stored).value().back().offset == 50);
  }
}

TEST_CASE("a follower keeps the leader's offsets and epochs and ignores a torn batch at the end") {
  Node leader, follower;
  UnifiedLog source = open_log(leader);
  for (int i = 0; i < 5; ++i) append(leader, source, {.records = 2}, LeaderEpoch(i / 2));
  UnifiedLog copy = open_log(follower);
  Bytes bytes = source.read(leader.env(), Offset(0), everything()).value().records;
  bytes.resize(bytes.size() - 1);
  const auto appended = copy.append_as_follower(follower.env(), bytes);
  REQUIRE(appended.ok());
  CHECK(appended.value()->first == Offset(0));
  CHECK(appended.value()->last == Offset(7));
  CHECK(copy.log_end() == Offset(8));
  CHECK(copy.epochs().entries() ==
        std::vector<EpochEntry>{{LeaderEpoch(0), Offset(0)}, {LeaderEpoch(1), Offset(4)}});

  const auto rest = source.read(leader.env(), Offset(8), everything()).value().records;
  REQUIRE(copy.append_as_follower(follower.env(), rest).ok());
  CHECK(follower.disk.contents(kFirstLog).value() == leader.disk.contents(kFirstLog).value());
  CHECK(copy.epochs() == source.epochs());
  CHECK_FALSE(copy.append_as_follower(follower.env(), {}).value().has_value());
}

TEST_CASE("a follower refuses offsets that it has and bytes that are damaged (F6)") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 5});
  const auto again = log.append_as_follower(node.env(), make_batch({.base_offset = 4, .epoch = 0}));
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().kind == ErrorKind::Invalid);
  CHECK(again.error().message == "orders-0: offset 4 cannot be appended, the next one is 5");

  Bytes damaged = make_batch({.base_offset = 5, .epoch = 0});
  damaged.back() ^= 0x10;
  CHECK(log.append_as_follower(node.env(), damaged).error().kind == ErrorKind::Corrupt);
  CHECK(log.log_end() == Offset(5));
  CHECK(log.segments()[0].size() ==
        static_cast<std::int64_t>(node.disk.contents(kFirstLog).value().size()));
}

TEST_CASE("a full disk is an error of the environment, not a refusal") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log);
  node.disk.set_full(true);
  const auto outcome = log.append_as_leader(node.env(), make_batch({}), LeaderEpoch(0));
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().kind == ErrorKind::DiskFull);
  CHECK(outcome.error().message.find(kFirstLog) == 0);
  CHECK(log.log_end() == Offset(1));
}

TEST_CASE("flush.messages makes the log flush by itself") {
  Node node;
  LogConfig config;
  config.flush_messages = 3;
  UnifiedLog log = open_log(node, config);
  append(node, log);
  append(node, log);
  CHECK(log.recovery_point() == Offset(0));
  append(node, log);
  CHECK(log.recovery_point() == Offset(3));
  CHECK(node.events<event::LogFlushed>().back().up_to == Offset(3));
  CHECK(node.disk.unflushed_bytes() == 0);
}

TEST_CASE("flush.ms is due by the clock") {
  Node node;
  LogConfig config;
  config.flush_ms = 1000;
  UnifiedLog log = open_log(node, config);
  append(node, log);
  node.clock_at_ms(kNowMs + 999);
  REQUIRE(log.flush_if_due(node.env()).ok());
  CHECK(log.recovery_point() == Offset(0));
  node.clock_at_ms(kNowMs + 1000);
  REQUIRE(log.flush_if_due(node.env()).ok());
  CHECK(log.recovery_point() == Offset(1));
}
