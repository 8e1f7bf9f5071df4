// Goal: who enters and leaves the ISR, and what becomes of the wish when the controller answers.
// Reference: PartitionTest (testIsrExpansion, testIsrNotExpandedIfUpdateFails, testMaybeShrinkIsr,
// testAlterIsr…, testIsrNotExpandedIfReplicaIsFencedOrShutdown), KIP-497, KIP-841, KIP-903;
// invariants A5 and A9.
#include "tests/catch.h"
#include "tests/unit/replication/partition_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a follower joins when its end has reached the high watermark") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.fetch(2, 5);
  f.fetch(3, 4);
  CHECK(f.effects.proposals.empty());
  f.fetch(3, 5);
  REQUIRE(f.effects.proposals.size() == 1);
  const AlterPartitionItem& item = f.effects.proposals[0];
  CHECK(item.partition == f.name);
  CHECK(item.topic_id == topic_id_of(1));
  CHECK(item.proposal.leader_epoch == LeaderEpoch(0));
  CHECK(item.proposal.partition_epoch == 0);
  REQUIRE(item.proposal.isr.size() == 3);
  CHECK(item.proposal.isr[0] == IsrMember{NodeId(1), BrokerEpoch(101)});
  CHECK(item.proposal.isr[2] == IsrMember{NodeId(3), BrokerEpoch(103)});
  CHECK(f.t.count<event::IsrChangeRequested>() == 1);
}

TEST_CASE("reaching the high watermark is not enough before the start of the leader epoch") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(5);
  f.lead({1, 2}, 1, 1);  // epoch 1 begins at 5, the high watermark is still 0
  REQUIRE(f.hw() == 0);
  f.fetch(3, 3);
  CHECK(f.effects.proposals.empty());
  f.fetch(3, 5);
  CHECK(f.effects.proposals.size() == 1);
}

TEST_CASE("brokers that are fenced, leaving, unknown or of another incarnation may not join") {
  PartitionFixture f;
  f.lead({1, 2});
  SECTION("fenced") { f.brokers.set(NodeId(3), {BrokerEpoch(103), true, false}); }
  SECTION("in controlled shutdown") { f.brokers.set(NodeId(3), {BrokerEpoch(103), false, true}); }
  SECTION("not registered") { f.brokers.remove(NodeId(3)); }
  SECTION("an older registration is what the leader knows") {
    f.brokers.set(NodeId(3), {BrokerEpoch(90), false, false});
  }
  CHECK(f.fetch(3, 0).error == ErrorCode::NONE);
  CHECK(f.effects.proposals.empty());
}

