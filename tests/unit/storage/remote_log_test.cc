// Goal: a tiered log gives the same records as one that is not, wherever they lie, through
// retention, restarts, power losses and damage. Method: the batches as read before anything was
// moved are the oracle. Kafka: RemoteLogManagerTest, TieredStorageTestHarness; KIP-405, KIP-1005.
#include "tests/unit/storage/producer_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

/// Two batches a segment; local copies are kept for an hour, everything for a day.
LogConfig tiered() {
  LogConfig config;
  config.segment_bytes = 400;
  config.index_interval_bytes = 50;
  config.remote_storage_enable = true;
  config.local_retention_ms = kHour;
  config.retention_ms = 24 * kHour;
  return config;
}

struct Stored {
  std::int64_t base, last, timestamp;
  Bytes bytes;
};

void fill(Node& node, UnifiedLog& log, int batches, std::vector<Stored>& stored) {
  for (int i = 0; i < batches; ++i) {
    BatchSpec spec{.records = 5, .timestamp_ms = kNowMs + static_cast<std::int64_t>(stored.size())};
    const AppendInfo info = append(node, log, spec, LeaderEpoch(3));
    spec.base_offset = info.first.value();
    spec.epoch = 3;
    stored.push_back({info.first.value(), info.last.value(), spec.timestamp_ms, make_batch(spec)});
  }
}

void run_tiering(Node& node, UnifiedLog& log, std::int64_t after_ms, Offset high_watermark) {
  node.clock_at_ms(kNowMs + after_ms);
  REQUIRE(log.delete_old_segments(node.env(), high_watermark).ok());
  log.check();
}

void check_reads(Node& node, const UnifiedLog& log, const std::vector<Stored>& stored) {
  for (const Stored& batch : stored) {
    if (batch.last >= log.log_end().value()) break;
    for (std::int64_t offset = std::max(batch.base, log.log_start().value()); offset <= batch.last;
         ++offset) {
      ReadLimits one = everything();
      one.max_bytes = 1;
      const auto read = log.read(node.env(), Offset(offset), one);
      REQUIRE(read.ok());
      REQUIRE(read->records == batch.bytes);
    }
    if (Offset(batch.base) < log.log_start()) continue;
    const auto timed = log.offset_for_timestamp(node.env(), batch.timestamp);
    REQUIRE(timed.ok());
    REQUIRE(timed->has_value());
    REQUIRE((*timed)->timestamp_ms >= batch.timestamp);
    REQUIRE((*timed)->offset <= Offset(batch.base));
  }
}

bool tier_exists(const Node& node) { return node.disk.exists("remote-tier/orders-0"); }

}  // namespace

TEST_CASE("closed segments below the high watermark are copied, and local ones go after an hour") {
  Node node;
  UnifiedLog log = open_log(node, tiered());
  std::vector<Stored> stored;
  fill(node, log, 12, stored);
  const std::size_t segments = log.segments().size();
  REQUIRE(segments > 4);
  const Offset third = log.segments()[3].base_offset();
  run_tiering(node, log, 0, third);
  CHECK(log.remote().segments().size() == 3);
  CHECK(log.remote().end() == third);
  CHECK(log.segments().size() == segments);  // they are young
  CHECK(node.events<event::RemoteCopyFinished>().size() == 3);

  run_tiering(node, log, 2 * kHour, third);
  CHECK(log.log_start() == Offset(0));
  CHECK(log.local_log_start() == third);
  CHECK(log.segments().front().base_offset() == third);
  CHECK(node.events<event::LocalLogStartAdvanced>().back().to == third);
  CHECK(node.events<event::LogStartAdvanced>().empty());
  check_reads(node, log, stored);
  CHECK_FALSE(node.events<event::RemoteLogRead>().empty());

  run_tiering(node, log, 2 * kHour, log.log_end());
  CHECK(log.segments().size() == 1);  // the active one stays, and is not copied
  CHECK(log.remote().end() == log.segments().front().base_offset());
  check_reads(node, log, stored);
}

