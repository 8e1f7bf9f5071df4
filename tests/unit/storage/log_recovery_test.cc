// Goal: after any stop the log is a CRC-valid, batch-aligned prefix of what was written, not
// shorter than what was flushed (F1), recovering twice changes nothing (F2), and the epochs are
// those of the log (F3). Method: write, kill or cut the power (many seeds, every cut position),
// reopen, compare.
// Kafka: LogLoader, LogSegment.recover, LogLoaderTest.
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

struct Indexes {
  std::vector<std::vector<OffsetIndex::Entry>> offsets;
  std::vector<std::vector<TimeIndex::Entry>> times;
  bool operator==(const Indexes&) const = default;
};

Indexes indexes_of(const Node& node, const UnifiedLog& log) {
  Indexes all;
  for (const LogSegment& segment : log.segments()) {
    all.offsets.push_back(segment.offset_index().entries(node.disk));
    all.times.push_back(segment.time_index().entries(node.disk));
  }
  return all;
}

std::vector<std::uint32_t> crcs_of(Node& node, const UnifiedLog& log) {
  std::vector<std::uint32_t> crcs;
  for (const auto& header : headers_of(node, log)) crcs.push_back(header.crc);
  return crcs;
}

template <class T>
bool is_prefix(const std::vector<T>& part, const std::vector<T>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

void truncate_file(sim::Disk& disk, const std::string& path, std::int64_t size) {
  const auto file = disk.open(path, false);
  REQUIRE(file.ok());
  REQUIRE(disk.truncate(file.value(), size).ok());
  disk.close(file.value());
}

void remove_file(sim::Disk& disk, const std::string& path) { REQUIRE(disk.remove(path).ok()); }

}  // namespace

TEST_CASE("a process crash loses nothing that was written") {
  Node node;
  UnifiedLog log = open_log(node, small_segments());
  for (int i = 0; i < 20; ++i) append(node, log, {.records = 2}, LeaderEpoch(i / 7));
  const auto before = crcs_of(node, log);
  node.disk.crash_process();
  node.sink.events.clear();
  UnifiedLog again = open_log(node, small_segments(), log.recovery_point());
  CHECK(crcs_of(node, again) == before);
  CHECK(again.log_end() == log.log_end());
  CHECK(again.epochs() == log.epochs());
  const auto recovered = node.events<event::LogRecovered>();
  REQUIRE(recovered.size() == 1);
  CHECK(recovered[0].bytes_cut == 0);
  CHECK(recovered[0].from == log.segments().back().base_offset());
  CHECK(node.events<event::LogOpened>().at(0).log_end == log.log_end());
  CHECK(node.events<event::LeaderEpochStarted>().size() == 3);
  CHECK(append(node, again, {}, LeaderEpoch(5)).first == log.log_end());
}

TEST_CASE("the rebuilt indexes are the ones that were written") {
  for (const std::int64_t interval : {0, 100, 333, 4096}) {
    LogConfig config = small_segments();
    config.index_interval_bytes = interval;
    Node node;
    UnifiedLog log = open_log(node, config);
    env::Random random(static_cast<std::uint64_t>(interval) + 1);
    for (int i = 0; i < 40; ++i) {
      append(node, log,
             {.timestamp_ms = kNowMs + static_cast<std::int64_t>(random.below(100)),
              .value_size = random.below(150)});
    }
    REQUIRE(log.roll(node.env(), event::RollReason::Forced).ok());  // the last entry is in, too
    const Indexes written = indexes_of(node, log);
    node.disk.crash_process();
    const UnifiedLog again = open_log(node, config, Offset(0));
    CHECK(indexes_of(node, again) == written);
  }
}

