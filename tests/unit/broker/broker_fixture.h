// A broker with a scripted controller: whatever it asks of the controller is answered by the test.
#pragma once

#include "engine/broker/broker_server.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/produce.h"
#include "tests/catch.h"
#include "tests/unit/support/records.h"
#include "tests/unit/support/test_env.h"

namespace kscope::test {

struct BrokerFixture {
  TestEnv t{NodeId(1)};
  ImageMaker metadata;
  broker::BrokerServer broker;
  NodeId controller{9};
  BrokerFixture(const BrokerFixture&) = delete;
  using Settings = std::map<std::string, std::string>;
  std::int32_t next_correlation = 0;

  explicit BrokerFixture(const std::map<std::string, std::string>& settings = {}) {
    auto config = broker::BrokerConfig::parse(NodeId(1), "test-cluster",
                                              {{NodeId(1), {"broker-1", 9092}}}, settings);
    REQUIRE(config.ok());
    REQUIRE(broker.start(t.env(), *config).ok());
    broker.set_controller(controller);
  }

  void fire(env::TimerKind kind, std::int64_t key = 0) {
    const auto at = t.timers.at(kind, key);
    REQUIRE(at);
    if (*at > t.now()) t.clock_at(at->time_since_epoch());
    t.timers.armed.erase({kind, key});
    broker.on_timer(t.env(), kind, key);
  }
  /// Every handler that is busy becomes free, and the network threads send what there is.
  void run_handlers() {
    for (bool any = true; any;) {
      any = false;
      for (std::int64_t key = 0; key < 3; ++key) {
        if (!t.timers.at(env::TimerKind::NetworkThreadDone, key)) continue;
        fire(env::TimerKind::NetworkThreadDone, key);
        any = true;
      }
      for (std::int64_t key = 0; key < 16; ++key) {
        if (!t.timers.at(env::TimerKind::HandlerDone, key)) continue;
        fire(env::TimerKind::HandlerDone, key);
        any = true;
      }
    }
  }
  void apply() { broker.on_metadata(t.env(), metadata.image(), metadata.take()); }

  // ---- the controller ---------------------------------------------------------------------------
  /// The next request to the controller that has not been looked at. REQUIREs that it is of
  /// `Request`.
  template <class Request>
  Request asked_of_controller() {
    for (auto it = t.network.sent.begin(); it != t.network.sent.end(); ++it) {
      if (it->info.is_response || it->info.api != Request::kApi) continue;
      pending_ = *it;
      t.network.sent.erase(it);
      const auto parsed = protocol::parse_request(pending_.frame);
      REQUIRE(parsed.ok());
      auto body = protocol::decode_body<Request>(parsed->body, parsed->header.version);
      REQUIRE(body.ok());
      return *body;
    }
    FAIL("nothing was asked of the controller with " << to_string(Request::kApi));
    return {};
  }
  template <class Response>
  void controller_answers(const Response& response) {
    env::ConnectionInfo connection{pending_.connection, controller, env::Listener::Controller,
                                   env::ConnectionPurpose::BrokerToController, true};
    broker.on_frame(t.env(), connection,
                    protocol::encode_response(pending_.info.version, pending_.info.correlation,
                                              response),
                    FrameId(0));
  }
  /// Registration with epoch 11, caught up, replicas taken up, unfenced.
  void boot() {
    fire(env::TimerKind::BrokerHeartbeat);
    asked_of_controller<protocol::BrokerRegistrationRequest>();
    protocol::BrokerRegistrationResponse registered;
    registered.broker_epoch = 11;
    controller_answers(registered);
    metadata.broker(1, 11).broker(2, 12).broker(3, 13);
    apply();
    heartbeat(true, true);   // Starting -> Recovery
    heartbeat(true, false);  // Recovery -> Running
    t.network.take();
  }
  protocol::BrokerHeartbeatRequest heartbeat(bool caught_up, bool fenced, bool stop = false) {
    fire(env::TimerKind::BrokerHeartbeat);
    const auto request = asked_of_controller<protocol::BrokerHeartbeatRequest>();
    protocol::BrokerHeartbeatResponse response;
    response.is_caught_up = caught_up;
    response.is_fenced = fenced;
    response.should_shut_down = stop;
    controller_answers(response);
    return request;
  }
  /// orders with one partition on brokers 1, 2, 3, led by this one.
  void lead_orders(std::vector<std::int32_t> isr = {1, 2, 3}) {
    metadata.topic("orders", 1).partition(1, 0, {1, 2, 3}, std::move(isr), 1, 0, 0);
    apply();
  }

