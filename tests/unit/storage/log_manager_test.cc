// Goal: a node's log directory comes back as it was left, cleanly or not, and nothing of a deleted
// log is inherited. Method: run a LogManager through starts and stops on one disk. Kafka:
// LogManagerTest.
#include "engine/storage/log_manager.h"

#include "engine/storage/file_names.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

Uuid uuid(std::uint8_t n) {
  Uuid id;
  id.bytes[0] = n;
  return id;
}

LogManager start(Node& node, const LogManager::ConfigOverrides& overrides = {}) {
  auto manager = LogManager::open(node.env(), {}, overrides);
  if (!manager.ok()) INFO(manager.error().message);
  REQUIRE(manager.ok());
  return std::move(manager).value();
}

UnifiedLog& log_of(Node& node, LogManager& manager, const TopicPartition& partition,
                   std::uint8_t id = 1) {
  auto log = manager.get_or_create(node.env(), partition, uuid(id), {});
  REQUIRE(log.ok());
  return *log.value();
}

const TopicPartition kPayments{"payments", 3};

}  // namespace

TEST_CASE("a first start finds nothing and is not clean") {
  Node node;
  const LogManager manager = start(node);
  CHECK(manager.logs().empty());
  CHECK_FALSE(manager.stopped_cleanly_before());
  CHECK(manager.stored_high_watermarks().empty());
}

TEST_CASE("a log is created with its topic id before its first record") {
  Node node;
  LogManager manager = start(node);
  log_of(node, manager, kOrders, 5);
  CHECK(text_file(node.disk, "orders-0/partition.metadata") ==
        "version: 0\ntopic_id: " + uuid(5).str());
  CHECK(manager.topic_id(kOrders) == uuid(5));
  CHECK(&log_of(node, manager, kOrders, 5) == manager.find(kOrders));
  const auto other = manager.get_or_create(node.env(), kOrders, uuid(6), {});
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().kind == ErrorKind::Invalid);
}

TEST_CASE("a clean stop leaves the marker, and the next start takes it away") {
  Node node;
  LogManager manager = start(node);
  append(node, log_of(node, manager, kOrders), {.records = 3});
  append(node, log_of(node, manager, kPayments), {.records = 5});
  REQUIRE(manager.close_cleanly(node.env(), BrokerEpoch(12)).ok());
  CHECK(text_file(node.disk, kCleanShutdownMarker) == "{\"version\":0,\"brokerEpoch\":12}");
  CHECK(text_file(node.disk, kRecoveryPointCheckpoint) == "0\n2\norders 0 3\npayments 3 5\n");
  CHECK(node.disk.open_handles() == 0);
  env::Random random(1);
  CHECK(node.disk.power_loss(random) == 0);

  node.sink.events.clear();
  const LogManager again = start(node);
  CHECK(again.stopped_cleanly_before());
  CHECK(again.previous_broker_epoch() == BrokerEpoch(12));
  CHECK_FALSE(node.disk.exists(kCleanShutdownMarker));
  CHECK(again.find(kOrders)->log_end() == Offset(3));
  CHECK(again.find(kPayments)->log_end() == Offset(5));
  CHECK(again.topic_id(kPayments) == uuid(1));
  CHECK(node.events<event::LogRecovered>().empty());

}

TEST_CASE("the marker of a clean stop does not come back after a power loss") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Node node;
    LogManager manager = start(node);
    append(node, log_of(node, manager, kOrders), {.records = 3});
    REQUIRE(manager.close_cleanly(node.env()).ok());
    REQUIRE(start(node).stopped_cleanly_before());
    env::Random random(seed);
    node.disk.power_loss(random);
    REQUIRE_FALSE(start(node).stopped_cleanly_before());
    REQUIRE_FALSE(start(node).previous_broker_epoch().has_value());
  }
}

TEST_CASE("after a crash every log is recovered from its checkpointed recovery point") {
  Node node;
  LogManager manager = start(node);
  UnifiedLog& log = log_of(node, manager, kOrders);
  append(node, log, {.records = 3});
  REQUIRE(log.roll(node.env(), event::RollReason::Forced).ok());
  append(node, log, {.records = 3});
  REQUIRE(manager.checkpoint_recovery_points(node.env()).ok());
  node.disk.crash_process();
  node.sink.events.clear();
  const LogManager again = start(node);
  const auto recovered = node.events<event::LogRecovered>();
  REQUIRE(recovered.size() == 1);
  CHECK(recovered[0].from == Offset(3));
  CHECK(again.find(kOrders)->log_end() == Offset(6));
  CHECK(again.find(kOrders)->recovery_point() == Offset(3));
}