TEST_CASE("a power loss at every byte of the last write keeps a valid prefix (F1)") {
  const std::size_t size = make_batch({.records = 3}).size();
  for (std::size_t kept = 0; kept <= size; ++kept) {
    Node node;
    UnifiedLog log = open_log(node);
    append(node, log, {.records = 2}, LeaderEpoch(0));
    append(node, log, {.records = 3}, LeaderEpoch(1));
    const auto before = crcs_of(node, log);
    node.disk.crash_process();
    const auto total = static_cast<std::int64_t>(node.disk.contents(kFirstLog).value().size());
    truncate_file(node.disk, kFirstLog, total - static_cast<std::int64_t>(size - kept));
    node.sink.events.clear();
    UnifiedLog again = open_log(node);
    REQUIRE(again.log_end() == Offset(kept == size ? 5 : 2));
    REQUIRE(is_prefix(crcs_of(node, again), before));
    REQUIRE(again.latest_epoch() == LeaderEpoch(kept == size ? 1 : 0));
    const auto cut = node.events<event::LogRecovered>().at(0).bytes_cut;
    REQUIRE(cut == static_cast<std::int64_t>(kept == size ? 0 : kept));
    append(node, again, {.records = 1}, LeaderEpoch(2));
  }
}

TEST_CASE("garbage or zeroes behind the last whole batch are cut") {
  for (const std::uint8_t filler : {0x00, 0xff, 0x02}) {
    for (const std::size_t length : {1, 11, 12, 16, 17, 60, 61, 500}) {
      Node node;
      UnifiedLog log = open_log(node);
      append(node, log, {.records = 2});
      node.disk.crash_process();
      const auto file = node.disk.open(kFirstLog, false);
      REQUIRE(node.disk.append(file.value(), Bytes(length, filler)).ok());
      node.disk.close(file.value());
      UnifiedLog again = open_log(node);
      REQUIRE(again.log_end() == Offset(2));
      REQUIRE(node.disk.contents(kFirstLog).value().size() == make_batch({.records = 2}).size());
    }
  }
}

TEST_CASE("whatever a power loss leaves, recovery keeps a prefix with all that was flushed") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    env::Random random(seed);
    LogConfig config = small_segments();
    Node node;
    UnifiedLog log = open_log(node, config);
    Offset flushed = log.log_end();
    for (int i = 0; i < 25; ++i) {
      append(node, log,
             {.records = static_cast<int>(1 + random.below(3)), .value_size = random.below(100)},
             LeaderEpoch(i / 4));
      if (random.chance(1, 10)) REQUIRE(log.flush(node.env()).ok());
      if (random.chance(1, 15)) {
        const std::int64_t back = random.between(std::int64_t{0}, std::int64_t{5});
        const Offset to(std::max<std::int64_t>(0, log.log_end().value() - back));
        REQUIRE(log.truncate_to(node.env(), to, event::TruncateReason::DivergingEpoch).ok());
      }
    }
    flushed = log.recovery_point();
    const auto before = crcs_of(node, log);
    const auto epochs = log.epochs().entries();
    const std::int64_t written = node.disk.written_bytes();
    const std::int64_t lost = node.disk.power_loss(random);
    REQUIRE(lost >= 0);
    REQUIRE(lost <= written);
    UnifiedLog again = open_log(node, config, flushed);
    REQUIRE(is_prefix(crcs_of(node, again), before));
    REQUIRE(again.log_end() >= flushed);
    REQUIRE(is_prefix(again.epochs().entries(), epochs));
    if (again.log_end() > Offset(0)) {
      REQUIRE(again.epochs().epoch_of(again.log_end() - 1) ==
              LeaderEpoch(headers_of(node, again).back().partition_leader_epoch));
    }
    // F2: once more changes nothing.
    const auto after = crcs_of(node, again);
    const Indexes indexes = indexes_of(node, again);
    node.disk.crash_process();
    const UnifiedLog third = open_log(node, config, flushed);
    REQUIRE(crcs_of(node, third) == after);
    REQUIRE(indexes_of(node, third) == indexes);
    REQUIRE(third.log_end() == again.log_end());
    REQUIRE(third.epochs() == again.epochs());
  }
}

TEST_CASE("what was flushed survives a power loss, and so does what recovery made of it") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    env::Random random(seed);
    Node node;
    UnifiedLog log = open_log(node);
    append(node, log, {.records = 4}, LeaderEpoch(3));
    REQUIRE(log.flush(node.env()).ok());
    CHECK(node.disk.power_loss(random) == 0);
    UnifiedLog again = open_log(node);
    REQUIRE(again.log_end() == Offset(4));
    append(node, again, {.records = 4}, LeaderEpoch(3));
    node.disk.power_loss(random);
    const UnifiedLog third = open_log(node, {}, Offset(4));
    const Offset end = third.log_end();
    REQUIRE(end >= Offset(4));
    node.disk.power_loss(random);
    REQUIRE(open_log(node, {}, Offset(4)).log_end() == end);
  }
}

