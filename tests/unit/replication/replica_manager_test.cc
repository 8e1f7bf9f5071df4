// Goal: what the metadata log says becomes roles, logs and fetchers; what the disk does becomes
// errors. Method: images built record by record, a fake disk. Reference: ReplicaManagerTest
// (testDeltaFrom…, testDeltaToLeader…, testOfflineLogDir…), KAFKA-1647 (HW checkpoint), KIP-516.
#include "engine/replication/replica_manager.h"

#include "tests/catch.h"
#include "tests/unit/support/records.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using namespace kscope::replication;

namespace {

struct ManagerFixture {
  TestEnv t{NodeId(1)};
  ImageMaker metadata;
  ReplicaManager replicas;
  TopicPartition orders{"orders", 0};

  ManagerFixture() {
    start();
    metadata.broker(1, 11).broker(2, 12).broker(3, 13);
  }
  void start() {
    ReplicaConfig config;
    config.broker = NodeId(1);
    replicas = ReplicaManager();
    REQUIRE(replicas.start(t.env(), config, {}).ok());
    replicas.set_broker_epoch(BrokerEpoch(11));
  }
  void apply() { replicas.on_metadata(t.env(), metadata.image(), metadata.take()); }
  void lead_orders(std::vector<std::int32_t> isr = {1, 2, 3}) {
    metadata.topic("orders", 1).partition(1, 0, {1, 2, 3}, std::move(isr), 1, 0, 0);
    apply();
  }
  const Partition& partition() const { return replicas.find(orders)->partition; }
  const storage::UnifiedLog& log() const { return *replicas.logs().find(orders); }
  PartitionRead fetch(int follower, std::int64_t offset) {
    FetchSource source;
    source.follower = NodeId(follower);
    source.isolation = FetchIsolation::LogEnd;
    return replicas.read(t.env(), source, orders, PartitionFetch{Offset(offset)}, true);
  }
  bool fetching(int leader) const {
    const auto& fetchers = replicas.fetchers().fetchers();
    const auto it = fetchers.find(NodeId(leader));
    return it != fetchers.end() && it->second.partitions().contains(orders);
  }
};

}  // namespace

TEST_CASE("a partition assigned to this broker gets a log and a role") {
  ManagerFixture f;
  f.lead_orders();
  REQUIRE(f.replicas.find(f.orders) != nullptr);
  CHECK(f.partition().is_leader());
  CHECK(f.partition().topic_id() == topic_id_of(1));
  CHECK(f.t.disk.exists("orders-0"));
  CHECK(f.t.network.sent.empty());  // leaders do not fetch
  CHECK(f.t.count<event::BecameLeader>() == 1);
}

TEST_CASE("a partition led elsewhere is fetched from there") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {2, 1}, {2, 1}, 2, 4, 4);
  f.apply();
  CHECK(f.fetching(2));
  REQUIRE(f.t.network.sent.size() == 1);
  CHECK(f.t.network.opened.at(0).peer == NodeId(2));
  CHECK(f.t.count<event::BecameFollower>() == 1);
}

TEST_CASE("partitions of others are none of our business") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {2, 3}, {2, 3}, 2, 0, 0);
  f.apply();
  CHECK(f.replicas.hosted().empty());
  CHECK(f.replicas.append(f.t.env(), f.orders, batch_of(1), 1).error ==
        ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("from follower to leader and back the fetcher goes and comes") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.apply();
  REQUIRE(f.fetching(2));
  f.metadata.partition(1, 0, {1, 2}, {1}, 1, 1, 1);
  f.apply();
  CHECK_FALSE(f.fetching(2));
  CHECK(f.partition().is_leader());
  f.metadata.partition(1, 0, {1, 2}, {1, 2}, 2, 2, 2);
  f.apply();
  CHECK(f.fetching(2));
  CHECK_FALSE(f.partition().is_leader());
}

TEST_CASE("without a leader there is nobody to fetch from") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {2}, 2, 0, 0);
  f.apply();
  f.metadata.partition(1, 0, {1, 2}, {2}, -1, 1, 1);
  f.apply();
  CHECK_FALSE(f.fetching(2));
  CHECK_FALSE(f.partition().leader());
}

TEST_CASE("a new ISR in the same leader epoch does not disturb the fetcher") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {2}, 2, 0, 0);
  f.apply();
  const auto sent = f.t.network.sent.size();
  f.metadata.partition(1, 0, {1, 2}, {1, 2}, 2, 0, 1);
  f.apply();
  CHECK(f.t.network.sent.size() == sent);
  CHECK(f.partition().partition_epoch() == 1);
}

