// Goal: AlterPartition is accepted exactly under C5, with Kafka's error codes otherwise.
// Method: one accepted request, and each condition broken alone.
// Kafka: ReplicationControlManagerTest (testInvalidAlterPartitionRequests and its neighbours),
// KIP-497, KIP-704, KIP-841, KIP-903.
#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

using protocol::AlterPartitionRequest;

/// Three brokers, topic "orders" with replicas and ISR 1, 2, 3, led by 1.
struct AlterPartitionWorld : World {
  AlterPartitionWorld() {
    register_brokers(4);
    add_topic("orders", uuid(1), {nodes({1, 2, 3})});
  }

  AlterPartitionRequest request(std::initializer_list<std::int32_t> isr,
                                std::int32_t sender = 1) const {
    AlterPartitionRequest::PartitionData wanted;
    wanted.leader_epoch = partition("orders").leader_epoch.value();
    wanted.partition_epoch = partition("orders").partition_epoch;
    for (std::int32_t id : isr) {
      const auto* broker = image.broker(NodeId(id));
      wanted.new_isr_with_epochs.push_back({id, broker ? broker->epoch.value() : -1});
    }
    AlterPartitionRequest message;
    message.broker_id = sender;
    message.broker_epoch = epoch_of(sender);
    message.topics.push_back({"", uuid(1), {wanted}});
    return message;
  }
  ErrorCode error_of(const AlterPartitionRequest& message, std::int16_t version = 3) {
    const auto result = alter_partition(view(), message, version);
    if (result.response.error_code != ErrorCode::NONE) return result.response.error_code;
    const ErrorCode error = result.response.topics.at(0).partitions.at(0).error_code;
    if (error != ErrorCode::NONE) CHECK(result.records.empty());
    return error;
  }
};

AlterPartitionRequest::PartitionData& wanted(AlterPartitionRequest& message) {
  return message.topics[0].partitions[0];
}

}  // namespace

TEST_CASE_METHOD(AlterPartitionWorld,
                 "the leader may shrink and expand its ISR against the epoch it has seen") {
  auto shrink = alter_partition(view(), request({1, 2}), 3);
  REQUIRE(shrink.records.size() == 1);
  const auto& answer = shrink.response.topics[0].partitions[0];
  CHECK(answer.error_code == ErrorCode::NONE);
  CHECK(answer.isr == std::vector<std::int32_t>{1, 2});
  CHECK(answer.partition_epoch == 1);
  CHECK(answer.leader_epoch == 0);
  apply(shrink.records);
  CHECK(partition("orders").isr == nodes({1, 2}));
  const auto expand = alter_partition(view(), request({1, 2, 3}), 3);
  CHECK(expand.response.topics[0].partitions[0].partition_epoch == 2);
}

TEST_CASE_METHOD(AlterPartitionWorld,
                 "of two leaders' requests against the same partition epoch one wins") {
  const auto stale = request({1, 3});
  apply(alter_partition(view(), request({1, 2}), 3).records);
  CHECK(error_of(stale) == ErrorCode::INVALID_UPDATE_VERSION);
}

TEST_CASE_METHOD(AlterPartitionWorld, "epochs decide who is behind") {
  auto message = request({1, 2});
  wanted(message).leader_epoch = 1;
  CHECK(error_of(message) == ErrorCode::NOT_CONTROLLER);
  message = request({1, 2});
  wanted(message).partition_epoch = 1;
  CHECK(error_of(message) == ErrorCode::NOT_CONTROLLER);
  message = request({1, 2});
  change(uuid(1), {1, 2, 3}, 1);  // the same leader once more, in a new epoch
  CHECK(error_of(message) == ErrorCode::FENCED_LEADER_EPOCH);
  message = request({1, 2});
  message.broker_epoch += 1;
  CHECK(error_of(message) == ErrorCode::STALE_BROKER_EPOCH);
  message.broker_id = 9;
  CHECK(error_of(message) == ErrorCode::BROKER_ID_NOT_REGISTERED);
}

