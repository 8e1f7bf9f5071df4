// Goal: NetworkModel behaves like TCP seen from a Selector: FIFO within one direction, loss only
// with the connection, silence over a cut, and every end learns of a close exactly once. Method: a
// little queue plays the world's part; every delivery and closing is written down. Kafka:
// org.apache.kafka.common.network.Selector, ClusterConnectionStates.
#include "engine/sim/network.h"

#include <map>
#include <string>

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::sim;

namespace {

const NodeId kA(1), kB(2), kC(3);

class Bench : public NetworkSchedule, public event::Sink {
 public:
  Bench() : net(micros(400), micros(1200)) {
    for (NodeId n : {kA, kB, kC}) net.node_listens(n);
  }
  void arrive(Instant at, ConnectionId c, FrameId f, NodeId) override {
    push(at, {c, f, NodeId(0)});
  }
  void closed(Instant at, ConnectionId c, NodeId side) override { push(at, {c, FrameId(0), side}); }
  void bytes_of(FrameId, const Blob&) override {}
  EventSeq emit(NodeId node, event::Body body) override {
    events.push_back({EventSeq(events.size() + 1), now, node, cause(), std::move(body)});
    return events.back().seq;
  }
  NetworkContext ctx() { return {now, latency, *this, *this}; }

  FrameId send(NodeId from, ConnectionId c, const std::string& text, ApiKey api = ApiKey::Fetch,
               bool response = false, Duration after = Duration(0)) {
    env::FrameInfo info{api, 0, CorrelationId(1), response};
    return net.send(ctx(), from, c, Blob(to_bytes(text)), info, now + after);
  }
  void run(Duration d) {
    const Instant until = now + d;
    while (!queue.empty() && queue.begin()->first.first <= until) {
      const auto item = queue.begin()->second;
      now = queue.begin()->first.first;
      queue.erase(queue.begin());
      if (item.side == NodeId(0)) {
        if (auto d = net.arrived(ctx(), item.connection, item.frame))
          log.push_back(std::to_string(d->to.value()) + "<" + std::string(text_of(d->bytes)));
      } else if (auto c = net.closed(ctx(), item.connection, item.side)) {
        log.push_back(std::to_string(c->side.value()) + "!" + event_name(c->reason));
      }
    }
    now = until;
  }
  template <class E>
  int count() const {
    int n = 0;
    for (const auto& e : events) n += std::holds_alternative<E>(e.body);
    return n;
  }
  std::vector<std::string> take_log() { return std::exchange(log, {}); }

  NetworkModel net;
  Instant now{};
  env::Random latency{7};
  std::vector<event::Event> events;