TEST_CASE("a deleted topic takes its log along, and its name can be used again") {
  ManagerFixture f;
  f.lead_orders({1});
  REQUIRE(f.replicas.append(f.t.env(), f.orders, batch_of(3), 1).error == ErrorCode::NONE);
  f.metadata.remove_topic(1);
  f.apply();
  CHECK(f.replicas.find(f.orders) == nullptr);
  CHECK_FALSE(f.replicas.logs().contains(f.orders));
  CHECK(f.t.count<event::ReplicaStopped>() == 1);
  f.metadata.topic("orders", 2).partition(2, 0, {1}, {1}, 1, 0, 0);
  f.apply();
  CHECK(f.partition().topic_id() == topic_id_of(2));
  CHECK(f.log().log_end() == Offset(0));
}

TEST_CASE("deleted and created anew in one delta: the old records do not come back") {
  ManagerFixture f;
  f.lead_orders({1});
  f.replicas.append(f.t.env(), f.orders, batch_of(3), 1);
  f.metadata.remove_topic(1).topic("orders", 2).partition(2, 0, {1}, {1}, 1, 0, 0);
  f.apply();
  CHECK(f.partition().topic_id() == topic_id_of(2));
  CHECK(f.log().log_end() == Offset(0));
}

TEST_CASE("a replica that is reassigned away is removed") {
  ManagerFixture f;
  f.lead_orders();
  f.metadata.partition(1, 0, {2, 3}, {2, 3}, 2, 1, 1);
  f.apply();
  CHECK(f.replicas.find(f.orders) == nullptr);
  CHECK_FALSE(f.replicas.logs().contains(f.orders));
}

TEST_CASE("logs of topics that were deleted while the broker was away are removed at its start") {
  ManagerFixture f;
  f.lead_orders({1});
  f.replicas.shutdown(f.t.env());
  f.start();
  REQUIRE(f.replicas.logs().contains(f.orders));
  f.metadata.remove_topic(1);
  f.metadata.take();
  ImageMaker later;
  later.broker(1, 20).topic("payments", 3).partition(3, 0, {1}, {1}, 1, 0, 0);
  f.replicas.on_metadata(f.t.env(), later.image(), later.take());
  CHECK_FALSE(f.replicas.logs().contains(f.orders));
  CHECK(f.replicas.find({"payments", 0}) != nullptr);
}

TEST_CASE("min.insync.replicas of the topic counts, and may change") {
  ManagerFixture f;
  f.metadata.topic_setting("orders", "min.insync.replicas", "2");
  f.lead_orders({1});
  CHECK(f.replicas.append(f.t.env(), f.orders, batch_of(1), -1).error ==
        ErrorCode::NOT_ENOUGH_REPLICAS);
  f.metadata.topic_setting("orders", "min.insync.replicas", "1");
  f.apply();
  CHECK(f.replicas.append(f.t.env(), f.orders, batch_of(1), -1).error == ErrorCode::NONE);
}

TEST_CASE("the high watermark survives a restart as far as it was checkpointed") {
  ManagerFixture f;
  f.lead_orders({1});
  f.replicas.append(f.t.env(), f.orders, batch_of(3), 1);
  REQUIRE(f.t.timers.at(env::TimerKind::HighWatermarkCheckpoint) == Instant(seconds(5)));
  CHECK(f.replicas.on_timer(f.t.env(), env::TimerKind::HighWatermarkCheckpoint, 0));
  f.replicas.append(f.t.env(), f.orders, batch_of(2), 1);
  f.start();  // the process died
  f.metadata = ImageMaker();
  f.metadata.broker(1, 30).topic("orders", 1).partition(1, 0, {1, 2}, {2}, 2, 1, 1);
  f.apply();
  CHECK(f.partition().high_watermark() == Offset(3));
}

TEST_CASE("a starting broker does not overwrite what it does not know yet") {
  ManagerFixture f;
  f.lead_orders({1});
  f.replicas.append(f.t.env(), f.orders, batch_of(3), 1);
  f.replicas.shutdown(f.t.env());
  const Bytes stored = f.t.disk.files.at("replication-offset-checkpoint");
  f.start();
  f.replicas.on_timer(f.t.env(), env::TimerKind::HighWatermarkCheckpoint, 0);
  CHECK(f.t.disk.files.at("replication-offset-checkpoint") == stored);
}

