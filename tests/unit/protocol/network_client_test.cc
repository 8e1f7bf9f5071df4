// Goal: one connection per node, answers matched to questions in order, versions negotiated first,
// and nothing waits for ever. Method: a node whose network only remembers (TestEnv); the test plays
// the peers. Kafka: NetworkClientTest.
#include "engine/protocol/network_client.h"

#include "engine/protocol/registry.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::protocol;
using kscope::test::SentFrame;
using kscope::test::TestEnv;

namespace {

const NodeId kPeer(2);
constexpr auto kTimer = env::TimerKind::ClientRequest;

NetworkClientOptions options(bool negotiate) {
  NetworkClientOptions o;
  o.client_id = "tester";
  o.request_timeout = seconds(30);
  o.max_in_flight = 2;
  o.negotiate = negotiate;
  return o;
}

struct Fixture {
  explicit Fixture(bool negotiate = false) : client(options(negotiate)) {}

  InFlight ask(RequestTag tag, bool expect_response = true) {
    return client.send(t.env(), kPeer, MetadataRequest{}, 4, tag, expect_response);
  }
  /// The peer answers a request that was sent.
  template <class Response>
  std::optional<Arrived> answer(const SentFrame& request, const Response& response) {
    return client.on_frame(t.env(), request.connection,
                           encode_response(request.info.version, request.info.correlation,
                                           response));
  }
  std::optional<std::int16_t> version_of(ApiKey api, std::int16_t min, std::int16_t max) {
    return client.usable_version(t.env(), kPeer, api, min, max);
  }
  std::optional<Instant> timer() const { return t.timers.at(kTimer, kPeer.value()); }

  TestEnv t{NodeId(1)};
  NetworkClient client;
};

}  // namespace

TEST_CASE("requests share one connection and carry rising correlation ids") {
  Fixture f;
  f.ask(7);
  f.ask(8);
  REQUIRE(f.t.network.opened.size() == 1);
  CHECK(f.t.network.opened[0].peer == kPeer);
  REQUIRE(f.t.network.sent.size() == 2);
  const auto first = parse_request(f.t.network.sent[0].frame);
  const auto second = parse_request(f.t.network.sent[1].frame);
  CHECK(first->header.client_id == "tester");
  CHECK(first->header.correlation.value() + 1 == second->header.correlation.value());
  CHECK(f.t.network.sent[1].info.correlation == second->header.correlation);
  CHECK(decode_body<MetadataRequest>(first->body, 4).ok());
  CHECK(f.client.in_flight(kPeer) == 2);
  CHECK(!f.client.can_send(kPeer));
  CHECK(f.client.can_send(NodeId(3)));
}

TEST_CASE("answers come back with the tag of their question, in order") {
  Fixture f;
  f.ask(7);
  f.ask(8);
  MetadataResponse response;
  response.controller_id = 5;
  const auto arrived = f.answer(f.t.network.sent[0], response);
  REQUIRE(arrived.has_value());
  CHECK(arrived->request.tag == 7);
  CHECK(arrived->request.api == ApiKey::Metadata);
  CHECK(decode_body<MetadataResponse>(arrived->body, 4)->controller_id == 5);
  CHECK(f.client.in_flight(kPeer) == 1);
  CHECK(f.client.all_in_flight().front().tag == 8);
  CHECK(f.answer(f.t.network.sent[1], response)->request.tag == 8);
}

TEST_CASE("the timer follows the oldest request and is gone when none is left") {
  Fixture f;
  f.ask(1);
  CHECK(f.timer() == at_micros(30'000'000));
  f.t.clock_at(seconds(10));
  f.ask(2);
  CHECK(f.timer() == at_micros(30'000'000));
  f.answer(f.t.network.sent[0], MetadataResponse{});
  CHECK(f.timer() == at_micros(40'000'000));
  f.answer(f.t.network.sent[1], MetadataResponse{});
  CHECK(!f.timer().has_value());
}

