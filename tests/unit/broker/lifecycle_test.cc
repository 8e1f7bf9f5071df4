// Goal: a broker comes in, stays in and leaves as the controller allows.
// Method: a whole broker with a scripted controller. Reference: BrokerLifecycleManagerTest,
// NodeToControllerRequestThreadTest, KIP-631.
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;
using event::BrokerState;

TEST_CASE("a broker registers with its identity") {
  BrokerFixture f;
  CHECK(f.broker.state() == BrokerState::Starting);
  f.fire(env::TimerKind::BrokerHeartbeat);
  const auto request = f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  CHECK(request.broker_id == 1);
  CHECK(request.cluster_id == "test-cluster");
  CHECK_FALSE(request.incarnation_id.is_zero());
  REQUIRE(request.listeners.size() == 1);
  CHECK(request.listeners[0].host == "broker-1");
  CHECK(request.listeners[0].port == 9092);
  CHECK(request.previous_broker_epoch == -1);
}

TEST_CASE("Starting, Recovery, Running: each step is the controller's word") {
  BrokerFixture f;
  f.fire(env::TimerKind::BrokerHeartbeat);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  protocol::BrokerRegistrationResponse registered;
  registered.broker_epoch = 11;
  f.controller_answers(registered);
  CHECK(f.broker.broker_epoch() == BrokerEpoch(11));

  f.metadata.broker(1, 11);
  f.apply();
  auto heartbeat = f.heartbeat(false, true);
  CHECK(heartbeat.broker_epoch == 11);
  CHECK(heartbeat.current_metadata_offset == 0);  // the one record there is
  CHECK(heartbeat.want_fence);
  CHECK(f.broker.state() == BrokerState::Starting);
  CHECK_FALSE(f.broker.serving());

  f.heartbeat(true, true);
  CHECK(f.broker.state() == BrokerState::Recovery);
  CHECK(f.broker.serving());

  heartbeat = f.heartbeat(true, true);
  CHECK_FALSE(heartbeat.want_fence);
  CHECK(f.broker.state() == BrokerState::Recovery);
  f.heartbeat(true, false);
  CHECK(f.broker.state() == BrokerState::Running);
  CHECK(f.t.timers.at(env::TimerKind::BrokerHeartbeat) == f.t.now() + seconds(2));
}

TEST_CASE("metadata is acted on only when the broker has caught up with its registration") {
  BrokerFixture f;
  f.metadata.broker(1, 3).topic("orders", 1).partition(1, 0, {1, 2}, {1, 2}, 1, 0, 0);
  f.apply();
  CHECK(f.broker.replicas().hosted().empty());  // it may no longer lead what it led
  f.metadata.partition(1, 0, {1, 2}, {2}, 2, 1, 1);
  f.apply();
  f.boot();
  REQUIRE(f.broker.replicas().find({"orders", 0}) != nullptr);
  CHECK_FALSE(f.broker.replicas().find({"orders", 0})->partition.is_leader());
  CHECK(f.t.count<event::BecameLeader>() == 0);
}

TEST_CASE("before that the port is as good as closed") {
  BrokerFixture f;
  f.send(f.fetch(0), 11);
  CHECK(f.t.network.closed.size() == 1);
  CHECK(f.t.last<event::ConnectionClosed>()->reason == event::CloseReason::Refused);
}

TEST_CASE("a refused registration is tried again, later and later") {
  BrokerFixture f;
  Duration expected = millis(100);
  for (int i = 0; i < 4; ++i, expected *= 2) {
    f.fire(env::TimerKind::BrokerHeartbeat);
    f.asked_of_controller<protocol::BrokerRegistrationRequest>();
    protocol::BrokerRegistrationResponse refused;
    refused.error_code = ErrorCode::DUPLICATE_BROKER_REGISTRATION;
    f.controller_answers(refused);
    CHECK(f.t.timers.at(env::TimerKind::BrokerHeartbeat) == f.t.now() + expected);
  }
  CHECK(f.broker.state() == BrokerState::Starting);
}

