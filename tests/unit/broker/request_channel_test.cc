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
    const Blob request = frame();
    channel.on_frame(t.env(), connection(id), request, FrameId(static_cast<unsigned>(sent)));
  }
  /// Every network thread with something left to do is woken when it is done with the last frame.
  void run_processors() {
    for (bool any = true; any;) {
      any = false;
      for (std::int64_t p = 0; p < channel.config().network_threads; ++p) {
        const auto at = t.timers.at(env::TimerKind::NetworkThreadDone, p);
        if (!at) continue;
        if (*at > t.now()) t.clock_at(at->time_since_epoch());
        t.timers.cancel(env::TimerKind::NetworkThreadDone, p);
        channel.on_processor_done(t.env(), p);
        any = true;
      }
    }
  }
  void handler_done(std::int64_t handler) {
    channel.on_handler_done(t.env(), handler);
    run_processors();
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
  for (std::uint64_t c = 1; c <= 3; ++c) f.arrive(c);
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

TEST_CASE("the acceptor deals connections out in turn, and each stays with its network thread") {
  ChannelFixture f(limits(2, 8, 500));
  for (std::uint64_t c : {7, 3, 5}) f.arrive(c);
  f.run_processors();
  f.arrive(3);
  CHECK(f.t.count<event::ConnectionAccepted>() == 3);
  CHECK(f.channel.connections().at(ConnectionId(7)).processor == 0);
  CHECK(f.channel.connections().at(ConnectionId(3)).processor == 1);
  CHECK(f.channel.connections().at(ConnectionId(5)).processor == 0);
}

TEST_CASE("a network thread reads one frame after the other and takes time for each") {
  ChannelFixture f(limits(1, 8, 500));
  f.arrive(1);
  f.arrive(2);
  CHECK(f.channel.queue_depth() == 1);
  CHECK(f.t.timers.at(env::TimerKind::NetworkThreadDone, 0) == Instant(network_time(30)));
  f.run_processors();
  CHECK(f.channel.queue_depth() == 2);
  CHECK_FALSE(f.t.timers.at(env::TimerKind::NetworkThreadDone, 0));
}

TEST_CASE("a connection is muted until its response has left") {
  ChannelFixture f;
  for (int i = 0; i < 3; ++i) f.arrive(1);
  CHECK(f.channel.queue_depth() == 1);
  REQUIRE(f.work());
  f.run_processors();
  CHECK(f.channel.queue_depth() == 0);  // the response is still with the handler
  CHECK(f.t.network.sent.empty());
  f.t.clock_at(service_time(ApiKey::ApiVersions));
  f.handler_done(0);
  CHECK(f.t.network.sent.size() == 1);
  CHECK(f.channel.queue_depth() == 1);
  CHECK(f.channel.queue().front().context.header.correlation == CorrelationId(2));
}

TEST_CASE("with all handlers busy requests wait") {
  ChannelFixture f(limits(3, 2, 500));
  for (std::uint64_t c = 1; c <= 3; ++c) f.arrive(c);
  CHECK(f.work());
  CHECK(f.work());
  CHECK_FALSE(f.work());
  CHECK(f.channel.busy_handlers() == 2);
  f.handler_done(1);
  CHECK(f.work());
  CHECK(f.t.last<event::RequestStarted>()->handler == 1);
}

TEST_CASE("a handler stays busy for its service time and the disk's, and answers when it is done") {
  ChannelFixture f;
  f.arrive(1);
  REQUIRE(f.work(millis(30)));
  const Duration busy = service_time(ApiKey::ApiVersions) + millis(30);
  CHECK(f.t.timers.at(env::TimerKind::HandlerDone, 0) == Instant(busy));
  CHECK(f.t.network.sent.empty());
  f.t.clock_at(busy);
  f.handler_done(0);
  CHECK(f.t.network.sent.size() == 1);
  CHECK(f.t.last<event::RequestFinished>()->busy == busy);
}

TEST_CASE("a full queue stops the network thread, its finished responses included") {
  ChannelFixture f(limits(1, 2, 1));
  f.arrive(1);
  REQUIRE(f.work());
  f.run_processors();
  f.arrive(2);
  f.run_processors();
  f.arrive(3);
  f.run_processors();
  CHECK(f.channel.queue_depth() == 1);
  CHECK(f.channel.processor_blocked(0));
  CHECK(f.t.count<event::ProcessorBlocked>() == 1);
  f.t.advance(millis(5));
  f.handler_done(0);  // the answer to connection 1 is ready, and stays
  CHECK(f.t.network.sent.empty());
  CHECK(f.t.last<event::ResponseQueued>()->depth == 1);
  f.t.advance(millis(2));
  REQUIRE(f.work());  // makes room
  f.run_processors();
  CHECK_FALSE(f.channel.processor_blocked(0));
  CHECK(f.t.last<event::ProcessorUnblocked>()->waited >= millis(7));
  CHECK(f.t.network.sent.size() == 1);
  CHECK(f.t.last<event::RequestCompleted>()->response_queue >= millis(2));
}

TEST_CASE("a stopped network thread does not stop the others") {
  ChannelFixture f(limits(2, 1, 2));
  for (std::uint64_t c = 1; c <= 4; ++c) f.arrive(c);  // 1 and 3 on thread 0, 2 and 4 on thread 1
  f.run_processors();
  CHECK(f.channel.queue_depth() == 2);
  CHECK(f.channel.processor_blocked(0));
  CHECK(f.channel.processor_blocked(1));
  REQUIRE(f.work());
  CHECK_FALSE(f.channel.processor_blocked(0));
  CHECK(f.channel.processor_blocked(1));
  CHECK(f.channel.queue().back().context.connection == ConnectionId(3));
}

TEST_CASE("the queue never grows beyond queued.max.requests, and nothing is lost") {
  ChannelFixture f(limits(3, 1, 5));
  for (std::uint64_t c = 1; c <= 50; ++c) f.arrive(c);
  f.run_processors();
  CHECK(f.channel.queue_depth() == 5);
  int handled = 0;
  while (f.work()) {
    ++handled;
    f.run_processors();
    CHECK(f.channel.queue_depth() <= 5);
    f.handler_done(0);
  }
  CHECK(handled == 50);
  CHECK(f.t.network.sent.size() == 50);
  CHECK(f.t.count<event::RequestCompleted>() == 50);
}

TEST_CASE("the parts of a request's time are those of its stages and add up") {
  ChannelFixture f(limits(1, 1, 500));
  f.arrive(1);
  f.arrive(2);
  f.run_processors();
  const Instant read = f.t.now();
  REQUIRE(f.work(millis(4)));
  f.t.advance(millis(4));
  f.handler_done(0);
  CHECK(f.t.last<event::RequestCompleted>()->local == millis(4));
  f.t.advance(millis(1));
  const Instant begun = f.t.now();
  const auto second = f.channel.start_next(f.t.env());
  f.channel.finish_current(f.t.env(), Duration{0});  // parked
  f.t.advance(millis(2));
  f.handler_done(0);
  f.t.advance(millis(7));
  f.channel.respond(f.t.env(), second->context, protocol::ApiVersionsResponse{});
  const auto parts = *f.t.last<event::RequestCompleted>();
  CHECK(parts.frame == FrameId(2));
  CHECK(parts.request_queue == begun - read);
  CHECK(parts.local == millis(2));
  CHECK(parts.remote == millis(7));
  CHECK(parts.response_queue == Duration{0});
  CHECK(parts.response_send == f.t.network.sent.back().after);
  CHECK(parts.total() == f.t.now() - read + parts.response_send);
}

TEST_CASE("a request completed by another before its own handler is done has no remote time") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(2);
  const auto first = f.channel.start_next(f.t.env());
  f.channel.finish_current(f.t.env(), millis(10));  // parked, and its handler is slow
  const auto second = f.channel.start_next(f.t.env());
  f.channel.respond(f.t.env(), first->context, protocol::ApiVersionsResponse{});
  f.channel.finish_current(f.t.env(), Duration{0});
  f.t.advance(millis(1));
  f.handler_done(1);
  CHECK(f.t.last<event::RequestCompleted>()->local == millis(1));
  CHECK(f.t.last<event::RequestCompleted>()->remote == Duration{0});
  f.arrive(1);  // the connection's next request is not touched by the old handler's end
  f.run_processors();
  f.handler_done(0);
  CHECK(f.channel.connections().at(ConnectionId(1)).under_way->stage == RequestStage::Queue);
}

