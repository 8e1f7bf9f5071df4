// Goal: what a produce request gets, depending on acks and on who is in sync.
// Reference: PartitionTest, ReplicaManagerTest; NOT_ENOUGH_REPLICAS,
// NOT_ENOUGH_REPLICAS_AFTER_APPEND.
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("acks=all is refused below min.insync.replicas, acks=1 and acks=0 are not") {
  PartitionFixture f;
  f.partition.set_min_insync_replicas(2);
  f.lead({1});
  CHECK(f.append(1, -1).error == ErrorCode::NOT_ENOUGH_REPLICAS);
  CHECK(f.log.log_end() == Offset(0));
  CHECK(f.append(1, 1).error == ErrorCode::NONE);
  CHECK(f.append(1, 0).error == ErrorCode::NONE);
  CHECK(f.log.log_end() == Offset(2));
}

TEST_CASE("a member that is only proposed does not count for min.insync.replicas") {
  PartitionFixture f;
  f.partition.set_min_insync_replicas(2);
  f.lead({1});
  f.fetch(2, 0);
  REQUIRE(f.maximal() == nodes({1, 2}));
  CHECK(f.append(1, -1).error == ErrorCode::NOT_ENOUGH_REPLICAS);
}

TEST_CASE("an append is enough when the high watermark has passed it") {
  PartitionFixture f;
  f.lead({1, 2});
  const auto appended = f.append(3);
  CHECK(appended.info.first == Offset(0));
  CHECK(appended.info.last == Offset(2));
  CHECK(f.partition.check_enough_replicas(Offset(3)) == std::pair(false, ErrorCode::NONE));
  f.fetch(2, 3);
  CHECK(f.partition.check_enough_replicas(Offset(3)) == std::pair(true, ErrorCode::NONE));
}

TEST_CASE("committed with too few replicas left is told as such") {
  PartitionFixture f;
  f.partition.set_min_insync_replicas(2);
  f.lead({1, 2});
  f.append(3);
  f.fetch(2, 3);
  f.lead({1}, 0, 1);
  CHECK(f.partition.check_enough_replicas(Offset(3)) ==
        std::pair(true, ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND));
}

TEST_CASE("who lost the leadership cannot acknowledge any more") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(3);
  f.follow(2, 1, 1);
  CHECK(f.partition.check_enough_replicas(Offset(3)).second ==
        ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("what the log refuses is passed on with its reason") {
  PartitionFixture f;
  f.lead({1});
  Bytes damaged = batch_of(2);
  damaged.back() ^= 0xff;
  Context c = f.context();
  const auto result = f.partition.append_as_leader(c, f.log, damaged, 1);
  REQUIRE(result.ok());
  CHECK(result->error == ErrorCode::CORRUPT_MESSAGE);
  CHECK_FALSE(result->reason.empty());
}

TEST_CASE("a disk that fails is not an answer but an error") {
  PartitionFixture f;
  f.lead({1});
  f.t.disk.fail = ErrorKind::Io;
  Context c = f.context();
  CHECK_FALSE(f.partition.append_as_leader(c, f.log, batch_of(1), 1).ok());
}