 private:
  struct Item {
    ConnectionId connection;
    FrameId frame;
    NodeId side;
  };
  static std::string event_name(event::CloseReason r) {
    switch (r) {
      case event::CloseReason::ByPeer:
        return "peer";
      case event::CloseReason::Refused:
        return "refused";
      case event::CloseReason::PeerDied:
        return "died";
      case event::CloseReason::Reset:
        return "reset";
      case event::CloseReason::TimedOut:
        return "timeout";
      default:
        return "?";
    }
  }
  void push(Instant at, Item item) { queue[{std::max(at, now), ++order}] = item; }
  std::map<std::pair<Instant, std::uint64_t>, Item> queue;
  std::uint64_t order = 0;
  std::vector<std::string> log;
};

ConnectionId open(Bench& b, NodeId from, NodeId to) {
  return b.net.connect(b.ctx(), from, to, env::Listener::Broker, env::ConnectionPurpose::Client);
}
using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("frames of one direction arrive in the order in which they were sent") {
  Bench b;
  const auto c = open(b, kA, kB);
  Log expected;
  for (int i = 0; i < 50; ++i) {
    b.send(kA, c, std::to_string(i));
    expected.push_back("2<" + std::to_string(i));
  }
  b.run(millis(20));
  CHECK(b.take_log() == expected);
  CHECK(b.net.frames().empty());
}

TEST_CASE(
    "a reply departs only once its disk work is paid for, and is gone if the process dies first") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.send(kA, c, "req");
  b.run(millis(10));
  b.send(kB, c, "early", ApiKey::Fetch, true);
  b.send(kB, c, "late", ApiKey::Fetch, true, millis(50));
  b.net.node_gone(b.ctx(), kB, event::CloseReason::PeerDied);
  b.run(millis(200));
  CHECK(b.take_log() == Log{"2<req", "1<early", "1!died"});
  CHECK(b.count<event::FrameLost>() == 1);
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a closer's frames still arrive, then the peer learns of it; the closer learns nothing") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  b.send(kA, c, "last words");
  b.send(kB, c, "unread", ApiKey::Fetch, true);
  b.net.close(b.ctx(), kA, c);
  CHECK(b.send(kA, c, "x") == FrameId(0));
  b.run(millis(10));
  CHECK(b.take_log() == Log{"2<last words", "2!peer"});
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a connection to a dead node is refused after a round trip") {
  Bench b;
  b.net.node_gone(b.ctx(), kB, event::CloseReason::PeerDied);
  const auto c = open(b, kA, kB);
  b.send(kA, c, "hello");
  b.run(micros(700));
  CHECK(b.take_log().empty());
  b.run(millis(10));
  CHECK(b.take_log() == Log{"1!refused"});
  CHECK(b.count<event::FrameLost>() == 1);
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("frames over a cut link stall and go on in order when it is healed") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  b.send(kA, c, "in flight");
  b.net.cut(b.ctx(), {kA, kB});
  b.send(kA, c, "second");
  b.send(kB, c, "back", ApiKey::Fetch, true);
  b.run(seconds(60));
  CHECK(b.take_log() == Log{"1<back"});  // one-way: the other direction is whole
  CHECK(b.net.frames().size() == 2);
  CHECK(b.net.frames()[0].doomed);
  b.net.heal(b.ctx(), {kA, kB});
  b.send(kA, c, "third");
  b.run(millis(10));
  CHECK(b.take_log() == Log{"2<in flight", "2<second", "2<third"});
}

TEST_CASE("closing over a cut link frees the closer at once and the peer when it is healed") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  b.net.cut(b.ctx(), {kA, kB});
  b.send(kA, c, "zombie request");
  b.run(seconds(30));
  b.net.close(b.ctx(), kA, c);
  b.run(seconds(30));
  CHECK(b.take_log().empty());
  b.net.heal(b.ctx(), {kA, kB});
  b.run(seconds(1));
  CHECK(b.take_log() == Log{"2<zombie request", "2!peer"});
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a connection attempt over a cut link times out after the set-up time-out") {
  Bench b;
  b.net.cut(b.ctx(), {kB, kA});  // the way back is enough
  const auto c = open(b, kA, kB);
  b.send(kA, c, "hello");
  b.run(kConnectionSetupTimeout - millis(1));
  CHECK(b.take_log().empty());
  b.run(millis(2));
  CHECK(b.take_log() == Log{"1!timeout"});
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a handshake that was stuck behind a cut goes on when it is healed in time") {
  Bench b;
  b.net.cut(b.ctx(), {kA, kB});
  const auto c = open(b, kA, kB);
  b.send(kA, c, "hello");
  b.run(seconds(5));
  b.net.heal(b.ctx(), {kA, kB});
  b.run(seconds(20));
  CHECK(b.take_log() == Log{"2<hello"});
  CHECK(b.net.connection_count() == 1);
}

TEST_CASE("reset loses what is under way and tells both ends once, even over a cut") {
  Bench b;
  const auto c = open(b, kA, kB);
  const auto other = open(b, kA, kC);
  b.run(millis(10));
  b.net.cut(b.ctx(), {kA, kB});
  b.send(kA, c, "lost");
  b.send(kA, other, "unharmed");
  b.net.reset(b.ctx(), kB, kA);
  CHECK(b.send(kA, c, "too late") == FrameId(0));
  b.run(millis(10));
  CHECK(b.take_log() == Log{"2!reset", "1!reset", "3<unharmed"});
  CHECK(b.net.connection_count() == 1);
}

TEST_CASE("losing a frame by hand takes its connection with it") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  const auto f = b.send(kA, c, "one");
  b.send(kA, c, "two");
  CHECK_FALSE(b.net.lose(b.ctx(), FrameId(999)));
  CHECK(b.net.lose(b.ctx(), f));
  b.run(millis(10));
  CHECK(b.take_log() == Log{"2!reset", "1!reset"});
  CHECK(b.count<event::FrameLost>() == 2);
}

