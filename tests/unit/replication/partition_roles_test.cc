// Goal: becoming leader or follower keeps what must be kept and forgets what must be forgotten.
// Reference: PartitionTest (testMakeLeader…, testMakeFollower…), KIP-101.
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a new leader writes down where its epoch begins, before its first record") {
  PartitionFixture f;
  f.lead({1, 2}, 7, 0);
  REQUIRE(f.log.latest_epoch());
  CHECK(*f.log.latest_epoch() == LeaderEpoch(7));
  CHECK(f.partition.leader_epoch_start() == Offset(0));
  CHECK(f.t.last<event::BecameLeader>()->leader_epoch == LeaderEpoch(7));
}

TEST_CASE("news older than what is known changes nothing") {
  PartitionFixture f;
  CHECK(f.lead({1, 2}, 3, 8));
  CHECK_FALSE(f.lead({1}, 3, 7));
  CHECK(f.isr() == nodes({1, 2}));
  CHECK_FALSE(f.follow(2, 2, 7));
  CHECK(f.partition.is_leader());
}

TEST_CASE("the same epoch again only brings a new ISR") {
  PartitionFixture f;
  f.lead({1, 2}, 0, 0);
  f.append(2);
  f.lead({1, 2, 3}, 0, 1);
  CHECK(f.t.count<event::BecameLeader>() == 1);
  CHECK(f.isr() == nodes({1, 2, 3}));
  CHECK(f.partition.leader_epoch_start() == Offset(0));
}

TEST_CASE("a leader elected again keeps what its followers have proved, a new leader does not") {
  PartitionFixture f;
  f.lead({1, 2}, 0, 0);
  f.append(2);
  f.fetch(2, 2);
  f.lead({1, 2}, 1, 1);
  CHECK(f.partition.followers()[0].log_end() == Offset(2));
  f.follow(2, 2, 2);
  f.lead({1, 2}, 3, 3);
  CHECK_FALSE(f.partition.followers()[0].log_end());
}

TEST_CASE("a follower has neither ISR nor followers") {
  PartitionFixture f;
  f.lead({1, 2}, 0, 0);
  CHECK(f.follow(2, 1, 1));
  CHECK_FALSE(f.partition.is_leader());
  CHECK(f.partition.followers().empty());
  CHECK(f.isr().empty());
  CHECK_FALSE(f.partition.leader_epoch_start());
  CHECK_FALSE(f.follow(2, 1, 2));  // the same epoch: nothing to start over
}

TEST_CASE("a partition without a leader is followed by nobody") {
  PartitionFixture f;
  CHECK(f.follow(-1, 1, 1));
  CHECK_FALSE(f.partition.leader());
  CHECK(f.t.last<event::BecameFollower>()->leader == NodeId(-1));
}

TEST_CASE("a follower's high watermark is the leader's, as far as its own log goes") {
  PartitionFixture f;
  f.follow(2, 0, 0);
  Context c = f.context();
  REQUIRE(f.partition.append_as_follower(c, f.log, stored_batch(4, 0, 0)).ok());
  f.partition.follow_high_watermark(c, f.log, Offset(9));
  CHECK(f.hw() == 4);
  f.partition.follow_high_watermark(c, f.log, Offset(2));  // a new leader knows of less
  CHECK(f.hw() == 2);
}

TEST_CASE("truncation takes the high watermark with it") {
  PartitionFixture f;
  f.follow(2, 0, 0);
  Context c = f.context();
  REQUIRE(f.partition.append_as_follower(c, f.log, stored_batch(2, 0, 0)).ok());
  REQUIRE(f.partition.append_as_follower(c, f.log, stored_batch(2, 2, 0)).ok());
  f.partition.follow_high_watermark(c, f.log, Offset(4));
  REQUIRE(f.partition.truncate_to(f.t.env(), f.log, Offset(2)).ok());
  CHECK(f.hw() == 2);
  CHECK(f.log.log_end() == Offset(2));
  REQUIRE(f.partition.truncate_fully_and_start_at(f.t.env(), f.log, Offset(50)).ok());
  CHECK(f.hw() == 50);
  f.partition.check(f.log);
}

TEST_CASE("an epoch without records is cut away by a truncation to the log end") {
  PartitionFixture f;
  f.lead({1, 2}, 0, 0);
  f.append(3);
  f.lead({1, 2}, 4, 1);  // elected, and nothing was written
  f.follow(2, 5, 2);
  REQUIRE(f.partition.truncate_to(f.t.env(), f.log, Offset(3)).ok());
  CHECK(f.log.latest_epoch() == LeaderEpoch(0));
}