TEST_CASE("a bit flip ends the log at the batch that has it") {
  Node node;
  UnifiedLog log = open_log(node, small_segments());
  for (int i = 0; i < 20; ++i) append(node, log);
  REQUIRE(log.segments().size() >= 3);
  node.disk.crash_process();
  const auto size = static_cast<std::int64_t>(make_batch({}).size());
  REQUIRE(node.disk.flip_bit(kFirstLog, 3 * size + 70, 2).ok());
  node.sink.events.clear();
  UnifiedLog again = open_log(node, small_segments());
  CHECK(again.log_end() == Offset(3));
  CHECK(again.segments().size() == 1);
  CHECK(node.events<event::LogRecovered>().at(0).bytes_cut == 17 * size);
  CHECK(append(node, again).first == Offset(3));
}

TEST_CASE("what recovery cut off never comes back behind new records") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Node node;
    UnifiedLog log = open_log(node);
    for (int i = 0; i < 4; ++i) append(node, log, {}, LeaderEpoch(1));
    REQUIRE(log.flush(node.env()).ok());
    node.disk.crash_process();
    const auto size = static_cast<std::int64_t>(make_batch({}).size());
    REQUIRE(node.disk.flip_bit(kFirstLog, size + 70, 0).ok());
    UnifiedLog cut = open_log(node);
    REQUIRE(cut.log_end() == Offset(1));
    append(node, cut, {}, LeaderEpoch(2));  // exactly over the damaged batch
    env::Random random(seed);
    node.disk.power_loss(random);
    const UnifiedLog again = open_log(node);
    REQUIRE(again.log_end() <= Offset(2));
  }
}

TEST_CASE("a truncation is not undone by a power loss") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Node node;
    UnifiedLog log = open_log(node, small_segments());
    for (int i = 0; i < 30; ++i) append(node, log);
    REQUIRE(log.flush(node.env()).ok());
    REQUIRE(log.segments().size() > 3);
    REQUIRE(log.truncate_to(node.env(), Offset(2), event::TruncateReason::DivergingEpoch).ok());
    if (seed % 2 == 0) append(node, log);
    env::Random random(seed);
    node.disk.power_loss(random);
    const UnifiedLog again = open_log(node, small_segments(), Offset(2));
    REQUIRE(again.log_end() >= Offset(2));
    REQUIRE(again.log_end() <= Offset(3));
    REQUIRE(again.segments().size() == 1);
  }
}

TEST_CASE("a base offset that goes backwards ends the log, although no CRC covers it") {
  Node node;
  UnifiedLog log = open_log(node);
  for (int i = 0; i < 6; ++i) append(node, log);
  node.disk.crash_process();
  const auto size = static_cast<std::int64_t>(make_batch({}).size());
  REQUIRE(node.disk.flip_bit(kFirstLog, 4 * size + 7, 2).ok());  // 4 becomes 0
  CHECK(open_log(node).log_end() == Offset(4));
}

TEST_CASE("before the recovery point nothing is scanned") {
  Node node;
  UnifiedLog log = open_log(node, small_segments());
  for (int i = 0; i < 20; ++i) append(node, log);
  node.disk.crash_process();
  REQUIRE(node.disk.flip_bit(kFirstLog, 70, 2).ok());  // will be found by who reads it
  const UnifiedLog again = open_log(node, small_segments(), log.recovery_point());
  CHECK(again.log_end() == Offset(20));
  CHECK(again.recovery_point() == log.recovery_point());
}

TEST_CASE("after a clean stop nothing is scanned at all") {
  Node node;
  UnifiedLog log = open_log(node, small_segments());
  for (int i = 0; i < 20; ++i) append(node, log, {}, LeaderEpoch(i / 10));
  const auto before = crcs_of(node, log);
  REQUIRE(log.close_cleanly(node.env()).ok());
  CHECK(node.disk.open_handles() == 0);
  CHECK(node.disk.unflushed_bytes() == 0);
  node.sink.events.clear();
  UnifiedLog again = open_log(node, small_segments(), Offset(0), true);
  CHECK(node.events<event::LogRecovered>().empty());
  CHECK(again.log_end() == Offset(20));
  CHECK(again.recovery_point() == Offset(20));
  CHECK(crcs_of(node, again) == before);
  CHECK(again.max_timestamp(node.env()).value()->offset == Offset(0));
}

