// Goal: registration, heartbeats, fencing and controlled shutdown follow KIP-631, and leaderships
// move as they should. Method: decisions on small images; what they say is replayed and looked at.
// Kafka: ClusterControlManagerTest, BrokerHeartbeatManagerTest, ReplicationControlManagerTest.
#include "engine/metadata/cluster_control.h"

#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

struct RegistrationWorld : World {
  protocol::BrokerRegistrationRequest registration(std::int32_t id, std::uint8_t incarnation) {
    protocol::BrokerRegistrationRequest request;
    request.broker_id = id;
    request.cluster_id = "test-cluster";
    request.incarnation_id = uuid(incarnation);
    request.rack = std::nullopt;
    return request;
  }
  auto ask_to_register(std::int32_t id, std::uint8_t incarnation) {
    return metadata::register_broker(view(), registration(id, incarnation), image.offset());
  }
  /// Decides, replays, and notes the contact, as the controller does.
  protocol::BrokerHeartbeatResponse heartbeat(std::int32_t id, bool want_fence = false,
                                              bool want_shut_down = false,
                                              std::int64_t offset = 1'000'000) {
    protocol::BrokerHeartbeatRequest request;
    request.broker_id = id;
    request.broker_epoch = epoch_of(id);
    request.current_metadata_offset = offset;
    request.want_fence = want_fence;
    request.want_shut_down = want_shut_down;
    const HeartbeatDecision decision = process_heartbeat(view(), request);
    heartbeats.touch(NodeId(id), decision.result.response.is_fenced, offset, now);
    const Offset end = image.offset();
    apply(decision.result.records);
    if (decision.next == BrokerControlState::ControlledShutdown) {
      const auto added = static_cast<std::int64_t>(decision.result.records.size());
      heartbeats.begin_shutdown(NodeId(id), end.value() + added - 1);
    }
    return decision.result.response;
  }
};

}  // namespace

TEST_CASE_METHOD(RegistrationWorld,
                 "a broker's epoch is the offset of its registration, and it begins fenced") {
  apply(protocol::NoOpRecord{});
  apply(protocol::NoOpRecord{});
  const auto result = ask_to_register(1, 1);
  CHECK(result.response.error_code == ErrorCode::NONE);
  CHECK(result.response.broker_epoch == 2);
  apply(result.records);
  CHECK(image.broker(NodeId(1))->fenced);
  CHECK(image.broker(NodeId(1))->epoch == BrokerEpoch(2));
}

TEST_CASE_METHOD(RegistrationWorld,
                 "while a session is valid no other incarnation can take its id") {
  register_broker(1);
  CHECK(ask_to_register(1, 9).response.error_code == ErrorCode::DUPLICATE_BROKER_REGISTRATION);
  now += seconds(9) + micros(1);
  const auto later = ask_to_register(1, 9);
  CHECK(later.response.error_code == ErrorCode::NONE);
  const Offset before = image.offset();
  apply(later.records);
  CHECK(image.broker(NodeId(1))->epoch.value() == later.response.broker_epoch);
  CHECK(image.broker(NodeId(1))->registered_at.value() == later.response.broker_epoch);
  CHECK(later.response.broker_epoch >= before.value());
}

TEST_CASE_METHOD(RegistrationWorld,
                 "the same incarnation asking again keeps its epoch and its standing") {
  apply(ask_to_register(1, 1).records);
  heartbeat(1);
  REQUIRE_FALSE(image.broker(NodeId(1))->fenced);
  const auto again = ask_to_register(1, 1);
  CHECK(again.response.broker_epoch == epoch_of(1));
  apply(again.records);
  CHECK_FALSE(image.broker(NodeId(1))->fenced);
}

TEST_CASE_METHOD(RegistrationWorld, "a broker of another cluster is turned away") {
  auto request = registration(1, 1);
  request.cluster_id = "elsewhere";
  CHECK(metadata::register_broker(view(), request, image.offset()).response.error_code ==
        ErrorCode::INCONSISTENT_CLUSTER_ID);
}

TEST_CASE_METHOD(RegistrationWorld,
                 "a new incarnation of an unfenced broker leaves the ISRs before it registers") {
  register_brokers(2);
  add_topic("orders", uuid(1), {nodes({1, 2})});
  now += seconds(10);
  apply(ask_to_register(1, 9).records);
  CHECK(partition("orders").isr == nodes({2}));
  CHECK(partition("orders").leader == NodeId(2));
}

TEST_CASE_METHOD(RegistrationWorld,
                 "a broker is unfenced once it has applied its own registration and wants it") {
  apply(ask_to_register(1, 1).records);
  CHECK(heartbeat(1, false, false, epoch_of(1) - 1).is_fenced);
  CHECK_FALSE(heartbeat(1, false, false, epoch_of(1) - 1).is_caught_up);
  CHECK(heartbeat(1, true, false, epoch_of(1)).is_fenced);  // it does not want to yet
  const auto response = heartbeat(1, false, false, epoch_of(1));
  CHECK(response.is_caught_up);
  CHECK_FALSE(response.is_fenced);
  CHECK_FALSE(image.broker(NodeId(1))->fenced);
}