TEST_CASE("a fetch of a former incarnation is refused and proves nothing") {
  PartitionFixture f;
  f.lead({1, 2});
  f.append(3);
  CHECK(f.fetch(3, 3, {}, 42).error == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK_FALSE(f.partition.followers()[1].log_end());
  CHECK(f.effects.proposals.empty());
}

TEST_CASE("a fetch version without a broker epoch is let through") {
  PartitionFixture f;
  f.lead({1, 2});
  CHECK(f.fetch(3, 0, {}, -1).error == ErrorCode::NONE);
  REQUIRE(f.effects.proposals.size() == 1);
  CHECK(f.effects.proposals[0].proposal.isr[2].epoch == BrokerEpoch(-1));
}

TEST_CASE("one wish at a time") {
  PartitionFixture f;
  f.lead({1}, 0, 0, {1, 2, 3, 4});
  f.fetch(2, 0);
  f.fetch(3, 0);
  CHECK(f.effects.proposals.size() == 1);
  f.accept({1, 2}, 1);
  f.fetch(3, 0);
  REQUIRE(f.effects.proposals.size() == 2);
  CHECK(f.effects.proposals[1].proposal.partition_epoch == 1);
}

TEST_CASE("a follower that has not caught up for replica.lag.time.max.ms leaves") {
  PartitionFixture f;
  f.lead({1, 2, 3});
  f.append(5);
  f.fetch(2, 5);
  f.t.advance(f.config.lag_time_max);
  f.check_isr();
  CHECK(f.effects.proposals.empty());
  f.t.advance(millis(1));
  f.fetch(2, 5);
  f.check_isr();
  REQUIRE(f.effects.proposals.size() == 1);
  REQUIRE(f.effects.proposals[0].proposal.isr.size() == 2);
  CHECK(f.effects.proposals[0].proposal.isr[1].broker == NodeId(2));
  f.accept({1, 2}, 1);
  CHECK(f.isr() == nodes({1, 2}));
  CHECK(f.hw() == 5);
}

TEST_CASE("a silent follower stays in the ISR while the leader has nothing new") {
  PartitionFixture f;
  f.lead({1, 2});
  f.fetch(2, 0);
  f.t.advance(seconds(3600));
  f.check_isr();
  CHECK(f.effects.proposals.empty());
}

TEST_CASE("INELIGIBLE_REPLICA takes the wish back, so that it can be made again") {
  PartitionFixture f;
  f.lead({1, 2});
  f.fetch(3, 0);
  f.decide({ErrorCode::INELIGIBLE_REPLICA});
  CHECK(f.maximal() == nodes({1, 2}));
  CHECK(f.t.last<event::IsrChangeFailed>()->error == ErrorCode::INELIGIBLE_REPLICA);
  f.fetch(3, 0);
  CHECK(f.effects.proposals.size() == 2);
}

TEST_CASE("after an answer that leaves the outcome open the leader stays careful") {
  const ErrorCode open[] = {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ErrorCode::UNKNOWN_TOPIC_ID,
                            ErrorCode::FENCED_LEADER_EPOCH, ErrorCode::INVALID_UPDATE_VERSION,
                            ErrorCode::INVALID_REQUEST, ErrorCode::NEW_LEADER_ELECTED};
  for (ErrorCode error : open) {
    PartitionFixture f;
    f.lead({1, 2});
    f.fetch(3, 0);
    f.decide({error});
    CHECK(f.partition.isr().phase() == IsrPhase::PendingExpand);
    CHECK(f.maximal() == nodes({1, 2, 3}));
    CHECK(f.effects.proposals.size() == 1);
    f.lead({1, 2}, 0, 1);  // the metadata log tells what happened
    CHECK(f.maximal() == nodes({1, 2}));
  }
}

TEST_CASE("an unexpected error makes the leader ask again for the same") {
  PartitionFixture f;
  f.lead({1, 2});
  f.fetch(3, 0);
  f.decide({ErrorCode::UNKNOWN_SERVER_ERROR});
  REQUIRE(f.effects.proposals.size() == 2);
  CHECK(f.effects.proposals[0] == f.effects.proposals[1]);
}

TEST_CASE("an answer to a wish that newer metadata has overtaken is ignored") {
  PartitionFixture f;
  f.lead({1, 2});
  f.fetch(3, 0);
  const IsrProposal old = *f.partition.isr().proposal();
  f.lead({1}, 0, 5);
  Context c = f.context();
  f.partition.on_isr_decision(c, f.log, old,
                              {ErrorCode::NONE, LeaderEpoch(0), 1, nodes({1, 2, 3})});
  CHECK(f.isr() == nodes({1}));
  CHECK(f.partition.partition_epoch() == 5);
}

TEST_CASE("metadata that only repeats the controller's answer does not forget the next wish") {
  PartitionFixture f;
  f.lead({1}, 0, 0);
  f.fetch(2, 0);
  f.accept({1, 2}, 1);  // the answer is quicker than the metadata log
  f.fetch(3, 0);
  REQUIRE(f.maximal() == nodes({1, 2, 3}));
  f.lead({1, 2}, 0, 1);  // the log tells of partition epoch 1, too
  CHECK(f.maximal() == nodes({1, 2, 3}));
  f.accept({1, 2, 3}, 2);
  CHECK(f.isr() == nodes({1, 2, 3}));
}

TEST_CASE("a decision of an older leader epoch is ignored") {
  PartitionFixture f;
  f.lead({1, 2}, 3, 3);
  f.fetch(3, 0);
  f.accept({1, 2, 3}, 4, 2);
  CHECK(f.partition.isr().in_flight());
}

TEST_CASE("a wish that never left the broker is taken back") {
  PartitionFixture f;
  f.lead({1, 2});
  f.fetch(3, 0);
  Context c = f.context();
  f.partition.on_isr_change_not_attempted(c, IsrProposal(*f.partition.isr().proposal()));
  CHECK(f.maximal() == nodes({1, 2}));
}