TEST_CASE("a missing or broken index is rebuilt even after a clean stop") {
  for (const std::string& victim : {kFirstIndex, kFirstTimeIndex}) {
    for (const bool remove : {true, false}) {
      Node node;
      UnifiedLog log = open_log(node, small_segments());
      for (int i = 0; i < 20; ++i) append(node, log);
      const Indexes before = indexes_of(node, log);
      REQUIRE(log.close_cleanly(node.env()).ok());
      if (remove) {
        remove_file(node.disk, victim);
      } else {
        const auto size = static_cast<std::int64_t>(node.disk.contents(victim).value().size());
        truncate_file(node.disk, victim, size - 1);
      }
      const UnifiedLog again = open_log(node, small_segments(), Offset(20), true);
      CHECK(indexes_of(node, again).offsets == before.offsets);
      CHECK(indexes_of(node, again).times[0] == before.times[0]);
      CHECK(again.log_end() == Offset(20));
    }
  }
}

TEST_CASE("files without a meaning are swept away, others are left alone") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log);
  node.disk.crash_process();
  for (const char* name :
       {"orders-0/00000000000000000007.index", "orders-0/00000000000000000007.timeindex",
        "orders-0/00000000000000000000.log.deleted", "orders-0/leader-epoch-checkpoint.tmp",
        "orders-0/notes.txt"}) {
    node.disk.close(node.disk.open(name, true).value());
  }
  open_log(node);
  std::vector<std::string> names;
  const std::vector<env::DirEntry> entries = node.disk.list("orders-0").value();
  for (const auto& entry : entries) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"00000000000000000000.index", "00000000000000000000.log",
                                          "00000000000000000000.timeindex",
                                          "00000000000000000001.snapshot",
                                          "leader-epoch-checkpoint", "notes.txt"});
}

TEST_CASE("the epoch cache is rebuilt from the batches if its file is lost or damaged (F3)") {
  for (const bool damage : {true, false}) {
    Node node;
    UnifiedLog log = open_log(node, small_segments());
    for (int i = 0; i < 20; ++i) append(node, log, {}, LeaderEpoch(i / 5));
    node.disk.crash_process();
    const std::string path = "orders-0/leader-epoch-checkpoint";
    if (damage) {
      truncate_file(node.disk, path, 5);
    } else {
      remove_file(node.disk, path);
    }
    const UnifiedLog again =
        open_log(node, small_segments(), damage ? log.recovery_point() : Offset(0));
    CHECK(again.epochs() == log.epochs());
    CHECK(text_file(node.disk, path) == log.epochs().to_checkpoint());
  }
}

TEST_CASE("epochs that only the checkpoint knew are dropped with the records that were lost") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 3}, LeaderEpoch(1));
  REQUIRE(log.flush(node.env()).ok());
  append(node, log, {.records = 3}, LeaderEpoch(2));
  node.disk.crash_process();
  truncate_file(node.disk, kFirstLog, static_cast<std::int64_t>(make_batch({.records = 3}).size()));
  const UnifiedLog again = open_log(node, {}, Offset(3));
  CHECK(again.log_end() == Offset(3));
  CHECK(again.latest_epoch() == LeaderEpoch(1));
}

TEST_CASE("a log that ends before its start begins again there") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 3});
  node.disk.crash_process();
  UnifiedLog again = open_log(node, {}, Offset(0), false, Offset(10));
  CHECK(again.log_start() == Offset(10));
  CHECK(again.log_end() == Offset(10));
  CHECK(again.epochs().entries().empty());
  CHECK(append(node, again).first == Offset(10));
}

TEST_CASE("a failing disk is reported, never mistaken for damage") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log);
  node.disk.crash_process();
  node.disk.set_failed(true);
  const auto again = UnifiedLog::open(node.env(), kOrders, {}, Offset(0), false);
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().kind == ErrorKind::Io);
  node.disk.clear_faults();
  CHECK(open_log(node).log_end() == Offset(1));
}
