// Goal: a log rolls for each of Kafka's reasons, and is cut back to batch boundaries in order and
// completely: files, indexes, epochs, recovery point. Method: one log for each case. Kafka:
// LogSegment.shouldRoll, LocalLog.roll, UnifiedLog.truncateTo.
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

std::vector<event::RollReason> roll_reasons(const Node& node) {
  std::vector<event::RollReason> reasons;
  for (const auto& rolled : node.events<event::SegmentRolled>()) reasons.push_back(rolled.reason);
  return reasons;
}

using Reasons = std::vector<event::RollReason>;

}  // namespace

TEST_CASE("a segment that would exceed segment.bytes makes way for the next") {
  Node node;
  LogConfig config;
  config.segment_bytes = static_cast<std::int64_t>(2 * make_batch({}).size());
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 5; ++i) append(node, log);
  REQUIRE(log.segments().size() == 3);
  CHECK(log.segments()[1].base_offset() == Offset(2));
  CHECK(log.segments()[2].base_offset() == Offset(4));
  CHECK(node.disk.exists("orders-0/00000000000000000004.timeindex"));
  CHECK(roll_reasons(node) == Reasons{event::RollReason::Size, event::RollReason::Size});
  CHECK(log.recovery_point() == Offset(4));  // a segment is made safe before the next begins
}

TEST_CASE("records older than segment.ms make the log roll with the next newer record") {
  Node node;
  LogConfig config;
  config.segment_ms = 1000;
  UnifiedLog log = open_log(node, config);
  append(node, log, {.timestamp_ms = kNowMs});
  append(node, log, {.timestamp_ms = kNowMs + 1000});
  CHECK(log.segments().size() == 1);
  append(node, log, {.timestamp_ms = kNowMs + 1001});
  CHECK(log.segments().size() == 2);
  CHECK(roll_reasons(node) == Reasons{event::RollReason::Time});
}

TEST_CASE("a quiet log rolls on a timer, but never an empty one") {
  Node node;
  LogConfig config;
  config.segment_ms = 1000;
  UnifiedLog log = open_log(node, config);
  node.clock_at_ms(kNowMs + 5000);
  REQUIRE(log.roll_if_due(node.env()).ok());
  CHECK(log.segments().size() == 1);
  append(node, log, {.timestamp_ms = kNowMs + 5000});
  node.clock_at_ms(kNowMs + 6001);
  REQUIRE(log.roll_if_due(node.env()).ok());
  CHECK(log.segments().size() == 2);
  REQUIRE(log.roll_if_due(node.env()).ok());
  CHECK(log.segments().size() == 2);
}

TEST_CASE("a full index makes the log roll") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 0;
  config.segment_index_bytes = 4 * 12;  // three time entries and the one kept free
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 10; ++i) append(node, log, {.timestamp_ms = kNowMs + i});
  CHECK(log.segments().size() == 3);
  CHECK(log.segments()[0].time_index().entries(node.disk).size() == 3);
  CHECK(roll_reasons(node) ==
        Reasons{event::RollReason::IndexFull, event::RollReason::IndexFull});
}

TEST_CASE("an offset that is too far from the base needs a new segment") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log);
  const std::int64_t far = 3'000'000'000;
  REQUIRE(log.append_as_follower(node.env(), make_batch({.base_offset = far, .epoch = 0})).ok());
  REQUIRE(log.segments().size() == 2);
  CHECK(log.segments()[1].base_offset() == Offset(far));
  CHECK(roll_reasons(node) == Reasons{event::RollReason::OffsetOverflow});
  CHECK(log.read(node.env(), Offset(far), everything()).value().first_offset == Offset(far));
  // Nothing is between the two: whoever asks for it gets what comes next.
  CHECK(log.read(node.env(), Offset(1), everything()).value().first_offset == Offset(far));
}

TEST_CASE("truncation cuts to the batch boundary at or below the offset") {
  for (std::int64_t to = 0; to <= 9; ++to) {
    Node node;
    UnifiedLog log = open_log(node);
    for (int i = 0; i < 3; ++i) append(node, log, {.records = 3}, LeaderEpoch(i));
    REQUIRE(log.flush(node.env()).ok());
    REQUIRE(log.truncate_to(node.env(), Offset(to), event::TruncateReason::DivergingEpoch).ok());
    const std::int64_t expected = to - to % 3;
    REQUIRE(log.log_end() == Offset(expected));
    REQUIRE(log.recovery_point() == Offset(expected));
    REQUIRE(headers_of(node, log).size() == static_cast<std::size_t>(expected / 3));
    REQUIRE(log.epochs().entries().size() == static_cast<std::size_t>(expected / 3));
    REQUIRE(text_file(node.disk, "orders-0/leader-epoch-checkpoint") ==
            log.epochs().to_checkpoint());
    REQUIRE(node.events<event::LogTruncated>().size() == (to < 9 ? 1 : 0));
    log.check();
  }
}