TEST_CASE("a checkpoint that cannot be read counts as lost") {
  Node node;
  LogManager manager = start(node);
  append(node, log_of(node, manager, kOrders), {.records = 3});
  REQUIRE(write_file_atomically(node.disk, kRecoveryPointCheckpoint, "rubbish\n").ok());
  REQUIRE(write_file_atomically(node.disk, kHighWatermarkCheckpoint, "rubbish\n").ok());
  node.disk.crash_process();
  const LogManager again = start(node);
  CHECK(again.find(kOrders)->log_end() == Offset(3));
  CHECK(again.find(kOrders)->recovery_point() == Offset(0));
  CHECK(again.stored_high_watermarks().empty());
}

TEST_CASE("high watermarks and log starts come back") {
  Node node;
  LogManager manager = start(node);
  UnifiedLog& log = log_of(node, manager, kOrders);
  append(node, log, {.records = 5});
  REQUIRE(log.advance_log_start(node.env(), Offset(2)).ok());
  REQUIRE(manager.checkpoint_log_starts(node.env()).ok());
  REQUIRE(manager.checkpoint_high_watermarks(node.env(), {{kOrders, Offset(4)}}).ok());
  CHECK(text_file(node.disk, "replication-offset-checkpoint") == "0\n1\norders 0 4\n");
  node.disk.crash_process();
  const LogManager again = start(node);
  CHECK(again.stored_high_watermarks() == OffsetCheckpoint{{kOrders, Offset(4)}});
  CHECK(again.find(kOrders)->log_start() == Offset(2));
}

TEST_CASE("a removed log is gone, its successor of the same name starts at 0") {
  Node node;
  LogManager manager = start(node);
  UnifiedLog& log = log_of(node, manager, kOrders);
  append(node, log, {.records = 5});
  REQUIRE(log.advance_log_start(node.env(), Offset(4)).ok());
  REQUIRE(manager.checkpoint_log_starts(node.env()).ok());
  REQUIRE(manager.remove(node.env(), kOrders).ok());
  CHECK_FALSE(manager.contains(kOrders));
  CHECK_FALSE(node.disk.exists("orders-0"));
  REQUIRE(manager.remove(node.env(), kOrders).ok());
  log_of(node, manager, kOrders, 2);
  node.disk.crash_process();
  const LogManager again = start(node);
  CHECK(again.find(kOrders)->log_start() == Offset(0));
  CHECK(again.topic_id(kOrders) == uuid(2));
}

TEST_CASE("a deletion that a crash interrupted is finished at the next start") {
  Node node;
  LogManager manager = start(node);
  append(node, log_of(node, manager, kOrders));
  node.disk.crash_process();
  REQUIRE(node.disk.rename("orders-0", "orders-0.000000000000002a-delete").ok());
  const LogManager again = start(node);
  CHECK(again.logs().empty());
  CHECK_FALSE(node.disk.exists("orders-0.000000000000002a-delete"));
}

TEST_CASE("the metadata log and strange directories are none of its business") {
  Node node;
  REQUIRE(node.disk.make_directory("__cluster_metadata-0").ok());
  REQUIRE(node.disk.make_directory("lost+found").ok());
  CHECK(start(node).logs().empty());
  CHECK(node.disk.list("__cluster_metadata-0").value().empty());
}

TEST_CASE("topics have their own settings") {
  Node node;
  LogManager manager = start(node);
  log_of(node, manager, kOrders);
  log_of(node, manager, kPayments);
  node.disk.crash_process();
  LogConfig small;
  small.segment_bytes = 1000;
  const LogManager again = start(node, {{"orders", small}});
  CHECK(again.find(kOrders)->config() == small);
  CHECK(again.find(kPayments)->config() == LogConfig());
}

TEST_CASE("a manager and its disk can be copied and go on apart") {
  Node node;
  LogManager manager = start(node);
  append(node, log_of(node, manager, kOrders), {.records = 2});
  Node other(node.disk);
  LogManager fork = manager;
  append(other, *fork.find(kOrders), {.records = 2});
  CHECK(fork.find(kOrders)->log_end() == Offset(4));
  CHECK(manager.find(kOrders)->log_end() == Offset(2));
  CHECK(node.disk.contents(kFirstLog).value().size() <
        other.disk.contents(kFirstLog).value().size());
}
