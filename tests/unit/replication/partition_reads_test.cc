// Goal: who may read what, and what a reader of another history is told.
// Reference: PartitionTest (testFetchOffsetForTimestampEpochValidation,
// testReadRecordEpochValidation, testOffsetsForLeaderEpoch…, testFollowerFetch…), KIP-101, KIP-207,
// KIP-320, KIP-392, KIP-595.
#include "engine/storage/end_txn_marker.h"
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

PartitionFetch from(std::int64_t offset) { return PartitionFetch{Offset(offset)}; }

OffsetQuery query(std::int64_t timestamp,
                  FetchIsolation isolation = FetchIsolation::HighWatermark) {
  OffsetQuery q;
  q.timestamp_ms = timestamp;
  q.isolation = isolation;
  return q;
}

ListedOffset list(PartitionFixture& f, const OffsetQuery& q) {
  auto listed = f.partition.list_offset(f.t.env(), f.log, q);
  REQUIRE(listed.ok());
  return *listed;
}

}  // namespace

TEST_CASE("leader epochs fence readers on both sides of an election") {
  PartitionFixture f;
  f.lead({1, 2, 3}, 5, 5);
  CHECK(f.fetch(2, 0, 4).error == ErrorCode::FENCED_LEADER_EPOCH);
  CHECK(f.fetch(2, 0, 6).error == ErrorCode::UNKNOWN_LEADER_EPOCH);
  CHECK(f.fetch(2, 0, 5).error == ErrorCode::NONE);
  CHECK(f.fetch(2, 0).error == ErrorCode::NONE);
}