TEST_CASE("after any truncation the log is as if the records had never been there") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    env::Random random(seed);
    LogConfig config;
    config.segment_bytes = random.between(std::int64_t{300}, std::int64_t{2000});
    config.index_interval_bytes = random.between(std::int64_t{0}, std::int64_t{400});
    Node node;
    UnifiedLog log = open_log(node, config);
    for (int i = 0; i < 30; ++i) {
      append(node, log, {.records = static_cast<int>(1 + random.below(4))}, LeaderEpoch(i / 5));
    }
    const auto before = headers_of(node, log);
    const Offset to(random.between(std::int64_t{0}, log.log_end().value()));
    REQUIRE(log.truncate_to(node.env(), to, event::TruncateReason::Raft).ok());
    log.check();
    const auto after = headers_of(node, log);
    REQUIRE(after.size() <= before.size());
    for (std::size_t i = 0; i < after.size(); ++i) REQUIRE(after[i].crc == before[i].crc);
    if (after.size() < before.size()) {
      REQUIRE(before[after.size()].last_offset() >= to.value());
      REQUIRE(log.log_end() == Offset(before[after.size()].base_offset));
    }
    for (const LogSegment& segment : log.segments()) {
      for (const auto& entry : segment.offset_index().entries(node.disk)) {
        REQUIRE(segment.offset_index().offset_of(entry) < log.log_end());
        REQUIRE(entry.position < segment.size());
      }
    }
    // It goes on, and reopens to the same.
    append(node, log, {.records = 2}, LeaderEpoch(9));
    node.disk.crash_process();
    const UnifiedLog again = open_log(node, config);
    REQUIRE(again.log_end() == log.log_end());
    REQUIRE(again.epochs() == log.epochs());
    REQUIRE(headers_of(node, again).size() == after.size() + 1);
  }
}

TEST_CASE("truncating beyond the end only drops an epoch that never got a record") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 3}, LeaderEpoch(1));
  REQUIRE(log.assign_epoch_start(node.env(), LeaderEpoch(2), Offset(3)).ok());
  CHECK(log.latest_epoch() == LeaderEpoch(2));
  REQUIRE(log.truncate_to(node.env(), Offset(10), event::TruncateReason::HighWatermark).ok());
  CHECK(log.latest_epoch() == LeaderEpoch(1));
  CHECK(log.log_end() == Offset(3));
  // No record goes, but whoever follows the epochs from the events has to hear of it.
  const auto told = node.events<event::LogTruncated>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].from_end == told[0].to_end);
}

TEST_CASE("a log can begin again at another offset") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 3}, LeaderEpoch(1));
  REQUIRE(log.truncate_fully_and_start_at(node.env(), Offset(100)).ok());
  CHECK(log.log_start() == Offset(100));
  CHECK(log.log_end() == Offset(100));
  CHECK(log.epochs().entries().empty());
  CHECK_FALSE(node.disk.exists(kFirstLog));
  CHECK(node.disk.exists("orders-0/00000000000000000100.log"));
  CHECK(append(node, log, {}, LeaderEpoch(2)).first == Offset(100));
  REQUIRE(log.truncate_to(node.env(), Offset(50), event::TruncateReason::DivergingEpoch).ok());
  CHECK(log.log_start() == Offset(50));
  CHECK(log.log_end() == Offset(50));
}

TEST_CASE("the log start only moves forward, and the epochs follow it") {
  Node node;
  UnifiedLog log = open_log(node);
  for (int i = 0; i < 3; ++i) append(node, log, {.records = 2}, LeaderEpoch(i));
  REQUIRE(log.advance_log_start(node.env(), Offset(3)).ok());
  CHECK(log.log_start() == Offset(3));
  CHECK(log.epochs().entries().front() == EpochEntry{LeaderEpoch(1), Offset(3)});
  REQUIRE(log.advance_log_start(node.env(), Offset(1)).ok());
  CHECK(log.log_start() == Offset(3));
  CHECK(node.events<event::LogStartAdvanced>().size() == 1);

  // Only a truncation to before it takes it back.
  REQUIRE(log.truncate_to(node.env(), Offset(2), event::TruncateReason::DivergingEpoch).ok());
  CHECK(log.log_start() == Offset(2));
  CHECK(log.log_end() == Offset(2));
  CHECK(node.events<event::LogStartAdvanced>().back().to == Offset(2));
}

TEST_CASE("a deleted log leaves no file behind") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log);
  REQUIRE(log.delete_all(node.env()).ok());
  CHECK(node.disk.files().empty());
  CHECK(node.disk.list("").value().empty());
  CHECK(node.disk.open_handles() == 0);
  CHECK(node.events<event::LogDeleted>().size() == 1);
}