TEST_CASE("without a controller the request waits for one") {
  BrokerFixture f;
  f.broker.set_controller(std::nullopt);
  f.fire(env::TimerKind::BrokerHeartbeat);
  CHECK(f.t.network.sent.empty());
  f.fire(env::TimerKind::BrokerChannel);
  CHECK(f.t.network.sent.empty());
  f.broker.set_controller(f.controller);
  f.fire(env::TimerKind::BrokerChannel);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
}

TEST_CASE("a controller that is none is left, and the request goes to the next") {
  BrokerFixture f;
  f.fire(env::TimerKind::BrokerHeartbeat);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  protocol::BrokerRegistrationResponse wrong;
  wrong.error_code = ErrorCode::NOT_CONTROLLER;
  f.controller_answers(wrong);
  CHECK(f.t.network.closed.size() == 1);
  CHECK(f.t.network.sent.empty());
  f.broker.set_controller(NodeId(8));
  f.fire(env::TimerKind::BrokerChannel);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  CHECK(f.t.network.opened.back().peer == NodeId(8));
}

TEST_CASE("a request that dies with its connection is sent again") {
  BrokerFixture f;
  f.fire(env::TimerKind::BrokerHeartbeat);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  f.broker.on_closed(f.t.env(), f.t.network.opened.at(0));
  f.fire(env::TimerKind::BrokerChannel);
  f.asked_of_controller<protocol::BrokerRegistrationRequest>();
  CHECK(f.t.network.opened.size() == 2);
}

TEST_CASE("a fenced broker goes on and is let in again by its heartbeats") {
  BrokerFixture f;
  f.boot();
  f.heartbeat(true, true);
  CHECK(f.broker.state() == BrokerState::Running);
  CHECK_FALSE(f.heartbeat(true, false).want_fence);
}

TEST_CASE("controlled shutdown: the broker asks, waits, and is let go") {
  BrokerFixture f;
  f.boot();
  f.broker.begin_shutdown(f.t.env());
  CHECK(f.broker.state() == BrokerState::PendingControlledShutdown);
  auto heartbeat = f.heartbeat(true, false);
  CHECK(heartbeat.want_shut_down);
  CHECK_FALSE(f.broker.shutdown_complete());
  CHECK(f.t.timers.at(env::TimerKind::BrokerHeartbeat) == f.t.now() + millis(50));
  f.heartbeat(true, false, true);
  CHECK(f.broker.shutdown_complete());
  f.broker.finish_shutdown(f.t.env());
  CHECK(f.broker.state() == BrokerState::NotRunning);
  CHECK(f.t.disk.exists(".kafka_cleanshutdown"));
}

TEST_CASE("without a controller a controlled shutdown ends by itself") {
  BrokerFixture f;
  f.boot();
  f.broker.set_controller(std::nullopt);
  f.broker.begin_shutdown(f.t.env());
  for (int i = 0; i < 100000 && !f.broker.shutdown_complete(); ++i) {
    const auto timer = f.t.next_timer();
    REQUIRE(timer);
    f.broker.on_timer(f.t.env(), timer->first, timer->second);
  }
  CHECK(f.broker.shutdown_complete());
  CHECK(f.t.now() >= Instant(seconds(300)));
}

TEST_CASE("a broker that is not in yet stops without asking") {
  BrokerFixture f;
  f.broker.begin_shutdown(f.t.env());
  CHECK(f.broker.shutdown_complete());
}

TEST_CASE("the epoch of a clean stop is told at the next registration") {
  BrokerFixture f;
  f.boot();
  f.broker.begin_shutdown(f.t.env());
  f.heartbeat(true, false, true);
  f.broker.finish_shutdown(f.t.env());
  broker::BrokerServer again;
  auto config = broker::BrokerConfig::parse(NodeId(1), "test-cluster", {}, {});
  REQUIRE(again.start(f.t.env(), *config).ok());
  CHECK(again.parts().lifecycle.identity().previous_epoch == BrokerEpoch(11));
}

TEST_CASE("a broker whose disk fails falls silent") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.t.disk.fail = ErrorKind::Io;
  const auto answer = f.ask<protocol::ProduceResponse>(f.produce(1, 1), 9);
  CHECK(f.error_of(answer) == ErrorCode::KAFKA_STORAGE_ERROR);
  CHECK(f.broker.failed());
  CHECK_FALSE(f.t.timers.at(env::TimerKind::BrokerHeartbeat));
}
