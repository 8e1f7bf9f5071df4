// Goal: replicas move in three steps, are complete exactly when the ISR holds all that stay, and a
// move can be called off. Method: decisions on small images, replayed.
// Kafka: PartitionReassignmentReplicasTest, PartitionReassignmentRevertTest,
// ReplicationControlManagerTest.testReassignPartitions. KIP-455.
#include "engine/metadata/reassignment.h"

#include "engine/metadata/metadata_announcer.h"
#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"
#include "tests/unit/support/test_env.h"

namespace kscope::metadata::testing {
namespace {

struct ReassignmentWorld : World {
  ReassignmentWorld() {
    register_brokers(6);
    add_topic("orders", uuid(1), {nodes({1, 2, 3}), nodes({2, 3, 1})});
  }

  ErrorCode reassign(std::optional<std::vector<std::int32_t>> replicas, std::int32_t index = 0,
                     const std::string& topic = "orders") {
    protocol::AlterPartitionReassignmentsRequest request;
    request.topics.push_back({topic, {{index, std::move(replicas)}}});
    const auto result = alter_partition_reassignments(view(), request);
    apply(result.records);
    message = result.response.responses.at(0).partitions.at(0).error_message.value_or("");
    return result.response.responses.at(0).partitions.at(0).error_code;
  }
  /// The leader tells the controller of a new ISR.
  void alter_isr(const std::vector<NodeId>& isr) { apply(isr_change(isr)); }
  Records isr_change(const std::vector<NodeId>& isr) const {
    const auto& p = partition("orders");
    protocol::AlterPartitionRequest request;
    request.broker_id = p.leader->value();
    request.broker_epoch = epoch_of(p.leader->value());
    auto& topic = request.topics.emplace_back();
    topic.topic_id = uuid(1);
    auto& data = topic.partitions.emplace_back();
    data.leader_epoch = p.leader_epoch.value();
    data.partition_epoch = p.partition_epoch;
    for (NodeId id : isr) data.new_isr_with_epochs.push_back({id.value(), epoch_of(id.value())});
    return alter_partition(view(), request, 3).records;
  }
  /// Applies the records and returns the change of leader that they are told as.
  event::PartitionLeaderChanged told(const Records& records) {
    test::TestEnv t(NodeId(1));
    for (std::size_t i = 0; i < records.size(); ++i) {
      announce_record(t.env(), image, records, i);
      apply(records[i]);
    }
    REQUIRE(t.count<event::PartitionLeaderChanged>() == 1);
    return *t.last<event::PartitionLeaderChanged>();
  }
  std::size_t listed() const { return list_partition_reassignments(image, {}).topics.size(); }

  std::string message;
};

}  // namespace

TEST_CASE_METHOD(ReassignmentWorld,
                 "a move adds first, and takes away once all that stay are in sync") {
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5, 1}) == ErrorCode::NONE);
  CHECK(partition("orders").replicas == nodes({4, 5, 1, 2, 3}));
  CHECK(partition("orders").adding == nodes({4, 5}));
  CHECK(partition("orders").removing == nodes({2, 3}));
  CHECK(partition("orders").leader == NodeId(1));
  CHECK(partition("orders").leader_epoch == LeaderEpoch(0));  // nobody left: nobody is fenced
  CHECK(listed() == 1);

  alter_isr(nodes({1, 2, 3, 4}));
  CHECK(partition("orders").is_reassigning());
  alter_isr(nodes({1, 2, 3, 4, 5}));
  CHECK(partition("orders").replicas == nodes({4, 5, 1}));
  CHECK(partition("orders").isr == nodes({1, 4, 5}));
  CHECK(partition("orders").leader == NodeId(1));
  CHECK(partition("orders").leader_epoch == LeaderEpoch(1));  // 2 and 3 are fenced
  CHECK_FALSE(partition("orders").is_reassigning());
  CHECK(listed() == 0);
}

TEST_CASE_METHOD(ReassignmentWorld, "a leader that is moved away hands over in the same record") {
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5}) == ErrorCode::NONE);
  alter_isr(nodes({1, 2, 3, 4, 5}));
  CHECK(partition("orders").leader == NodeId(4));
  CHECK(partition("orders").isr == nodes({4, 5}));
}

