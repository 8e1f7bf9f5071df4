// Goal: with KIP-966 switched on, who was in the ISR when it became too small may lead, nobody
// else; switched off, nothing of it is ever written. Method: one partition, every kind of change.
// Kafka: PartitionChangeBuilderTest.testEligibleLeaderReplicas*, testElect*LastKnownLeader.
#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

struct EligibleLeadersWorld : World {
  EligibleLeadersWorld() {
    register_brokers(4);
    config.eligible_leader_replicas = true;
    config.min_insync_replicas = 2;
    add_topic("orders", uuid(1), {nodes({1, 2, 3})});
  }
  void lose(std::int32_t broker) {
    Records records;
    fence_broker(view(), NodeId(broker), records);
    apply(records);
    heartbeats.fence(NodeId(broker));
  }
  void back(std::int32_t broker) {
    Records records;
    unfence_broker(view(), NodeId(broker), records);
    apply(records);
  }
  const PartitionRegistration& orders() const { return partition("orders"); }
};

}  // namespace

TEST_CASE_METHOD(EligibleLeadersWorld, "an ISR that is large enough needs no eligible replicas") {
  lose(3);
  CHECK(orders().isr == nodes({1, 2}));
  CHECK(orders().elr.empty());
}

TEST_CASE_METHOD(EligibleLeadersWorld,
                 "below min ISR those who leave stay eligible, and the ISR may empty") {
  lose(3);
  lose(2);
  CHECK(orders().isr == nodes({1}));
  CHECK(orders().elr == nodes({2}));
  lose(1);
  CHECK(orders().isr.empty());
  CHECK(orders().elr == nodes({2, 1}));
  CHECK_FALSE(orders().leader.has_value());
  CHECK(orders().last_known_elr == nodes({1}));
}

TEST_CASE_METHOD(EligibleLeadersWorld,
                 "an eligible replica that comes back leads, a late one does not") {
  lose(3);
  lose(2);
  lose(1);
  back(3);
  CHECK_FALSE(orders().leader.has_value());
  back(2);
  CHECK(orders().leader == NodeId(2));
  CHECK(orders().isr == nodes({2}));
  CHECK(orders().elr == nodes({1}));
  CHECK_FALSE(orders().recovering);
  CHECK(orders().last_known_elr.empty());
}

TEST_CASE_METHOD(EligibleLeadersWorld, "an unclean restart forfeits eligibility") {
  lose(3);
  lose(2);
  lose(1);
  Records records;
  forget_eligibility(view(), NodeId(2), records);
  apply(records);
  CHECK(orders().elr == nodes({1}));
  back(2);
  CHECK_FALSE(orders().leader.has_value());
  back(1);
  CHECK(orders().leader == NodeId(1));
}

TEST_CASE_METHOD(EligibleLeadersWorld,
                 "with nobody eligible the last known leader is taken, uncleanly") {
  lose(3);
  lose(2);
  lose(1);
  for (std::int32_t id : {1, 2}) {
    Records records;
    forget_eligibility(view(), NodeId(id), records);
    apply(records);
  }
  CHECK(orders().elr.empty());
  back(2);
  CHECK_FALSE(orders().leader.has_value());
  back(1);
  CHECK(orders().leader == NodeId(1));
  CHECK(orders().recovering);
}

TEST_CASE_METHOD(EligibleLeadersWorld,
                 "switched off, the last member stays and nothing is remembered") {
  config.eligible_leader_replicas = false;
  lose(3);
  lose(2);
  lose(1);
  CHECK(orders().isr == nodes({1}));
  CHECK(orders().elr.empty());
  CHECK(orders().last_known_elr.empty());
}

TEST_CASE_METHOD(EligibleLeadersWorld,
                 "records that tell of eligible replicas need version 2, others do not") {
  protocol::PartitionChangeRecord record;
  record.isr = std::vector<std::int32_t>{1};
  const auto version = [](const protocol::MetadataRecord& r) {
    return static_cast<int>(protocol::encode_record(r).at(2));  // frame, type, version
  };
  CHECK(version(record) == 1);
  record.eligible_leader_replicas = std::vector<std::int32_t>{2};
  CHECK(version(record) == 2);
  const protocol::MetadataRecord any = record;
  const auto decoded = protocol::decode_record(protocol::encode_record(any));
  REQUIRE(decoded.ok());
  CHECK(*decoded == any);
}

}  // namespace kscope::metadata::testing