TEST_CASE("an overdue request takes its connection and the younger requests with it") {
  Fixture f;
  f.ask(1);
  f.t.clock_at(seconds(10));
  f.ask(2);
  CHECK(f.client.on_timeout(f.t.env(), kPeer).empty());  // too early: the timer is set again
  CHECK(f.timer() == at_micros(30'000'000));
  f.t.clock_at(seconds(30));
  const auto died = f.client.on_timeout(f.t.env(), kPeer);
  REQUIRE(died.size() == 2);
  CHECK(died[0].tag == 1);
  CHECK(died[1].tag == 2);
  CHECK(f.t.network.closed == std::vector<ConnectionId>{f.t.network.opened[0].id});
  CHECK(!f.timer().has_value());
  f.ask(3);
  CHECK(f.t.network.opened.size() == 2);
}

TEST_CASE("a broken connection returns what died with it, and late frames on it are nobody's") {
  Fixture f;
  f.ask(1);
  const SentFrame request = f.t.network.sent[0];
  CHECK(f.client.owns(request.connection));
  const auto died = f.client.on_closed(f.t.env(), request.connection);
  REQUIRE(died.size() == 1);
  CHECK(died[0].tag == 1);
  CHECK(!f.client.owns(request.connection));
  CHECK(!f.timer().has_value());
  CHECK(!f.answer(request, MetadataResponse{}).has_value());
  CHECK(f.client.on_closed(f.t.env(), request.connection).empty());
  CHECK(f.t.network.closed.empty());  // it was the other side, or the network
}

TEST_CASE("a request without an answer is not remembered") {
  Fixture f;
  f.ask(1, false);
  CHECK(f.client.in_flight(kPeer) == 0);
  CHECK(!f.timer().has_value());
  f.ask(2);
  CHECK(f.answer(f.t.network.sent[1], MetadataResponse{})->request.tag == 2);
}

TEST_CASE("a response with the wrong correlation id costs the connection") {
  Fixture f;
  f.ask(1);
  const ConnectionId connection = f.t.network.sent[0].connection;
  const Blob wrong = encode_response(4, CorrelationId(99), MetadataResponse{});
  CHECK(!f.client.on_frame(f.t.env(), connection, wrong).has_value());
  CHECK(f.t.network.closed == std::vector<ConnectionId>{connection});
  CHECK(!f.client.owns(connection));
  CHECK(!f.client.can_send(kPeer));
  SECTION("its requests come back from on_closed") {
    CHECK(f.client.on_closed(f.t.env(), connection).size() == 1);
    CHECK(!f.timer().has_value());
  }
  SECTION("or from the timer, which is due at once") {
    CHECK(f.timer() == f.t.now());
    CHECK(f.client.on_timeout(f.t.env(), kPeer).size() == 1);
  }
  CHECK(f.client.can_send(kPeer));
  CHECK(f.t.network.closed.size() == 1);
}

TEST_CASE("a response that nobody asked for costs the connection") {
  Fixture f;
  f.ask(1);
  f.answer(f.t.network.sent[0], MetadataResponse{});
  f.answer(f.t.network.sent[0], MetadataResponse{});
  CHECK(f.t.network.closed.size() == 1);
}

TEST_CASE("disconnecting on purpose returns what was under way") {
  Fixture f;
  f.ask(1);
  const auto died = f.client.disconnect(f.t.env(), kPeer);
  REQUIRE(died.size() == 1);
  CHECK(f.t.network.closed.size() == 1);
  CHECK(f.client.disconnect(f.t.env(), kPeer).empty());
  CHECK(f.t.network.closed.size() == 1);
}

