// Goal: whole segments go, oldest first, by log start, by size and by time, never the active one
// before a roll and never anything at or beyond the high watermark; their files follow later.
// Method: a log of small segments, the clock moved by hand.
// Kafka: UnifiedLog.deleteOldSegments, UnifiedLogTest, LocalLog.deleteSegmentFiles.
#include "tests/unit/storage/keyed_records.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

/// Every batch has a segment to itself: ten records each.
LogConfig one_batch_a_segment() {
  LogConfig config;
  config.segment_bytes = 300;
  config.retention_ms = -1;
  return config;
}

/// Segments at 0, 10, 20 … of which the last is active; batch i is i hours old at the end.
UnifiedLog log_of(Node& node, const LogConfig& config, int batches = 5) {
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < batches; ++i) {
    node.clock_at_ms(kNowMs + i * kHour);
    append(node, log, {.records = 10, .timestamp_ms = kNowMs + i * kHour});
  }
  REQUIRE(log.segments().size() == static_cast<std::size_t>(batches));
  node.sink.events.clear();
  return log;
}

std::vector<std::int64_t> bases(const UnifiedLog& log) {
  std::vector<std::int64_t> all;
  for (const LogSegment& segment : log.segments()) all.push_back(segment.base_offset().value());
  return all;
}

}  // namespace

TEST_CASE("retention.ms goes by the largest timestamp of a segment") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  config.retention_ms = 2 * kHour;
  log.set_config(config);
  // The newest record of segment 10 is one hour and nine milliseconds past the first one.
  node.clock_at_ms(kNowMs + 3 * kHour + 9);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{10, 20, 30, 40});
  CHECK(log.log_start() == Offset(10));
  node.clock_at_ms(kNowMs + 3 * kHour + 10);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{20, 30, 40});
  const auto deleted = node.events<event::SegmentDeleted>();
  REQUIRE(deleted.size() == 2);
  CHECK(deleted[1].base == Offset(10));
  CHECK(deleted[1].end == Offset(20));
  CHECK(deleted[1].reason == event::DeleteReason::RetentionMs);
  const auto advanced = node.events<event::LogStartAdvanced>();
  REQUIRE(advanced.size() == 2);
  CHECK(advanced[1].to == Offset(20));
  CHECK(advanced[1].reason == event::LogStartReason::Retention);
  log.check();
}

TEST_CASE("one young record keeps its segment and everything behind it") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = open_log(node, config);
  append(node, log, {.records = 10, .timestamp_ms = kNowMs - 5 * kHour});
  append(node, log, {.records = 10, .timestamp_ms = kNowMs});
  append(node, log, {.records = 10, .timestamp_ms = kNowMs - 5 * kHour});
  append(node, log, {.records = 10, .timestamp_ms = kNowMs});
  config.retention_ms = kHour;
  log.set_config(config);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{10, 20, 30});
}

TEST_CASE("when everything is too old the log rolls first, and stays where it was") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config, 3);
  config.retention_ms = 1;
  log.set_config(config);
  node.clock_at_ms(kNowMs + 100 * kHour);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{30});
  CHECK(log.log_start() == Offset(30));
  CHECK(log.log_end() == Offset(30));
  CHECK(node.events<event::SegmentRolled>().size() == 1);
  node.sink.events.clear();
  // An empty active segment stays.
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(node.sink.events.empty());
  CHECK(append(node, log, {.timestamp_ms = kNowMs + 100 * kHour}).first == Offset(30));
}

TEST_CASE("retention.bytes leaves at least that much") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  const std::int64_t segment = log.segments()[0].size();
  config.retention_bytes = 3 * segment;
  log.set_config(config);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{20, 30, 40});
  config.retention_bytes = 3 * segment - 1;
  log.set_config(config);
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(log.segments().size() == 3);  // one less would be too little
  CHECK(node.events<event::SegmentDeleted>().at(0).reason == event::DeleteReason::RetentionBytes);
}

TEST_CASE("nothing at or beyond the high watermark is deleted") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  config.retention_ms = 1;
  log.set_config(config);
  node.clock_at_ms(kNowMs + 100 * kHour);
  REQUIRE(log.delete_old_segments(node.env(), Offset(29)).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{20, 30, 40});
  CHECK(log.log_start() <= Offset(29));
}