  // ---- clients
  // ------------------------------------------------------------------------------------
  template <class Request>
  void send(const Request& request, std::int16_t version, std::uint64_t connection = 1) {
    const protocol::RequestHeader header{Request::kApi, version, CorrelationId(++next_correlation),
                                         "test"};
    send_frame(protocol::encode_request(header, request), connection);
  }
  void send_frame(const Blob& frame, std::uint64_t connection = 1) {
    env::ConnectionInfo info{ConnectionId(connection), NodeId(1000), env::Listener::Broker,
                             env::ConnectionPurpose::Client, false};
    broker.on_frame(t.env(), info, frame, FrameId(++frames_));
  }
  /// The answers that went out since the last look, as `Response`.
  template <class Response>
  std::vector<Response> answers() {
    std::vector<Response> found;
    for (const SentFrame& sent : t.network.take()) {
      if (!sent.info.is_response || sent.info.api != Response::kApi) continue;
      const auto parsed = protocol::parse_response(sent.frame, sent.info.api, sent.info.version);
      REQUIRE(parsed.ok());
      auto body = protocol::decode_body<Response>(parsed->body, sent.info.version);
      REQUIRE(body.ok());
      found.push_back(*body);
    }
    return found;
  }
  /// Sends, lets the handlers work, and gives the one answer.
  template <class Response, class Request>
  Response ask(const Request& request, std::int16_t version, std::uint64_t connection = 1) {
    t.network.take();
    send(request, version, connection);
    run_handlers();
    auto all = answers<Response>();
    REQUIRE(all.size() == 1);
    return all.front();
  }
  static protocol::ProduceRequest produce(int count, std::int16_t acks,
                                          const std::string& topic = "orders", int partition = 0) {
    protocol::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1500;
    request.topic_data.push_back({topic, {{partition, Blob(batch_of(count))}}});
    return request;
  }
  static protocol::FetchRequest fetch(std::int64_t offset, int max_wait_ms = 0, int min_bytes = 1) {
    protocol::FetchRequest request;
    request.max_wait_ms = max_wait_ms;
    request.min_bytes = min_bytes;
    protocol::FetchRequest::FetchPartition partition;
    partition.fetch_offset = offset;
    partition.partition_max_bytes = 1 << 20;
    request.topics.push_back({"orders", {}, {partition}});
    return request;
  }
  /// As broker `id` would, in the version that followers use.
  static protocol::FetchRequest follow(int id, std::int64_t offset, int max_wait_ms = 0) {
    protocol::FetchRequest request = fetch(offset, max_wait_ms);
    request.replica_state = {id, 10 + id};
    request.topics[0].topic_id = topic_id_of(1);
    request.topics[0].partitions[0].current_leader_epoch = 0;
    return request;
  }
  /// A follower fetches from `offset` on, on its own connection; the answer is not looked at.
  void follower_reaches(int id, std::int64_t offset) {
    send(follow(id, offset), 15, static_cast<std::uint64_t>(10 + id));
    run_handlers();
  }
  static ErrorCode error_of(const protocol::ProduceResponse& r) {
    return r.responses.at(0).partition_responses.at(0).error_code;
  }
  static ErrorCode error_of(const protocol::FetchResponse& r) {
    return r.responses.at(0).partitions.at(0).error_code;
  }

 private:
  SentFrame pending_;
  std::uint64_t frames_ = 0;
};

}  // namespace kscope::test