TEST_CASE_METHOD(AlterPartitionWorld,
                 "only the leader may ask, and only for an ISR that makes sense") {
  CHECK(error_of(request({1, 2}, 2)) == ErrorCode::INVALID_REQUEST);
  CHECK(error_of(request({2, 3})) == ErrorCode::INVALID_REQUEST);     // without itself
  CHECK(error_of(request({1, 4})) == ErrorCode::INVALID_REQUEST);     // not a replica
  CHECK(error_of(request({1, 2, 2})) == ErrorCode::INVALID_REQUEST);  // twice
  CHECK(error_of(request({})) == ErrorCode::INVALID_REQUEST);
}

TEST_CASE_METHOD(AlterPartitionWorld, "fenced, leaving and reborn brokers are not let in") {
  fence(3);
  CHECK(error_of(request({1, 2, 3})) == ErrorCode::INELIGIBLE_REPLICA);
  auto message = request({1, 2});
  wanted(message).new_isr_with_epochs[1].broker_epoch += 1;  // another incarnation than registered
  CHECK(error_of(message) == ErrorCode::INELIGIBLE_REPLICA);
  wanted(message).new_isr_with_epochs[1].broker_epoch = -1;  // not told: not checked
  CHECK(error_of(message) == ErrorCode::NONE);
  protocol::BrokerRegistrationChangeRecord leaving;
  leaving.broker_id = 2;
  leaving.broker_epoch = epoch_of(2);
  leaving.in_controlled_shutdown = 1;
  apply(leaving);
  CHECK(error_of(request({1, 2})) == ErrorCode::INELIGIBLE_REPLICA);
}

TEST_CASE_METHOD(AlterPartitionWorld,
                 "a recovering leader has its ISR to itself and cannot go back to it") {
  auto message = request({1});
  wanted(message).leader_recovery_state = 1;
  CHECK(error_of(message) == ErrorCode::INVALID_REQUEST);  // it is recovered already
  protocol::PartitionChangeRecord unclean;
  unclean.topic_id = uuid(1);
  unclean.partition_id = 0;
  unclean.isr = std::vector<std::int32_t>{1};
  unclean.leader_recovery_state = 1;
  apply(unclean);
  message = request({1, 2});
  wanted(message).leader_recovery_state = 1;
  CHECK(error_of(message) == ErrorCode::INVALID_REQUEST);  // two while recovering
  message = request({1, 2});
  CHECK(error_of(message) == ErrorCode::NONE);  // recovered with it
}

TEST_CASE_METHOD(AlterPartitionWorld,
                 "unknown topics and partitions are named as the version has it") {
  auto message = request({1, 2});
  message.topics[0].topic_id = uuid(77);
  CHECK(error_of(message) == ErrorCode::UNKNOWN_TOPIC_ID);
  message = request({1, 2});
  wanted(message).partition_index = 5;
  CHECK(error_of(message) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  message = request({});
  message.topics[0] = {"payments", {}, {wanted(message)}};
  CHECK(error_of(message, 1) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_CASE_METHOD(AlterPartitionWorld, "before version 3 the ISR comes without broker epochs") {
  auto message = request({});
  message.topics[0].topic_name = "orders";
  wanted(message).new_isr = {1, 3};
  CHECK(error_of(message, 2) == ErrorCode::NONE);
  CHECK(error_of(message, 0) == ErrorCode::NONE);
}

TEST_CASE_METHOD(AlterPartitionWorld, "the same partition twice in one request cannot both count") {
  auto message = request({1, 2});
  message.topics[0].partitions.push_back(message.topics[0].partitions[0]);
  const auto result = alter_partition(view(), message, 3);
  CHECK(result.records.size() == 1);
  CHECK(result.response.topics[0].partitions[1].error_code == ErrorCode::INVALID_UPDATE_VERSION);
}

}  // namespace kscope::metadata::testing