TEST_CASE("with negotiation the first request is ApiVersions v3 and nothing else may be sent") {
  Fixture f(true);
  CHECK(!f.client.can_send(kPeer));
  CHECK(!f.version_of(ApiKey::Fetch, 4, 17).has_value());
  CHECK(!f.version_of(ApiKey::Fetch, 4, 17).has_value());  // the peer is not asked twice
  REQUIRE(f.t.network.sent.size() == 1);
  CHECK(f.t.network.sent[0].info.api == ApiKey::ApiVersions);
  const auto request = parse_request(f.t.network.sent[0].frame);
  CHECK(request->header.version == 3);
  const auto body = decode_body<ApiVersionsRequest>(request->body, 3);
  CHECK(body->client_software_name == "kafkascope");
  CHECK(!f.client.can_send(kPeer));

  CHECK(!f.answer(f.t.network.sent[0], api_versions_response(env::Listener::Broker)).has_value());
  CHECK(f.client.negotiated(kPeer));
  CHECK(f.client.can_send(kPeer));
  CHECK(f.version_of(ApiKey::Produce, 3, 12) == 9);    // theirs ends earlier
  CHECK(f.version_of(ApiKey::Fetch, 4, 11) == 11);     // ours does
  CHECK(!f.version_of(ApiKey::Produce, 10, 12).has_value());
  CHECK(!f.version_of(ApiKey::Vote, 0, 1).has_value());
  CHECK(f.client.in_flight(kPeer) == 0);
}

TEST_CASE("a broker that does not know ApiVersions v3 is asked again in v0") {
  Fixture f(true);
  f.version_of(ApiKey::Fetch, 4, 17);
  const SentFrame first = f.t.network.take().at(0);
  // such a broker answers in the shape of v0 (KIP-511)
  const Blob refusal =
      encode_response(0, first.info.correlation,
                      unsupported_api_versions_response(env::Listener::Broker));
  CHECK(!f.client.on_frame(f.t.env(), first.connection, refusal).has_value());
  REQUIRE(f.t.network.sent.size() == 1);
  CHECK(f.t.network.sent[0].info.version == 0);
  f.answer(f.t.network.sent[0], api_versions_response(env::Listener::Broker));
  CHECK(f.version_of(ApiKey::Fetch, 4, 17) == 17);
  CHECK(f.t.network.opened.size() == 1);
}

TEST_CASE("versions are forgotten with the connection; a negotiation that dies is reported") {
  Fixture f(true);
  f.version_of(ApiKey::Fetch, 4, 17);
  const auto died = f.client.on_closed(f.t.env(), f.t.network.sent[0].connection);
  REQUIRE(died.size() == 1);
  CHECK(died[0].tag == kNegotiationTag);
  CHECK(died[0].api == ApiKey::ApiVersions);
  f.version_of(ApiKey::Fetch, 4, 17);
  CHECK(f.t.network.opened.size() == 2);
  f.answer(f.t.network.sent[1], api_versions_response(env::Listener::Broker));
  CHECK(f.client.negotiated(kPeer));
  f.client.on_closed(f.t.env(), f.t.network.sent[1].connection);
  CHECK(!f.client.negotiated(kPeer));
}

TEST_CASE("an ApiVersions answer that makes no sense costs the connection") {
  Fixture f(true);
  f.version_of(ApiKey::Fetch, 4, 17);
  const SentFrame request = f.t.network.sent[0];
  f.client.on_frame(f.t.env(), request.connection,
                    response_frame(ApiKey::ApiVersions, 3, request.info.correlation,
                                   Bytes{0, 0, 9, 9}));
  CHECK(f.t.network.closed.size() == 1);
  CHECK(!f.client.owns(request.connection));
}

TEST_CASE("without negotiation our highest version is used and nothing is opened for asking") {
  Fixture f;
  CHECK(f.version_of(ApiKey::Fetch, 4, 17) == 17);
  CHECK(f.t.network.opened.empty());
}

TEST_CASE("clients of one node that share a kind of timer keep their keys apart") {
  TestEnv t(NodeId(1));
  NetworkClientOptions o = options(false);
  o.timer_key_base = 1000;
  NetworkClient client(o);
  client.send(t.env(), kPeer, MetadataRequest{}, 4, 1);
  CHECK(t.timers.at(kTimer, 1002) == at_micros(30'000'000));
  CHECK(!t.timers.at(kTimer, 2).has_value());
  client.disconnect(t.env(), kPeer);
  CHECK(t.timers.armed.empty());
}

TEST_CASE("a copy of the client goes its own way") {
  Fixture f;
  f.ask(1);
  NetworkClient copy = f.client;
  f.client.on_closed(f.t.env(), f.t.network.sent[0].connection);
  CHECK(copy.in_flight(kPeer) == 1);
  CHECK(copy.owns(f.t.network.sent[0].connection));
}
