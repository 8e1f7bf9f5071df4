// Goal: the high watermark covers exactly what every possible ISR member holds.
// Method: a leader with fetches of its followers laid out by hand. Reference: PartitionTest
// (testIncreaseHighWatermark…, testHighWatermarkIncreasesWithCaughtUpFollowerNotInIsr…),
// KIP-497, KAFKA-15583 (frozen below min.insync.replicas); invariant A8.
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("the high watermark is the smallest log end over the ISR") {
  PartitionFixture f;
  f.lead({1, 2, 3});
  f.append(5);
  f.fetch(2, 4);
  CHECK(f.hw() == 0);  // nothing is known of 3 yet
  f.fetch(3, 3);
  CHECK(f.hw() == 3);
  f.fetch(3, 5);
  CHECK(f.hw() == 4);
  f.fetch(2, 5);
  CHECK(f.hw() == 5);
  CHECK(f.t.last<event::HighWatermarkAdvanced>()->from == Offset(4));
  CHECK(f.t.last<event::HighWatermarkAdvanced>()->to == Offset(5));
}

TEST_CASE("alone in the ISR a leader commits at once") {
  PartitionFixture f;
  f.lead({1});
  f.append(3);
  CHECK(f.hw() == 3);
}

TEST_CASE("a follower outside the ISR does not hold the high watermark back") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.fetch(2, 5);
  CHECK(f.hw() == 5);
}

TEST_CASE("a follower that is about to join is waited for") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.fetch(2, 5);
  f.fetch(3, 5);  // caught up: proposed for the ISR
  REQUIRE(f.partition.isr().in_flight());
  f.decide({ErrorCode::INELIGIBLE_REPLICA});
  f.append(2);
  f.fetch(2, 7);
  CHECK(f.hw() == 5);  // 3 is caught up and eligible, though not in the maximal ISR
  f.t.advance(f.config.lag_time_max + millis(1));
  f.append(1);
  f.fetch(2, 8);
  CHECK(f.hw() == 8);  // it had its chance
}

TEST_CASE("a fenced follower that was caught up is not waited for") {
  PartitionFixture f;
  f.lead({1, 2});
  f.brokers.set(NodeId(3), {BrokerEpoch(103), true, false});
  f.append(5);
  f.fetch(3, 0);
  f.fetch(2, 5);
  CHECK(f.hw() == 5);
}

TEST_CASE("a pending expansion holds the high watermark to the newcomer's end") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(3);
  f.fetch(2, 3);
  f.fetch(3, 3);
  REQUIRE(f.maximal() == nodes({1, 2, 3}));
  f.append(2);
  f.fetch(2, 5);
  CHECK(f.hw() == 3);
  f.t.advance(seconds(3600));  // however long the controller takes
  f.fetch(2, 5);
  CHECK(f.hw() == 3);
  f.fetch(3, 5);
  CHECK(f.hw() == 5);
}

TEST_CASE("a pending shrink still holds the high watermark back") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.t.advance(f.config.lag_time_max + millis(1));
  f.check_isr();
  REQUIRE(f.partition.isr().phase() == IsrPhase::PendingShrink);
  CHECK(f.hw() == 0);
  f.accept({1}, 1);
  CHECK(f.hw() == 5);
}

TEST_CASE("below min.insync.replicas the high watermark stands still, even for acks=1") {
  PartitionFixture f;
  f.partition.set_min_insync_replicas(2);
  f.lead({1});
  f.append(5, 1);
  CHECK(f.hw() == 0);
  f.fetch(2, 5);
  CHECK(f.hw() == 0);  // a wish is not yet an ISR
  f.accept({1, 2}, 1);
  CHECK(f.hw() == 5);
}

TEST_CASE("min.insync.replicas beyond the replication factor means all replicas") {
  PartitionFixture f;
  f.partition.set_min_insync_replicas(5);
  f.lead({1}, 0, 0, {1});
  CHECK(f.partition.effective_min_isr() == 1);
  f.append(2);
  CHECK(f.hw() == 2);
}

TEST_CASE("a new leader epoch does not move the high watermark back") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.fetch(2, 5);
  REQUIRE(f.hw() == 5);
  f.lead({1, 2}, 1, 1);
  CHECK(f.hw() == 5);
}

TEST_CASE("a stored high watermark beyond the log is cut to it") {
  PartitionFixture f;
  f.partition.restore_high_watermark(f.t.env(), f.log, Offset(40));
  CHECK(f.hw() == 0);
}

TEST_CASE("every move of the high watermark is reported to those who wait for it") {
  PartitionFixture f;
  f.lead({1});
  f.effects = {};
  f.append(1);
  REQUIRE(f.effects.progress.size() == 2);
  CHECK_FALSE(f.effects.progress[0].wakes_producers);  // the log end
  CHECK(f.effects.progress[1].wakes_producers);        // the high watermark
}