TEST_CASE("an open transaction is not copied") {
  Node node;
  LogConfig config = tiered();
  config.segment_bytes = 250;
  UnifiedLog log = open_log(node, config);
  std::vector<Stored> stored;
  fill(node, log, 4, stored);
  const Offset open = log.log_end();
  offer(node, log, producer_batch({.records = 3, .transactional = true}));
  fill(node, log, 4, stored);
  run_tiering(node, log, 0, log.log_end());
  CHECK(log.remote().end() <= open);
  offer(node, log, make_marker(7, 0, ControlType::Commit), AppendOrigin::Coordinator);
  fill(node, log, 2, stored);
  run_tiering(node, log, 0, log.log_end());
  CHECK(log.remote().end() > open);
}

TEST_CASE("what is older than a day goes from the tier, and then the log starts later") {
  Node node;
  UnifiedLog log = open_log(node, tiered());
  std::vector<Stored> stored;
  fill(node, log, 12, stored);
  run_tiering(node, log, 2 * kHour, log.log_end());
  const Offset local = log.local_log_start();
  run_tiering(node, log, 25 * kHour, log.log_end());
  CHECK(log.remote().empty());
  CHECK(log.log_start() == local);
  CHECK_FALSE(node.events<event::RemoteSegmentDeleted>().empty());
  CHECK_FALSE(log.read(node.env(), local - 1, everything()).ok());
  check_reads(node, log, stored);
}

TEST_CASE("retention.bytes counts both tiers, DeleteRecords reaches into the remote one") {
  Node node;
  LogConfig config = tiered();
  UnifiedLog log = open_log(node, config);
  std::vector<Stored> stored;
  fill(node, log, 20, stored);
  run_tiering(node, log, 2 * kHour, log.log_end());
  const std::int64_t whole = static_cast<std::int64_t>(20 * stored[0].bytes.size());
  config.retention_bytes = whole / 2;
  log.set_config(config);
  run_tiering(node, log, 2 * kHour, log.log_end());
  std::int64_t left = log.size_in_bytes();
  for (const RemoteSegment& s : log.remote().segments()) left += s.bytes;
  CHECK(left >= whole / 2);
  CHECK(left - log.remote().segments().front().bytes < whole / 2);
  check_reads(node, log, stored);

  const Offset to = log.remote().segments()[1].base + 1;
  REQUIRE(log.advance_log_start(node.env(), to).ok());
  run_tiering(node, log, 2 * kHour, log.log_end());
  CHECK(log.log_start() == to);
  CHECK(log.remote().begin() == to - 1);
  check_reads(node, log, stored);
}

TEST_CASE("a tiered log comes back whole from a clean stop and from a power loss") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Node node;
    env::Random luck(seed);
    std::vector<Stored> stored;
    Offset safe;
    bool clean = false;
    UnifiedLog log = open_log(node, tiered());
    for (int round = 0; round < 5; ++round) {
      fill(node, log, static_cast<int>(luck.below(8)), stored);
      const Offset mark(luck.between(std::int64_t{0}, log.log_end().value()));
      run_tiering(node, log, luck.chance(1, 2) ? 2 * kHour : 0, mark);
      clean = luck.chance(1, 3);
      if (clean) {
        REQUIRE(log.close_cleanly(node.env()).ok());
      } else {
        safe = log.recovery_point();
        node.disk.power_loss(luck);
      }
      log = open_log(node, tiered(), safe, clean);
      REQUIRE(log.log_start() == Offset(0));
      REQUIRE(log.log_end() >= safe);
      while (!stored.empty() && stored.back().last >= log.log_end().value()) stored.pop_back();
      check_reads(node, log, stored);
    }
  }
}