TEST_CASE("when the disk fails every replica goes offline at once") {
  ManagerFixture f;
  f.lead_orders({1});
  f.metadata.topic("payments", 2).partition(2, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.apply();
  f.replicas.take_effects();
  f.t.disk.fail = ErrorKind::Io;
  CHECK(f.replicas.append(f.t.env(), f.orders, batch_of(1), 1).error ==
        ErrorCode::KAFKA_STORAGE_ERROR);
  CHECK(f.replicas.log_dir_failed());
  CHECK(f.t.count<event::LogDirFailed>() == 1);
  CHECK(f.replicas.find({"payments", 0})->offline);
  CHECK(f.replicas.take_effects().progress.size() == 2);  // whoever waits gets its error now
  f.t.disk.fail.reset();
  CHECK(f.fetch(2, 0).error == ErrorCode::KAFKA_STORAGE_ERROR);
  CHECK(f.replicas.list_offset(f.t.env(), f.orders, {}).error == ErrorCode::KAFKA_STORAGE_ERROR);
  CHECK(f.replicas.epoch_end(f.orders, {}, LeaderEpoch(0)).error ==
        ErrorCode::KAFKA_STORAGE_ERROR);
  CHECK(f.replicas.check_enough_replicas(f.orders, Offset(1)).second ==
        ErrorCode::KAFKA_STORAGE_ERROR);
}

TEST_CASE("a topic's own flush.ms is kept, whatever the broker's default is") {
  ManagerFixture f;
  const auto flush_timer = [&] {
    return f.t.timers.armed.contains({env::TimerKind::LogFlushCheck, 0});
  };
  CHECK_FALSE(flush_timer());
  f.metadata.topic("orders", 1).topic_config("orders", "flush.ms", "1500");
  f.metadata.partition(1, 0, {1}, {1}, 1, 0, 0);
  f.apply();
  REQUIRE(flush_timer());
  f.replicas.append(f.t.env(), f.orders, batch_of(3), 1);
  CHECK(f.log().recovery_point() == Offset(0));
  f.t.advance(millis(1500));
  f.replicas.on_timer(f.t.env(), env::TimerKind::LogFlushCheck, 0);
  CHECK(f.log().recovery_point() == Offset(3));
  CHECK(flush_timer());
  f.metadata.topic_config("orders", "flush.messages", "2");
  f.apply();
  f.replicas.append(f.t.env(), f.orders, batch_of(2), 1);
  CHECK(f.log().recovery_point() == Offset(5));
}

TEST_CASE("a full disk is a failed disk") {
  ManagerFixture f;
  f.lead_orders({1});
  f.t.disk.fail = ErrorKind::DiskFull;
  CHECK(f.replicas.append(f.t.env(), f.orders, batch_of(1), 1).error ==
        ErrorCode::KAFKA_STORAGE_ERROR);
}

TEST_CASE("late followers are looked for twice per replica.lag.time.max.ms") {
  ManagerFixture f;
  f.lead_orders();
  f.replicas.append(f.t.env(), f.orders, batch_of(1), 1);
  CHECK(f.t.timers.at(env::TimerKind::IsrCheck) == Instant(seconds(15)));
  f.t.clock_at(seconds(31));
  f.replicas.on_timer(f.t.env(), env::TimerKind::IsrCheck, 0);
  const Effects effects = f.replicas.take_effects();
  REQUIRE(effects.proposals.size() == 1);
  CHECK(effects.proposals[0].proposal.isr.size() == 1);
  CHECK(f.t.timers.at(env::TimerKind::IsrCheck) == Instant(seconds(46)));
}

TEST_CASE("readiness: what a parked fetch waits for") {
  ManagerFixture f;
  f.lead_orders({1, 2});
  FetchSource consumer;
  PartitionFetch at_end{Offset(0)};
  CHECK_FALSE(f.replicas.readiness(consumer, f.orders, at_end).has_data);
  f.replicas.append(f.t.env(), f.orders, batch_of(2), 1);
  CHECK_FALSE(f.replicas.readiness(consumer, f.orders, at_end).has_data);  // not committed
  f.fetch(2, 2);
  CHECK(f.replicas.readiness(consumer, f.orders, at_end).has_data);
  at_end.current_leader_epoch = LeaderEpoch(5);
  CHECK(f.replicas.readiness(consumer, f.orders, at_end).must_answer);
  CHECK(f.replicas.readiness(consumer, {"nothing", 0}, at_end).must_answer);
}

TEST_CASE("in controlled shutdown a replica that nobody counts on stops fetching") {
  ManagerFixture f;
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.apply();
  REQUIRE(f.fetching(2));
  f.replicas.begin_controlled_shutdown();
  f.metadata.partition(1, 0, {1, 2}, {2}, 2, 0, 1);
  f.apply();
  CHECK_FALSE(f.fetching(2));
}

TEST_CASE("a clean stop leaves the marker, a dead disk does not") {
  ManagerFixture f;
  f.lead_orders({1});
  SECTION("clean") {
    f.replicas.shutdown(f.t.env());
    CHECK(f.t.disk.exists(".kafka_cleanshutdown"));
  }
  SECTION("dead") {
    f.t.disk.fail = ErrorKind::Io;
    f.replicas.append(f.t.env(), f.orders, batch_of(1), 1);
    f.t.disk.fail.reset();
    f.replicas.shutdown(f.t.env());
    CHECK_FALSE(f.t.disk.exists(".kafka_cleanshutdown"));
  }
}