TEST_CASE("a follower does not answer those who want the leader") {
  PartitionFixture f;
  f.follow(2, 0, 0);
  CHECK(f.consume(0).error == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(f.consume(from(0), false).error == ErrorCode::NONE);  // KIP-392
  CHECK(f.append(1).error == ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("a broker that is no replica is told to ask again") {
  PartitionFixture f;
  f.lead({1, 2}, 0, 0, {1, 2});
  CHECK(f.fetch(3, 0, 0).error == ErrorCode::UNKNOWN_LEADER_EPOCH);
  CHECK(f.fetch(3, 0).error == ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("consumers see what is committed, followers everything") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(2);
  f.fetch(2, 2);
  f.append(3);
  const PartitionRead seen = f.consume(0);
  CHECK(record::split_batches(seen.records)->size() == 1);
  CHECK(seen.high_watermark == Offset(2));
  CHECK(f.consume(2).records.empty());
  const PartitionRead copied = f.fetch(2, 2);
  CHECK(record::split_batches(copied.records)->size() == 1);
}

TEST_CASE("an offset outside the log is out of range, its end is not") {
  PartitionFixture f;
  f.lead({1});
  f.append(3);
  CHECK(f.consume(3).error == ErrorCode::NONE);
  CHECK(f.consume(4).error == ErrorCode::OFFSET_OUT_OF_RANGE);
  CHECK(f.consume(-1).error == ErrorCode::OFFSET_OUT_OF_RANGE);
}

TEST_CASE("a follower between high watermark and log end waits rather than fails") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(3);
  const PartitionRead read = f.consume(2);
  CHECK(read.error == ErrorCode::NONE);
  CHECK(read.records.empty());
}

TEST_CASE("a fetcher whose last epoch ended earlier here is told where") {
  PartitionFixture f;
  f.lead({1, 2, 3}, 0, 0);
  f.append(10);
  f.lead({1, 2, 3}, 2, 1);
  f.append(5);
  PartitionFetch ask = from(20);
  ask.last_fetched_epoch = LeaderEpoch(1);  // we never had epoch 1: epoch 0 ended at 10
  PartitionRead read = f.consume(ask);
  REQUIRE(read.diverging);
  CHECK(read.diverging->epoch == LeaderEpoch(0));
  CHECK(read.diverging->end == Offset(10));
  CHECK(read.records.empty());

  ask = from(12);
  ask.last_fetched_epoch = LeaderEpoch(0);  // epoch 0 goes no further than 10
  read = f.consume(ask);
  REQUIRE(read.diverging);
  CHECK(read.diverging->epoch == LeaderEpoch(0));
  CHECK(read.diverging->end == Offset(10));

  ask = from(10);
  ask.last_fetched_epoch = LeaderEpoch(0);
  CHECK_FALSE(f.consume(ask).diverging);
}

TEST_CASE("a diverging fetch proves nothing about the follower") {
  PartitionFixture f;
  f.lead({1, 2, 3}, 0, 0);
  f.append(3);
  f.lead({1, 2, 3}, 1, 1);
  FetchSource source;
  source.follower = NodeId(2);
  source.follower_epoch = BrokerEpoch(102);
  source.isolation = FetchIsolation::LogEnd;
  PartitionFetch ask = from(7);
  ask.last_fetched_epoch = LeaderEpoch(0);
  Context c = f.context();
  auto read = f.partition.fetch(c, f.log, source, ask, true);
  REQUIRE(read.ok());
  CHECK(read->diverging);
  CHECK_FALSE(f.partition.followers()[0].log_end());
}

TEST_CASE("a parked fetch that is answered does not report the follower's progress again") {
  PartitionFixture f;
  f.lead({1, 2, 3});
  f.append(3);
  FetchSource source;
  source.follower = NodeId(2);
  source.isolation = FetchIsolation::LogEnd;
  Context c = f.context();
  REQUIRE(f.partition.fetch(c, f.log, source, from(3), false).ok());
  CHECK_FALSE(f.partition.followers()[0].log_end());
}

TEST_CASE("the end of an epoch is asked of the leader") {
  PartitionFixture f;
  f.lead({1}, 0, 0);
  f.append(4);
  f.lead({1}, 3, 1);
  f.append(2);
  const auto end = f.partition.end_offset_for_epoch(f.log, LeaderEpoch(3), LeaderEpoch(1), true);
  REQUIRE(end.end);
  CHECK(end.end->epoch == LeaderEpoch(0));
  CHECK(end.end->end == Offset(4));
  CHECK(f.partition.end_offset_for_epoch(f.log, LeaderEpoch(2), LeaderEpoch(0), true).error ==
        ErrorCode::FENCED_LEADER_EPOCH);
  f.follow(2, 4, 2);
  CHECK(f.partition.end_offset_for_epoch(f.log, {}, LeaderEpoch(0), true).error ==
        ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("first, last and by time") {
  PartitionFixture f;
  f.lead({1});
  f.append(3);
  CHECK(list(f, query(kEarliestTimestamp)).offset == Offset(0));
  const ListedOffset latest = list(f, query(kLatestTimestamp));
  CHECK(latest.offset == Offset(3));
  CHECK(latest.epoch == LeaderEpoch(0));
  const ListedOffset by_time = list(f, query(kWallMillisAtStart));
  CHECK(by_time.offset == Offset(0));
  CHECK(by_time.timestamp_ms == kWallMillisAtStart);
  CHECK_FALSE(list(f, query(kWallMillisAtStart + 1)).offset);
  CHECK(list(f, query(kMaxTimestamp)).timestamp_ms == kWallMillisAtStart);
}

TEST_CASE("the latest offset is the high watermark for consumers and the log end for followers") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(2);
  f.fetch(2, 2);
  f.append(1);
  CHECK(list(f, query(kLatestTimestamp)).offset == Offset(2));
  CHECK(list(f, query(kLatestTimestamp, FetchIsolation::LogEnd)).offset == Offset(3));
}

TEST_CASE("after an election there is no latest offset before the new epoch has committed") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.lead({1, 2}, 1, 1);  // the high watermark known here is 0, clients may have been told 5
  CHECK(list(f, query(kLatestTimestamp)).error == ErrorCode::OFFSET_NOT_AVAILABLE);
  CHECK(list(f, query(kWallMillisAtStart + 1)).error == ErrorCode::OFFSET_NOT_AVAILABLE);
  CHECK(list(f, query(kEarliestTimestamp)).error == ErrorCode::NONE);
  CHECK(list(f, query(kLatestTimestamp, FetchIsolation::LogEnd)).offset == Offset(5));
  f.fetch(2, 5, 1);
  CHECK(list(f, query(kLatestTimestamp)).offset == Offset(5));
}

namespace {

/// Racks a, b, b, c for the brokers 1 to 4; broker 1 leads, 1 to 3 are in sync at 10.
struct RackFixture : PartitionFixture {
  RackFixture() {
    const char* racks[] = {"a", "b", "b", "c"};
    for (int id = 1; id <= 4; ++id) {
      brokers.set(NodeId(id), {BrokerEpoch(100 + id), false, false, racks[id - 1]});
    }
    config.selector = ReplicaSelector::RackAware;
    lead({1, 2, 3}, 0, 0, {1, 2, 3, 4});
    append(10);
    for (int id = 2; id <= 4; ++id) report(id, 10);
  }
  void report(int follower, std::int64_t offset) {
    FetchSource source;
    source.follower = NodeId(follower);
    source.follower_epoch = BrokerEpoch(100 + follower);
    source.isolation = FetchIsolation::LogEnd;
    PartitionFetch ask{Offset(offset)};
    ask.follower_log_start = Offset(0);
    Context c = context();
    REQUIRE(partition.fetch(c, log, source, ask, true).ok());
  }
  std::optional<NodeId> nearest(const std::string& rack, std::int64_t offset = 5) {
    return partition.preferred_read_replica(context(), rack, Offset(offset));
  }
};

}  // namespace

TEST_CASE("a consumer is sent to the in-sync replica of its rack that holds most (KIP-392)") {
  RackFixture f;
  CHECK(f.nearest("b") == NodeId(2));
  f.append(2);
  f.report(3, 12);
  CHECK(f.nearest("b") == NodeId(3));
  CHECK_FALSE(f.nearest("a"));      // the leader's own
  CHECK_FALSE(f.nearest("c"));      // broker 4 is not in the ISR
  CHECK_FALSE(f.nearest("z"));
  CHECK_FALSE(f.nearest(""));
  CHECK(f.nearest("b", 11) == NodeId(3));
  CHECK_FALSE(f.nearest("b", 13));  // nobody has it yet
  f.config.selector = ReplicaSelector::Leader;
  CHECK_FALSE(f.nearest("b"));
}

TEST_CASE("who is sent to another replica gets no records here") {
  RackFixture f;
  FetchSource source;
  source.leader_only = false;
  source.rack = "b";
  Context c = f.context();
  const auto read = f.partition.fetch(c, f.log, source, PartitionFetch{Offset(0)}, true);
  REQUIRE(read.ok());
  CHECK(read->preferred_read_replica == NodeId(2));
  CHECK(read->records.empty());
  CHECK(read->high_watermark == Offset(10));
  source.leader_only = true;  // an old consumer
  const auto old = f.partition.fetch(c, f.log, source, PartitionFetch{Offset(0)}, true);
  CHECK_FALSE(old->preferred_read_replica);
  CHECK_FALSE(old->records.empty());
}

TEST_CASE("a read of committed data names the aborted transactions in what it returns") {
  PartitionFixture f;
  f.lead({1}, 0, 0, {1});
  record::BatchOptions options;
  options.producer_id = 4000;
  options.producer_epoch = 0;
  options.base_sequence = 0;
  options.transactional = true;
  Context c = f.context();
  const auto write = [&](const record::BatchOptions& o, const record::Record& r,
                         storage::AppendOrigin origin) {
    const auto done =
        f.log.append_as_leader(f.t.env(), record::build_batch(o, {r}), LeaderEpoch(0), origin);
    REQUIRE(done.ok());
    REQUIRE_FALSE(done->refused);
  };
  write(options, {0, kWallMillisAtStart, {}, to_bytes("v"), {}}, storage::AppendOrigin::Client);
  options.base_sequence = -1;
  options.control = true;
  write(options, storage::make_end_txn_record({storage::ControlType::Abort, 1}, 0),
        storage::AppendOrigin::Coordinator);
  f.append(1);
  FetchSource source;
  source.isolation = FetchIsolation::TxnCommitted;
  const auto all = f.partition.fetch(c, f.log, source, PartitionFetch{Offset(0)}, true);
  REQUIRE(all.ok());
  REQUIRE(all->aborted.size() == 1);
  CHECK(all->aborted[0].producer_id == 4000);
  CHECK(all->aborted[0].first == Offset(0));
  const auto rest = f.partition.fetch(c, f.log, source, PartitionFetch{Offset(2)}, true);
  CHECK(rest->aborted.empty());
  source.isolation = FetchIsolation::HighWatermark;
  CHECK(f.partition.fetch(c, f.log, source, PartitionFetch{Offset(0)}, true)->aborted.empty());
}