TEST_CASE_METHOD(RegistrationWorld,
                 "heartbeats of unknown brokers and of old incarnations are refused") {
  protocol::BrokerHeartbeatRequest request;
  request.broker_id = 1;
  CHECK(process_heartbeat(view(), request).result.response.error_code ==
        ErrorCode::BROKER_ID_NOT_REGISTERED);
  register_broker(1);
  request.broker_epoch = 77;
  CHECK(process_heartbeat(view(), request).result.response.error_code ==
        ErrorCode::STALE_BROKER_EPOCH);
}

TEST_CASE_METHOD(RegistrationWorld,
                 "fencing takes a broker out of ISRs and leaderships but not out of its last ISR") {
  register_brokers(3);
  add_topic("a", uuid(1), {nodes({1, 2, 3})});
  add_topic("b", uuid(2), {nodes({1})});
  Records records;
  fence_broker(view(), NodeId(1), records);
  apply(records);
  CHECK(image.broker(NodeId(1))->fenced);
  CHECK(partition("a").isr == nodes({2, 3}));
  CHECK(partition("a").leader == NodeId(2));
  CHECK(partition("b").isr == nodes({1}));
  CHECK_FALSE(partition("b").leader.has_value());
}

TEST_CASE_METHOD(RegistrationWorld,
                 "a broker that comes back leads what nobody leads, if it is in the ISR") {
  register_brokers(2);
  add_topic("a", uuid(1), {nodes({1, 2})});
  change(uuid(1), {1});
  Records records;
  fence_broker(view(), NodeId(1), records);
  apply(records);
  REQUIRE_FALSE(partition("a").leader.has_value());
  heartbeats.fence(NodeId(1));
  records.clear();
  unfence_broker(view(), NodeId(2), records);  // not in the ISR: no help
  apply(records);
  CHECK_FALSE(partition("a").leader.has_value());
  heartbeat(1);
  CHECK(partition("a").leader == NodeId(1));
  CHECK(partition("a").leader_epoch == LeaderEpoch(2));
}

TEST_CASE_METHOD(RegistrationWorld,
                 "with unclean elections allowed a live replica outside the ISR takes over") {
  register_brokers(2);
  add_topic("a", uuid(1), {nodes({1, 2})});
  change(uuid(1), {1});
  set_config("a", "unclean.leader.election.enable", "true");
  Records records;
  fence_broker(view(), NodeId(1), records);
  apply(records);
  CHECK(partition("a").leader == NodeId(2));
  CHECK(partition("a").isr == nodes({2}));
  CHECK(partition("a").recovering);
}

TEST_CASE_METHOD(RegistrationWorld,
                 "controlled shutdown moves leaderships first and lets go when all others know") {
  register_brokers(3);
  add_topic("a", uuid(1), {nodes({1, 2, 3})});
  const auto first = heartbeat(1, false, true);
  CHECK_FALSE(first.should_shut_down);
  CHECK_FALSE(first.is_fenced);
  CHECK(image.broker(NodeId(1))->in_controlled_shutdown);
  CHECK(partition("a").leader == NodeId(2));
  CHECK(partition("a").isr == nodes({2, 3}));
  // Broker 3 has not yet heard who leads now.
  heartbeat(2, false, false, image.offset().value());
  heartbeat(3, false, false, 0);
  CHECK_FALSE(heartbeat(1, false, true).should_shut_down);
  heartbeat(3, false, false, image.offset().value());
  const auto last = heartbeat(1, false, true);
  CHECK(last.should_shut_down);
  CHECK(last.is_fenced);
  CHECK(image.broker(NodeId(1))->fenced);
}

TEST_CASE_METHOD(RegistrationWorld, "a broker that leads nothing may go at once") {
  register_brokers(2);
  CHECK(heartbeat(1, false, true).should_shut_down);
}

TEST_CASE("sessions end after the time-out, the longest silent first") {
  BrokerHeartbeats heartbeats(seconds(9));
  const Instant start = at_micros(0);
  heartbeats.touch(NodeId(1), false, 5, start + seconds(2));
  heartbeats.touch(NodeId(2), false, 5, start + seconds(1));
  heartbeats.touch(NodeId(3), true, 5, start);
  CHECK(heartbeats.next_expiry() == start + seconds(10) + micros(1));
  CHECK_FALSE(heartbeats.stale_broker(start + seconds(10)).has_value());
  CHECK(heartbeats.stale_broker(start + seconds(20)) == NodeId(2));
  heartbeats.fence(NodeId(2));
  CHECK(heartbeats.stale_broker(start + seconds(20)) == NodeId(1));
}

}  // namespace kscope::metadata::testing