TEST_CASE("a tier that is stopped at any change of the disk is completed or cleared away") {
  // The sim disk fails after so many bytes: a copy ends in the middle of any of its files.
  for (std::int64_t room = 0; room < 2500; room += 37) {
    Node node;
    UnifiedLog log = open_log(node, tiered());
    std::vector<Stored> stored;
    fill(node, log, 10, stored);
    node.disk.set_free_bytes(room);
    node.clock_at_ms(kNowMs + 2 * kHour);
    REQUIRE(log.delete_old_segments(node.env(), log.log_end()).ok());
    const bool failed = !node.events<event::RemoteTierFailed>().empty();
    node.disk.set_free_bytes(std::nullopt);
    check_reads(node, log, stored);
    const Offset safe = log.recovery_point();
    node.disk.crash_process();
    UnifiedLog again = open_log(node, tiered(), safe);
    REQUIRE(again.log_start() == Offset(0));
    check_reads(node, again, stored);
    run_tiering(node, again, 2 * kHour, again.log_end());  // what failed is tried again
    REQUIRE(again.segments().size() == 1);
    check_reads(node, again, stored);
    if (room > 2400) CHECK_FALSE(failed);
  }
}

TEST_CASE("damage to the tier is an error for who reads there, and for nobody else") {
  Node node;
  UnifiedLog log = open_log(node, tiered());
  std::vector<Stored> stored;
  fill(node, log, 12, stored);
  run_tiering(node, log, 2 * kHour, log.log_end());
  REQUIRE(node.disk.remove("remote-tier/orders-0/00000000000000000000.log").ok());
  const auto read = log.read(node.env(), Offset(2), everything());
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().kind == ErrorKind::Corrupt);
  CHECK(read.error().message.find("gone from the remote tier") != std::string::npos);
  CHECK(log.read(node.env(), log.local_log_start(), everything()).ok());

  const Offset local = log.local_log_start();
  REQUIRE(node.disk.flip_bit("remote-tier/orders-0/remote-log-metadata", 0, 1).ok());
  node.disk.crash_process();
  const UnifiedLog again = open_log(node, tiered());
  CHECK(again.remote().empty());
  CHECK(again.log_start() == local);
}

TEST_CASE("a truncation into the tier, a fresh start and a deletion leave no tier behind") {
  Node node;
  UnifiedLog log = open_log(node, tiered());
  std::vector<Stored> stored;
  fill(node, log, 12, stored);
  run_tiering(node, log, 0, log.log_end());  // copied, and local as well
  const Offset inside = log.remote().end() - 3;
  REQUIRE(log.truncate_to(node.env(), inside, event::TruncateReason::DivergingEpoch).ok());
  CHECK(log.remote().empty());
  CHECK(log.log_start() == Offset(0));
  while (!stored.empty() && stored.back().last >= log.log_end().value()) stored.pop_back();
  check_reads(node, log, stored);

  fill(node, log, 6, stored);
  run_tiering(node, log, 2 * kHour, log.log_end());
  REQUIRE(tier_exists(node));
  REQUIRE(log.truncate_fully_and_start_at(node.env(), Offset(1000)).ok());
  CHECK_FALSE(tier_exists(node));
  CHECK(log.log_start() == Offset(1000));

  fill(node, log, 6, stored);
  run_tiering(node, log, 2 * kHour, log.log_end());
  REQUIRE(tier_exists(node));
  REQUIRE(log.delete_all(node.env()).ok());
  CHECK_FALSE(tier_exists(node));
}

TEST_CASE("the list of remote segments is text, and every line of it is checked") {
  const std::vector<RemoteSegment> list{
      {Offset(0), Offset(9), kNowMs, 380, RemoteState::CopyFinished},
      {Offset(10), Offset(12), -1, 95, RemoteState::DeleteStarted}};
  CHECK(remote_metadata_text(list) == "0\n2\n0 9 1704067200000 380 1\n10 12 -1 95 2\n");
  CHECK(parse_remote_metadata(remote_metadata_text(list)).value() == list);
  CHECK(parse_remote_metadata("0\n1\n0 9 1 1\n").error().message.starts_with("line 3: "));
  for (const char* bad :
       {"0\n1\n5 4 0 1 1\n", "0\n1\n0 4 0 1 3\n", "0\n2\n0 4 0 1 1\n6 7 0 1 1\n"}) {
    CHECK_FALSE(parse_remote_metadata(bad).ok());
  }
}
