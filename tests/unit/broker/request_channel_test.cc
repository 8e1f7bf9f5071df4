// Goal: the stages of the request path hold their limits, and overload slows clients down instead
// of hurting others. Method: ApiVersions requests as load; nobody answers unless the test does.
// Reference: SocketServerTest, RequestChannelTest, KafkaRequestHandlerPool.
#include "engine/broker/request_channel.h"

#include "engine/broker/service_times.h"
#include "engine/protocol/messages/api_versions.h"
#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using namespace kscope::broker;

namespace {

struct ChannelFixture {
  TestEnv t{NodeId(1)};
  RequestChannel channel;
  int sent = 0;

  explicit ChannelFixture(const RequestChannelConfig& config = {}) : channel(config) {}

  Blob frame() {
    const protocol::RequestHeader header{ApiKey::ApiVersions, 0, CorrelationId(++sent), "test"};
    return protocol::encode_request(header, protocol::ApiVersionsRequest{});
  }
  env::ConnectionInfo connection(std::uint64_t id) const {
    return {ConnectionId(id), NodeId(1000), env::Listener::Broker, env::ConnectionPurpose::Client,
            false};
  }
  void arrive(std::uint64_t id) {
    channel.on_frame(t.env(), connection(id), frame(), FrameId(static_cast<unsigned>(sent)));
  }
  /// A handler takes the oldest request and answers it.
  bool work(Duration disk = Duration{0}) {
    const auto request = channel.start_next(t.env());
    if (!request) return false;
    channel.respond(t.env(), request->context, protocol::ApiVersionsResponse{});
    channel.finish_current(t.env(), disk);
    return true;
  }
};

RequestChannelConfig limits(int network_threads, int handlers, int queued) {
  RequestChannelConfig config;
  config.network_threads = network_threads;
  config.io_threads = handlers;
  config.max_queued = queued;
  return config;
}

}  // namespace

TEST_CASE("requests are handled in the order in which they came") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(2);
  f.arrive(3);
  CHECK(f.channel.queue_depth() == 3);
  for (std::uint64_t expected = 1; expected <= 3; ++expected) {
    const auto request = f.channel.start_next(f.t.env());
    REQUIRE(request);
    CHECK(request->context.connection == ConnectionId(expected));
    f.channel.finish_current(f.t.env(), Duration{0});
  }
  CHECK_FALSE(f.channel.start_next(f.t.env()));
  CHECK(f.channel.busy_handlers() == 3);
}

TEST_CASE("a connection is muted until its response has left") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(1);
  f.arrive(1);
  CHECK(f.channel.queue_depth() == 1);
  REQUIRE(f.work());
  CHECK(f.channel.queue_depth() == 0);  // the response is still with the handler
  f.t.clock_at(service_time(ApiKey::ApiVersions));
  f.channel.on_handler_done(f.t.env(), 0);
  CHECK(f.channel.queue_depth() == 1);
  CHECK(f.channel.queue().front().context.header.correlation == CorrelationId(2));
}

TEST_CASE("with all handlers busy requests wait") {
  ChannelFixture f(limits(1, 2, 500));
  for (std::uint64_t c = 1; c <= 3; ++c) f.arrive(c);
  CHECK(f.work());
  CHECK(f.work());
  CHECK_FALSE(f.work());
  CHECK(f.channel.busy_handlers() == 2);
  f.channel.on_handler_done(f.t.env(), 1);
  CHECK(f.work());
  CHECK(f.t.last<event::RequestStarted>()->handler == 1);
}

TEST_CASE("a handler stays busy for its service time and the disk's") {
  ChannelFixture f;
  f.arrive(1);
  REQUIRE(f.work(millis(30)));
  CHECK(f.t.timers.at(env::TimerKind::HandlerDone, 0) ==
        Instant(service_time(ApiKey::ApiVersions) + millis(30)));
  CHECK(f.t.network.sent.at(0).after == service_time(ApiKey::ApiVersions));
  f.t.clock_at(millis(31));
  f.channel.on_handler_done(f.t.env(), 0);
  CHECK(f.t.last<event::RequestFinished>()->busy == millis(31));
}

TEST_CASE("a full queue blocks the network thread, and with it all of that thread's connections") {
  ChannelFixture f(limits(2, 1, 2));
  f.arrive(2);
  f.arrive(4);
  f.arrive(6);  // thread 0 does not get rid of it
  f.arrive(8);
  CHECK(f.channel.queue_depth() == 2);
  CHECK(f.channel.network_thread_blocked(0));
  CHECK_FALSE(f.channel.network_thread_blocked(1));
  f.arrive(1);
  CHECK(f.channel.network_thread_blocked(1));
  REQUIRE(f.work());  // makes room for one
  CHECK(f.channel.queue_depth() == 2);
  CHECK(f.channel.queue().back().context.connection == ConnectionId(6));
  CHECK(f.channel.network_thread_blocked(0));
}

TEST_CASE("the queue never grows beyond queued.max.requests") {
  ChannelFixture f(limits(3, 1, 5));
  for (std::uint64_t c = 1; c <= 50; ++c) f.arrive(c);
  CHECK(f.channel.queue_depth() == 5);
  int handled = 0;
  while (f.work()) {
    ++handled;
    CHECK(f.channel.queue_depth() <= 5);
    f.channel.on_handler_done(f.t.env(), 0);
  }
  CHECK(handled == 50);
}

TEST_CASE("a frame that is no request closes its connection and no other") {
  ChannelFixture f;
  f.arrive(1);
  f.channel.on_frame(f.t.env(), f.connection(2), Blob(to_bytes("GET / HTTP/1.1\r\n\r\n")),
                     FrameId(99));
  CHECK(f.t.network.closed == std::vector<ConnectionId>{ConnectionId(2)});
  CHECK(f.t.last<event::ConnectionClosed>()->reason == event::CloseReason::MalformedFrame);
  CHECK(f.channel.queue_depth() == 1);
  CHECK(f.work());
}

TEST_CASE("a frame larger than socket.request.max.bytes closes its connection") {
  RequestChannelConfig config;
  config.max_request_bytes = 100;
  ChannelFixture f(config);
  f.channel.on_frame(f.t.env(), f.connection(1), Blob(Bytes(200)), FrameId(1));
  CHECK(f.t.last<event::ConnectionClosed>()->reason == event::CloseReason::OversizedFrame);
  CHECK(f.t.network.closed.size() == 1);
}

TEST_CASE(
    "a connection that closes takes its unread frames along; a queued request is still handled") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(1);
  f.channel.on_closed(ConnectionId(1));
  CHECK(f.work());
  f.channel.on_handler_done(f.t.env(), 0);
  CHECK(f.channel.queue_depth() == 0);
  CHECK(f.channel.connection_count() == 0);
}

TEST_CASE("an answer outside of a handler leaves at once and unmutes at once") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(1);
  const auto request = f.channel.start_next(f.t.env());
  f.channel.finish_current(f.t.env(), Duration{0});  // parked
  f.channel.on_handler_done(f.t.env(), 0);
  CHECK(f.channel.queue_depth() == 0);
  f.channel.respond(f.t.env(), request->context, protocol::ApiVersionsResponse{});
  CHECK(f.t.network.sent.at(0).after == Duration{0});
  CHECK(f.channel.queue_depth() == 1);
}