TEST_CASE_METHOD(ReassignmentWorld,
                 "who joins the ISR by the change that completes a move is elected cleanly") {
  REQUIRE(reassign(std::vector<std::int32_t>{4}) == ErrorCode::NONE);
  REQUIRE_FALSE(partition("orders").in_isr(NodeId(4)));
  const event::PartitionLeaderChanged end = told(isr_change(nodes({1, 2, 3, 4})));
  CHECK(end.to == NodeId(4));
  CHECK_FALSE(end.unclean);
  CHECK_FALSE(partition("orders").is_reassigning());

  // Unlike one that is made leader without being in sync.
  set_config("orders", "unclean.leader.election.enable", "true");
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5}) == ErrorCode::NONE);
  fence(4);
  change(uuid(1), {4}, -1);
  Records records;
  elect_unclean_leaders(view(), records);
  const event::PartitionLeaderChanged forced = told(records);
  CHECK(forced.to == NodeId(5));
  CHECK(forced.unclean);
}

TEST_CASE_METHOD(ReassignmentWorld, "another order of the same replicas is done at once") {
  REQUIRE(reassign(std::vector<std::int32_t>{3, 2, 1}) == ErrorCode::NONE);
  CHECK(partition("orders").replicas == nodes({3, 2, 1}));
  CHECK(partition("orders").leader == NodeId(1));
  CHECK_FALSE(partition("orders").is_reassigning());
}

TEST_CASE_METHOD(ReassignmentWorld,
                 "fewer replicas: those that stay are in sync, so it is done at once") {
  REQUIRE(reassign(std::vector<std::int32_t>{3}) == ErrorCode::NONE);
  CHECK(partition("orders").replicas == nodes({3}));
  CHECK(partition("orders").leader == NodeId(3));
}

TEST_CASE_METHOD(ReassignmentWorld, "a move that is called off leaves what was there before") {
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5, 6}) == ErrorCode::NONE);
  alter_isr(nodes({1, 2, 3, 4}));
  REQUIRE(reassign(std::nullopt) == ErrorCode::NONE);
  CHECK(partition("orders").replicas == nodes({1, 2, 3}));
  CHECK(partition("orders").isr == nodes({1, 2, 3}));
  CHECK_FALSE(partition("orders").is_reassigning());
  CHECK(reassign(std::nullopt) == ErrorCode::NO_REASSIGNMENT_IN_PROGRESS);
}

TEST_CASE_METHOD(ReassignmentWorld,
                 "calling off is refused where it would lose records, unless allowed") {
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5}) == ErrorCode::NONE);
  change(uuid(1), {4}, 4);  // only one of those that are being added is left
  CHECK(reassign(std::nullopt) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(message.find("unclean leader election") != std::string::npos);
  set_config("orders", "unclean.leader.election.enable", "true");
  CHECK(reassign(std::nullopt) == ErrorCode::NONE);
  CHECK(partition("orders").replicas == nodes({1, 2, 3}));
  CHECK(partition("orders").leader == NodeId(1));
}

TEST_CASE_METHOD(ReassignmentWorld, "what cannot be is refused with Kafka's words") {
  CHECK(reassign(std::vector<std::int32_t>{1, 9}) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(message ==
        "The manual partition assignment includes broker 9, but no such broker is "
        "registered.");
  CHECK(reassign(std::vector<std::int32_t>{1, 1}) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(message == "The manual partition assignment includes the broker 1 more than once.");
  CHECK(reassign(std::vector<std::int32_t>{}) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(reassign(std::vector<std::int32_t>{1}, 7) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(message == "Unable to find partition orders:7.");
  CHECK(reassign(std::vector<std::int32_t>{1}, 0, "x") == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(message == "Unable to find a topic named x.");
}

TEST_CASE_METHOD(ReassignmentWorld,
                 "a broker that dies while replicas are added does not end the move") {
  REQUIRE(reassign(std::vector<std::int32_t>{4, 5}) == ErrorCode::NONE);
  Records records;
  fence_broker(view(), NodeId(1), records);
  apply(records);
  CHECK(partition("orders").leader == NodeId(2));
  CHECK(partition("orders").adding == nodes({4, 5}));
  alter_isr(nodes({2, 3, 4, 5}));
  CHECK(partition("orders").replicas == nodes({4, 5}));
}

TEST_CASE("without directories and with them, the directories follow the replicas") {
  World world;
  world.register_brokers(4);
  PartitionRegistration p;
  p.replicas = p.isr = nodes({1, 2});
  p.leader = NodeId(1);
  p.directories = {uuid(11), uuid(12)};
  PartitionChangeBuilder builder(p, uuid(1), 0, [](NodeId) { return true; });
  const auto record = builder.target_replicas(nodes({2, 3, 1}), [](NodeId) { return uuid(99); })
                          .target_moves(nodes({3}), {})
                          .build();
  REQUIRE(record);
  CHECK(record->directories == std::vector<Uuid>{uuid(12), uuid(99), uuid(11)});
}

}  // namespace kscope::metadata::testing
