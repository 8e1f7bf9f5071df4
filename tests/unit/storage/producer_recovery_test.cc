// Goal: whatever happens to a log, what it knows of its producers is what its batches say. Method:
// random producers; the state after a restart, a power loss, a truncation, with damaged or missing
// snapshots, is held against a fold over all batches. Kafka: UnifiedLog.rebuildProducerState,
// ProducerStateManager.truncateAndReload, TransactionIndex.
#include "engine/storage/file_names.h"
#include "engine/storage/producer_snapshot.h"
#include "tests/unit/storage/producer_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

std::vector<std::string> files_with(const Node& node, std::string_view suffix) {
  std::vector<std::string> found;
  for (const auto& file : node.disk.files()) {
    if (std::string_view(file.path).ends_with(suffix)) found.push_back(file.path);
  }
  return found;
}

std::vector<AbortedTxn> all_aborted(const UnifiedLog& log) {
  std::vector<AbortedTxn> all;
  for (const LogSegment& segment : log.segments()) {
    const auto& entries = segment.txn_index().entries();
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

void check_against_fold(Node& node, const UnifiedLog& log) {
  log.check();
  REQUIRE(summary(log.producers()) == summary(folded(node, log)));
  REQUIRE(log.producers().map_end() == log.log_end());
}

}  // namespace

TEST_CASE("a snapshot is taken where a segment begins and where the log is closed") {
  Node node;
  RandomProducers producers(3);
  {
    UnifiedLog log = open_log(node, small_segments());
    for (int i = 0; i < 40; ++i) producers.append_one(node, log);
    REQUIRE(log.segments().size() > 3);
    std::vector<std::string> expected;
    for (std::size_t i = 1; i < log.segments().size(); ++i) {
      expected.push_back(segment_stem("orders-0", log.segments()[i].base_offset()) + ".snapshot");
    }
    CHECK(files_with(node, ".snapshot") == expected);
    expected.push_back(segment_stem("orders-0", log.log_end()) + ".snapshot");
    REQUIRE(log.close_cleanly(node.env()).ok());
    CHECK(files_with(node, ".snapshot") == expected);
  }
  const UnifiedLog log = open_log(node, small_segments(), Offset(0), true);
  check_against_fold(node, log);
}

TEST_CASE("after a power loss the producers are those of the batches that are left") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Node node;
    env::Random luck(seed);
    RandomProducers producers(seed);
    Offset safe;
    {
      UnifiedLog log = open_log(node, small_segments());
      const int count = static_cast<int>(luck.between(std::int64_t{1}, std::int64_t{70}));
      for (int i = 0; i < count; ++i) {
        producers.append_one(node, log);
        if (luck.chance(1, 12)) REQUIRE(log.flush(node.env()).ok());
      }
      safe = log.recovery_point();
    }
    node.disk.power_loss(luck);
    UnifiedLog log = open_log(node, small_segments(), safe);
    check_against_fold(node, log);
    const auto aborted = all_aborted(log);
    // The index of aborted transactions is the same whether written or rebuilt.
    for (const std::string& path : files_with(node, ".index")) {
      REQUIRE(node.disk.flip_bit(path, 0, 0).ok() == (node.disk.contents(path)->size() > 0));
    }
    node.disk.crash_process();
    const UnifiedLog again = open_log(node, small_segments(), Offset(0));
    check_against_fold(node, again);
    REQUIRE(all_aborted(again) == aborted);
    REQUIRE(node.disk.open_handles() > 0);
  }
}

TEST_CASE("a truncation takes producers back to where the log is") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Node node;
    env::Random luck(seed);
    RandomProducers producers(seed);
    UnifiedLog log = open_log(node, small_segments());
    for (int i = 0; i < 60; ++i) producers.append_one(node, log);
    for (int cuts = 0; cuts < 4; ++cuts) {
      const Offset to(luck.between(std::int64_t{0}, log.log_end().value()));
      REQUIRE(log.truncate_to(node.env(), to, event::TruncateReason::DivergingEpoch).ok());
      check_against_fold(node, log);
      for (const AbortedTxn& txn : all_aborted(log)) REQUIRE(txn.last < log.log_end());
      for (const Offset at : log.producers().snapshots()) REQUIRE(at <= log.log_end());
    }
    REQUIRE(log.truncate_fully_and_start_at(node.env(), Offset(500)).ok());
    CHECK(log.producers().producers().empty());
    CHECK(files_with(node, ".snapshot").empty());
    CHECK(files_with(node, ".txnindex").empty());
  }
}

TEST_CASE("a damaged snapshot is thrown away, and the batches are read instead") {
  for (int file_from_the_end = 0; file_from_the_end < 3; ++file_from_the_end) {
    for (std::int64_t byte = 0; byte < 30; ++byte) {
      Node node;
      RandomProducers producers(5);
      {
        UnifiedLog log = open_log(node, small_segments());
        for (int i = 0; i < 40; ++i) producers.append_one(node, log);
        REQUIRE(log.close_cleanly(node.env()).ok());
      }
      const auto files = files_with(node, ".snapshot");
      for (int i = 0; i <= file_from_the_end; ++i) {
        REQUIRE(node.disk.flip_bit(files[files.size() - 1 - static_cast<std::size_t>(i)], byte, 3)
                    .ok());
      }
      const UnifiedLog log = open_log(node, small_segments(), Offset(0), true);
      check_against_fold(node, log);
    }
  }
}

TEST_CASE("a directory from before there were snapshots is not read for them after a clean stop") {
  Node node;
  {
    UnifiedLog log = open_log(node);
    offer(node, log, producer_batch({.sequence = 0}));
    REQUIRE(log.close_cleanly(node.env()).ok());
  }
  for (const std::string& path : files_with(node, ".snapshot"))
    REQUIRE(node.disk.remove(path).ok());
  const UnifiedLog clean = open_log(node, {}, Offset(0), true);
  CHECK(clean.producers().producers().empty());
  for (const std::string& path : files_with(node, ".snapshot"))
    REQUIRE(node.disk.remove(path).ok());
  node.disk.crash_process();
  const UnifiedLog unclean = open_log(node, {}, Offset(0), false);
  CHECK(unclean.producers().find(7) != nullptr);
}

TEST_CASE("a snapshot's bytes are those of the format, and any damage to them is named") {
  ProducerStateEntry entry;
  entry.producer_id = 4000;
  entry.producer_epoch = 2;
  entry.coordinator_epoch = 9;
  entry.last_timestamp_ms = 1704067200000;
  entry.current_txn_first = Offset(120);
  entry.batches.push_back({14, Offset(124), 4, 1704067200000});
  const Bytes bytes = encode_producer_snapshot({entry});
  REQUIRE(bytes.size() == 10 + 46);
  CHECK(decode_producer_snapshot(bytes).value() == std::vector<ProducerStateEntry>{entry});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x10;
    const auto decoded = decode_producer_snapshot(damaged);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.error().kind == ErrorKind::Corrupt);
    CHECK(decoded.error().message.starts_with("position "));
    REQUIRE_FALSE(decode_producer_snapshot(ByteView(bytes).first(i)).ok());
  }
}
