// Goal: leaders come out of the ISR in replica order, an ISR is never emptied, and epochs grow when
// and only when they should. Method: one partition, every kind of change.
// Kafka: PartitionChangeBuilderTest. KIP-704, KAFKA-15021.
#include "engine/metadata/partition_change_builder.h"

#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

PartitionRegistration make(std::initializer_list<int> replicas, std::initializer_list<int> isr,
                           int leader) {
  PartitionRegistration partition;
  partition.replicas = nodes(replicas);
  partition.isr = nodes(isr);
  if (leader >= 0) partition.leader = NodeId(leader);
  partition.leader_epoch = LeaderEpoch(5);
  partition.partition_epoch = 10;
  return partition;
}

AcceptableLeader alive(std::vector<NodeId> brokers) {
  return
      [brokers](NodeId b) { return std::find(brokers.begin(), brokers.end(), b) != brokers.end(); };
}

}  // namespace

TEST_CASE("a leader that stays in the ISR stays leader, and a shrink keeps the leader epoch") {
  const auto partition = make({1, 2, 3}, {1, 2, 3}, 1);
  const auto record = PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({1, 2, 3})))
                          .target_isr(nodes({1, 2}))
                          .build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK(next.leader == NodeId(1));
  CHECK(next.isr == nodes({1, 2}));
  CHECK(next.leader_epoch == LeaderEpoch(5));
  CHECK(next.partition_epoch == 11);
}

TEST_CASE("when the leader leaves the ISR the next one in replica order leads in a new epoch") {
  const auto partition = make({3, 1, 2}, {2, 1, 3}, 3);
  const auto record = PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({1, 2})))
                          .target_isr(nodes({2, 1}))
                          .build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK(next.leader == NodeId(1));  // the order of the replicas counts, not that of the ISR
  CHECK(next.leader_epoch == LeaderEpoch(6));
}

TEST_CASE("the last member stays in the ISR when it goes, and the partition has no leader") {
  const auto partition = make({1, 2, 3}, {1}, 1);
  const auto record =
      PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({2, 3}))).target_isr({}).build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK_FALSE(next.leader.has_value());
  CHECK(next.isr == nodes({1}));
  CHECK_FALSE(record->isr.has_value());
}

TEST_CASE("an unclean election takes any live replica, alone in the ISR and recovering") {
  const auto partition = make({1, 2, 3}, {1}, 1);
  const auto record = PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({2, 3})))
                          .target_isr({})
                          .election(Election::Unclean)
                          .build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK(next.leader == NodeId(2));
  CHECK(next.isr == nodes({2}));
  CHECK(next.recovering);
}

TEST_CASE("an unclean election is clean if somebody in the ISR is alive") {
  const auto partition = make({1, 2, 3}, {1, 3}, 1);
  const auto record = PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({2, 3})))
                          .target_isr(nodes({3}))
                          .election(Election::Unclean)
                          .build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK(next.leader == NodeId(3));
  CHECK_FALSE(next.recovering);
}

TEST_CASE(
    "a preferred election moves the leadership to the first replica and only if it may lead") {
  const auto partition = make({1, 2, 3}, {2, 1}, 2);
  const auto build = [&](std::vector<NodeId> live) {
    return PartitionChangeBuilder(partition, uuid(1), 0, alive(live))
        .election(Election::Preferred)
        .build();
  };
  const auto moved = build(nodes({1, 2}));
  REQUIRE(moved);
  CHECK(partition.merged(*moved).leader == NodeId(1));
  CHECK_FALSE(build(nodes({2, 3})).has_value());  // stays with 2: nothing to write
}

TEST_CASE("a leader that recovered from an unclean election says so without a new leader epoch") {
  auto partition = make({1, 2}, {1}, 1);
  partition.recovering = true;
  const auto record = PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({1, 2})))
                          .target_recovering(false)
                          .build();
  REQUIRE(record);
  const auto next = partition.merged(*record);
  CHECK_FALSE(next.recovering);
  CHECK(next.leader_epoch == LeaderEpoch(5));
}

TEST_CASE("nothing that changes nothing is written") {
  const auto partition = make({1, 2, 3}, {1, 2, 3}, 1);
  CHECK_FALSE(PartitionChangeBuilder(partition, uuid(1), 0, alive(nodes({1, 2, 3})))
                  .target_isr(nodes({1, 2, 3}))
                  .build()
                  .has_value());
}

}  // namespace kscope::metadata::testing