TEST_CASE("acks=0: nothing is sent, the request is complete and the connection goes on") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(1);
  const auto request = f.channel.start_next(f.t.env());
  f.channel.respond_nothing(f.t.env(), request->context);
  f.channel.finish_current(f.t.env(), Duration{0});
  f.t.advance(millis(1));
  f.handler_done(0);
  CHECK(f.t.network.sent.empty());
  CHECK(f.t.last<event::RequestCompleted>()->response_send == Duration{0});
  CHECK(f.channel.queue_depth() == 1);
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
  f.handler_done(0);
  CHECK(f.channel.queue_depth() == 0);
  CHECK(f.channel.connections().empty());
  CHECK(f.t.network.sent.empty());
  CHECK(f.t.count<event::RequestCompleted>() == 0);
}

TEST_CASE("an answer outside of a handler leaves at once and unmutes at once") {
  ChannelFixture f;
  f.arrive(1);
  f.arrive(1);
  const auto request = f.channel.start_next(f.t.env());
  f.channel.finish_current(f.t.env(), Duration{0});  // parked
  f.t.advance(millis(1));
  f.handler_done(0);
  CHECK(f.channel.queue_depth() == 0);
  CHECK(f.channel.connections().at(ConnectionId(1)).under_way->stage == RequestStage::Remote);
  f.channel.respond(f.t.env(), request->context, protocol::ApiVersionsResponse{});
  CHECK(f.t.network.sent.size() == 1);
  f.run_processors();
  CHECK(f.channel.queue_depth() == 1);
}
