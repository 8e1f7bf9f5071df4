// Goal: the log start moves on request, at most to the high watermark, and the low watermark is the
// smallest log start among those that are alive.
// Kafka: Partition.deleteRecordsOnLeader, Partition.lowWatermarkIfLeader, PartitionTest.
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

struct LogStartFixture : PartitionFixture {
  /// A follower that holds everything before `offset` and begins at `log_start` itself.
  void fetch_with_start(int follower, std::int64_t offset, std::int64_t log_start) {
    FetchSource source;
    source.follower = NodeId(follower);
    source.follower_epoch = BrokerEpoch(100 + follower);
    source.isolation = FetchIsolation::LogEnd;
    PartitionFetch ask;
    ask.offset = Offset(offset);
    ask.follower_log_start = Offset(log_start);
    Context c = context();
    REQUIRE(partition.fetch(c, log, source, ask, true).ok());
  }
  DeleteRecordsResult delete_records(std::int64_t before) {
    Context c = context();
    const auto deleted = partition.delete_records(c, log, before);
    REQUIRE(deleted.ok());
    return *deleted;
  }
  Offset low_watermark() const { return partition.low_watermark(); }
};

/// Ten records, committed.
void commit_ten(LogStartFixture& f) {
  f.lead({1, 2, 3});
  f.append(10);
  f.fetch_with_start(2, 10, 0);
  f.fetch_with_start(3, 10, 0);
  REQUIRE(f.hw() == 10);
  f.effects = {};
}

}  // namespace

TEST_CASE("the leader moves at once, the low watermark when the last follower has moved") {
  LogStartFixture f;
  commit_ten(f);
  const auto deleted = f.delete_records(7);
  CHECK(deleted.error == ErrorCode::NONE);
  CHECK(deleted.requested == Offset(7));
  CHECK(deleted.low_watermark == Offset(0));
  CHECK(f.log.log_start() == Offset(7));
  REQUIRE(f.effects.progress.size() == 1);
  CHECK(f.effects.progress[0].wakes_producers);
  f.effects = {};
  f.fetch_with_start(2, 10, 7);
  CHECK(f.low_watermark() == Offset(0));
  CHECK(f.effects.progress.empty());  // one of two: nobody can be answered yet
  f.effects = {};
  f.fetch_with_start(3, 10, 7);
  CHECK(f.low_watermark() == Offset(7));
  CHECK(f.t.last<event::LowWatermarkMoved>()->from == Offset(0));
  CHECK(f.effects.progress.size() == 1);  // whoever waits for it may look again
  f.effects = {};
  f.fetch_with_start(3, 10, 7);  // nothing new
  CHECK(f.effects.progress.empty());
}

TEST_CASE("a broker that is not alive does not hold the low watermark back") {
  LogStartFixture f;
  commit_ten(f);
  f.delete_records(4);
  f.fetch_with_start(2, 10, 4);
  CHECK(f.low_watermark() == Offset(0));
  f.brokers.set(NodeId(3), {BrokerEpoch(103), true, false});
  Context c = f.context();
  f.partition.update_low_watermark(c, f.log);
  CHECK(f.low_watermark() == Offset(4));
  f.brokers.set(NodeId(3), {BrokerEpoch(104), false, false});
  f.partition.update_low_watermark(c, f.log);
  CHECK(f.low_watermark() == Offset(0));  // it is back, and has not heard of it yet
  f.follow(2, 1, 1);
  CHECK(f.low_watermark() == Offset(-1));
}

TEST_CASE("-1 is the high watermark; beyond it and below zero is out of range") {
  LogStartFixture f;
  commit_ten(f);
  f.append(5);  // not committed
  CHECK(f.delete_records(11).error == ErrorCode::OFFSET_OUT_OF_RANGE);
  CHECK(f.delete_records(-2).error == ErrorCode::OFFSET_OUT_OF_RANGE);
  CHECK(f.log.log_start() == Offset(0));
  const auto all = f.delete_records(kDeleteToHighWatermark);
  CHECK(all.error == ErrorCode::NONE);
  CHECK(all.requested == Offset(10));
  CHECK(f.log.log_start() == Offset(10));
  // Going back is no error, and does nothing.
  CHECK(f.delete_records(3).error == ErrorCode::NONE);
  CHECK(f.log.log_start() == Offset(10));
  CHECK(f.consume(9).error == ErrorCode::OFFSET_OUT_OF_RANGE);
}

TEST_CASE("followers refuse, and so does a topic that is only compacted") {
  LogStartFixture f;
  f.follow(2, 0, 0);
  CHECK(f.delete_records(0).error == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  f.lead({1, 2, 3}, 1, 1);
  storage::LogConfig config;
  config.cleanup_compact = true;
  config.cleanup_delete = false;
  f.log.set_config(config);
  CHECK(f.delete_records(0).error == ErrorCode::POLICY_VIOLATION);
  config.cleanup_delete = true;
  f.log.set_config(config);
  CHECK(f.delete_records(0).error == ErrorCode::NONE);
}