TEST_CASE("a frame delayed by hand holds back those behind it") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  const auto f = b.send(kA, c, "one");
  b.send(kA, c, "two");
  CHECK(b.net.delay(b.ctx(), f, millis(500)));
  b.run(millis(400));
  CHECK(b.take_log().empty());
  b.run(millis(200));
  CHECK(b.take_log() == Log{"2<one", "2<two"});
}

TEST_CASE("a trap loses the next matching frame half-way and no other") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  b.net.set_trap({ApiKey::Produce, true, {kB, kA}});
  b.send(kA, c, "produce", ApiKey::Produce);
  b.send(kB, c, "fetch reply", ApiKey::Fetch, true);
  b.run(millis(10));
  CHECK(b.take_log().size() == 2);
  b.send(kB, c, "produce reply", ApiKey::Produce, true);
  CHECK(b.net.frames()[0].doomed);
  b.run(millis(10));
  CHECK(b.take_log() == Log{"2!reset", "1!reset"});
  CHECK(b.net.traps().empty());
}

TEST_CASE("a paused process gets its frames when it resumes, in the order of their arrival") {
  Bench b;
  const auto c1 = open(b, kA, kB);
  const auto c2 = open(b, kC, kB);
  b.run(millis(10));
  b.net.pause(kB);
  b.send(kA, c1, "first");
  b.run(millis(5));
  b.send(kC, c2, "second");
  b.net.close(b.ctx(), kC, c2);
  b.run(millis(5));
  b.send(kA, c1, "third");
  b.run(seconds(5));
  CHECK(b.take_log().empty());
  b.net.resume(b.ctx(), kB);
  b.run(millis(5));
  CHECK(b.take_log() == Log{"2<first", "2<second", "2!peer", "2<third"});
}

TEST_CASE("a crash behind a cut is learnt of only when the link is healed") {
  Bench b;
  open(b, kA, kB);
  b.run(millis(10));
  b.net.cut(b.ctx(), {kB, kA});
  b.net.node_gone(b.ctx(), kB, event::CloseReason::PeerDied);
  b.run(seconds(100));
  CHECK(b.take_log().empty());
  b.net.heal_all(b.ctx());
  b.run(millis(10));
  CHECK(b.take_log() == Log{"1!died"});
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("frames to a real client come out of the outbox, and so does the end of its connection") {
  Bench b;
  const NodeId outside(5000);
  const auto c = b.net.open_from_outside(b.ctx(), outside, kA, env::Listener::Broker);
  b.send(outside, c, "request");
  b.run(Duration(0));
  CHECK(b.take_log() == Log{"1<request"});
  b.send(kA, c, "reply", ApiKey::Fetch, true);
  b.net.close(b.ctx(), kA, c);
  b.run(Duration(0));
  const auto out = b.net.take_outbox();
  REQUIRE(out.size() == 2);
  CHECK(text_of(out[0].bytes) == "reply");
  CHECK(out[1].closed);
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a node talks to itself over one connection in both directions") {
  Bench b;
  const auto c = open(b, kA, kA);
  b.send(kA, c, "request");
  b.run(millis(1));
  b.send(kA, c, "reply", ApiKey::Fetch, true);
  b.run(millis(1));
  CHECK(b.take_log() == Log{"1<request", "1<reply"});
  b.net.node_gone(b.ctx(), kA, event::CloseReason::PeerDied);
  b.run(millis(1));
  CHECK(b.take_log().empty());
  CHECK(b.net.connection_count() == 0);
}

TEST_CASE("a slowed link makes every later frame take that much longer") {
  Bench b;
  const auto c = open(b, kA, kB);
  b.run(millis(10));
  b.net.slow(b.ctx(), {kA, kB}, millis(100));
  b.send(kA, c, "slow");
  b.run(millis(99));
  CHECK(b.take_log().empty());
  b.run(millis(5));
  CHECK(b.take_log() == Log{"2<slow"});
  REQUIRE(b.net.links().size() == 1);
  CHECK(b.net.links()[0].extra == millis(100));
}

TEST_CASE("a copy of the network goes on by itself, exactly as the original does") {
  Bench b;
  const auto c = open(b, kA, kB);
  for (int i = 0; i < 5; ++i) b.send(kA, c, std::to_string(i));
  const NetworkModel copy = b.net;
  b.run(millis(10));
  CHECK(b.net.frames().empty());
  CHECK(copy.frames().size() == 5);
}