TEST_CASE("segments before the log start go, even where cleanup.policy does not delete") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  config.retention_ms = 1;
  log.set_config(config);
  node.clock_at_ms(kNowMs + 100 * kHour);
  const auto reason = event::LogStartReason::DeleteRecords;
  REQUIRE(log.advance_log_start(node.env(), Offset(25), reason).ok());
  REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
  CHECK(bases(log) == std::vector<std::int64_t>{20, 30, 40});
  CHECK(log.log_start() == Offset(25));
  CHECK(node.events<event::SegmentDeleted>().at(0).reason == event::DeleteReason::LogStart);
  CHECK_FALSE(log.read(node.env(), Offset(24), everything()).ok());
  CHECK(log.read(node.env(), Offset(25), everything()).ok());
}

TEST_CASE("what is due is told beforehand, with its reason, and is what then goes") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  REQUIRE(log.advance_log_start(node.env(), Offset(10)).ok());
  const std::int64_t segment = log.segments()[0].size();
  config.retention_bytes = 3 * segment;
  config.retention_ms = kHour / 2;
  log.set_config(config);
  using event::DeleteReason;
  const std::int64_t later = kNowMs + 3 * kHour;
  const auto due = log.due_segments(Offset(40), later);
  // The first is before the log start, of the other four one is too much, one of three too old.
  CHECK(due == std::vector<DeleteReason>{DeleteReason::LogStart, DeleteReason::RetentionBytes,
                                         DeleteReason::RetentionMs});
  CHECK(log.due_segments(Offset(20), later).size() == 2);  // not beyond the high watermark
  CHECK(bases(log).size() == 5);                           // asking changes nothing
  node.sink.events.clear();
  node.clock_at_ms(later);
  REQUIRE(log.delete_old_segments(node.env(), Offset(40)).ok());
  const auto deleted = node.events<event::SegmentDeleted>();
  REQUIRE(deleted.size() == due.size());
  for (std::size_t i = 0; i < due.size(); ++i) CHECK(deleted[i].reason == due[i]);
  CHECK(log.log_start() == Offset(30));
}

TEST_CASE("files are renamed at once and removed after file.delete.delay.ms") {
  Node node;
  LogConfig config = one_batch_a_segment();
  config.file_delete_delay_ms = 60'000;
  UnifiedLog log = log_of(node, config);
  config.retention_bytes = 0;
  config.retention_ms = -1;
  log.set_config(config);
  REQUIRE(log.delete_old_segments(node.env(), Offset(20)).ok());
  CHECK(count_suffix(file_names(node), ".deleted") == 6);
  CHECK(node.disk.contents("orders-0/00000000000000000010.log.deleted").ok());
  const auto due = log.next_file_removal();
  REQUIRE(due.has_value());
  CHECK(*due == node.env().now() + seconds(60));
  REQUIRE(log.remove_due_files(node.env()).ok());
  CHECK(count_suffix(file_names(node), ".deleted") == 6);
  node.clock_at_ms(node.env().clock.wall_ms() + 60'000);
  REQUIRE(log.remove_due_files(node.env()).ok());
  CHECK(count_suffix(file_names(node), ".deleted") == 0);
  CHECK(node.events<event::SegmentFilesRemoved>().size() == 2);
  CHECK_FALSE(log.next_file_removal().has_value());
}

TEST_CASE("what a stop leaves called .deleted is removed when the log is opened") {
  Node node;
  LogConfig config = one_batch_a_segment();
  UnifiedLog log = log_of(node, config);
  config.retention_bytes = 0;
  log.set_config(config);
  REQUIRE(log.delete_old_segments(node.env(), Offset(30)).ok());
  node.disk.crash_process();
  UnifiedLog again = open_log(node, config, log.recovery_point());
  CHECK(count_suffix(file_names(node), ".deleted") == 0);
  CHECK(again.log_start() == Offset(30));
  CHECK(again.log_end() == log.log_end());
}

TEST_CASE("a log start that is lost with the power takes its epochs back with it") {
  Node node;
  UnifiedLog log = open_log(node);
  for (int i = 0; i < 6; ++i) append(node, log, {.records = 10}, LeaderEpoch(i / 2));
  REQUIRE(log.flush(node.env()).ok());
  const LeaderEpochCache before = log.epochs();
  const auto reason = event::LogStartReason::DeleteRecords;
  REQUIRE(log.advance_log_start(node.env(), Offset(45), reason).ok());
  CHECK(log.epochs().entries().size() == 1);
  node.disk.crash_process();
  UnifiedLog again = open_log(node, {}, log.recovery_point());  // no log-start checkpoint yet
  CHECK(again.log_start() == Offset(0));
  CHECK(again.epochs() == before);
}
