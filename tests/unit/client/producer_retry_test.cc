// Goal: what a producer does when the answer is an error, or never comes. Method: scripted brokers
// (Sender.completeBatch, canRetry; KIP-91 delivery timeout; KIP-580 back-off; KIP-951 new leader).
#include "tests/unit/client/producer_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a retriable error sends the same bytes again after a back-off") {
  ProducerFixture f;
  f.send("again");
  f.deliver();
  const Received first = f.next_produce();
  f.answer(first, ErrorCode::NOT_ENOUGH_REPLICAS);
  const auto* retried = f.t.last<event::BatchRetried>();
  REQUIRE(retried != nullptr);
  CHECK(retried->backoff >= millis(80));
  CHECK(retried->backoff <= millis(120));
  f.run_for(millis(79));
  CHECK(f.waiting.empty());
  f.run_for(millis(42));
  const Received second = f.next_produce();
  CHECK(f.records_of(second) == f.records_of(first));
  CHECK(f.t.last<event::BatchDrained>()->attempt == 2);
  f.answer(second, ErrorCode::NONE, 0);
  CHECK(f.client.records_acked() == 1);
}

TEST_CASE("the back-off doubles with every attempt up to retry.backoff.max.ms") {
  ProducerFixture f;
  f.send("again");
  std::vector<Duration> backoffs;
  for (int i = 0; i < 6; ++i) {
    f.run_for(millis(1300));
    f.answer(f.next_produce(), ErrorCode::NOT_ENOUGH_REPLICAS);
    backoffs.push_back(f.t.last<event::BatchRetried>()->backoff);
  }
  CHECK(backoffs[1] >= millis(160));
  CHECK(backoffs[1] <= millis(240));
  CHECK(backoffs[2] >= millis(320));
  CHECK(backoffs[5] <= millis(1000));
  CHECK(backoffs[5] >= millis(800));
}

TEST_CASE("an error that will not go away fails the batch at once") {
  ProducerFixture f;
  f.send("bad");
  f.deliver();
  f.answer(f.next_produce(), ErrorCode::INVALID_RECORD);
  CHECK(f.client.records_failed() == 1);
  CHECK(f.t.last<event::BatchFailed>()->error == ErrorCode::INVALID_RECORD);
  CHECK(f.client.last_error() == "INVALID_RECORD");
  CHECK(f.client.buffer_bytes() == 0);
}

TEST_CASE("retries=0 gives up after the first error") {
  ProducerFixture f(Settings{{"retries", "0"}});
  f.send("once");
  f.deliver();
  f.answer(f.next_produce(), ErrorCode::NOT_ENOUGH_REPLICAS);
  CHECK(f.client.records_failed() == 1);
}

TEST_CASE("NOT_LEADER_OR_FOLLOWER refreshes metadata and goes to the new leader without waiting") {
  ProducerFixture f;
  f.send("moved");
  f.deliver();
  const Received first = f.next_produce();
  f.leaders[{"orders", 0}] = {3, 1};
  f.run_for(millis(200));  // past the metadata back-off
  const int before = f.metadata_requests;
  f.answer(first, ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(f.metadata_requests == before + 1);
  const Received second = f.next_produce();  // no back-off: the epoch is new (KIP-951)
  CHECK(second.to() == NodeId(3));
}

TEST_CASE("a broken connection is retried on a new one, and metadata is asked again") {
  ProducerFixture f;
  f.send("lost?");
  f.deliver();
  REQUIRE(f.count_waiting(ApiKey::Produce) == 1);
  const std::size_t connections = f.t.network.opened.size();
  f.break_connections(NodeId(1));
  CHECK(f.t.last<event::BatchRetried>()->error == ErrorCode::NETWORK_EXCEPTION);
  f.run_for(millis(300));
  REQUIRE(f.count_waiting(ApiKey::Produce) == 1);
  CHECK(f.t.network.opened.size() > connections);
  f.answer(f.next_produce(), ErrorCode::NONE, 0);
  CHECK(f.client.records_acked() == 1);
}

TEST_CASE("a request without an answer for request.timeout.ms is retried on a new connection") {
  ProducerFixture f(Settings{{"request.timeout.ms", "1000"}});
  f.send("silence");
  f.deliver();
  CHECK(f.count_waiting(ApiKey::Produce) == 1);
  f.waiting.clear();
  f.run_for(millis(1300));
  CHECK(f.t.last<event::BatchRetried>()->error == ErrorCode::REQUEST_TIMED_OUT);
  REQUIRE(f.count_waiting(ApiKey::Produce) == 1);
  CHECK(f.t.network.closed.size() >= 1);
}

TEST_CASE("with max.in.flight=1 a retry keeps the order of batches") {
  ProducerFixture f(Settings{{"max.in.flight.requests.per.connection", "1"}});
  f.send("1");
  f.deliver();
  f.send("2");
  f.deliver();
  f.answer(f.next_produce(), ErrorCode::NOT_ENOUGH_REPLICAS);
  f.run_for(millis(200));
  const Received retry = f.next_produce();
  CHECK(f.values(retry) == std::vector<std::string>{"1"});
  CHECK(f.waiting.empty());
  f.answer(retry, ErrorCode::NONE, 0);
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"2"});
}

TEST_CASE("without idempotence two failed batches come back in the wrong order, as in Kafka") {
  ProducerFixture f;
  f.send("1");
  f.deliver();
  f.send("2");
  f.deliver();
  f.break_connections(NodeId(1));
  f.run_for(millis(400));
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"2"});
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"1"});
}

TEST_CASE("delivery.timeout.ms ends retries") {
  ProducerFixture f(Settings{{"delivery.timeout.ms", "2000"}, {"request.timeout.ms", "1000"}});
  f.leaders[{"orders", 0}] = {1, 0};
  f.send("late");
  f.deliver();
  f.dead.insert(NodeId(1));
  f.break_connections(NodeId(1));
  f.run_for(millis(1900));
  CHECK(f.client.records_failed() == 0);
  f.run_for(millis(200));
  CHECK(f.client.records_failed() == 1);
  CHECK(f.t.last<event::BatchFailed>()->error == ErrorCode::REQUEST_TIMED_OUT);
  CHECK(f.client.accumulator().empty());
}

TEST_CASE("a batch that expires under way fails, and its late answer changes nothing") {
  ProducerFixture f(Settings{{"delivery.timeout.ms", "2000"}, {"request.timeout.ms", "2000"}});
  f.run_for(millis(1));
  f.send("late");
  f.deliver();
  const Received request = f.next_produce();
  f.run_for(millis(1999));
  CHECK(f.client.records_failed() == 0);
  f.run_for(millis(1));
  CHECK(f.client.records_failed() == 1);
  CHECK(f.client.in_flight().empty());
  f.answer(request, ErrorCode::NONE, 0);
  CHECK(f.client.records_acked() == 0);
  CHECK(f.client.buffer_bytes() == 0);
}

TEST_CASE("a batch that the broker finds too large is cut in two") {
  ProducerFixture f(Settings{{"linger.ms", "1"}});
  for (int i = 0; i < 4; ++i) f.send("v" + std::to_string(i));
  f.run_for(millis(3));
  f.answer(f.next_produce(), ErrorCode::MESSAGE_TOO_LARGE);
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"v0", "v1"});
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"v2", "v3"});
  CHECK(f.client.records_failed() == 0);
}

TEST_CASE("close() sends what is queued before it hangs up") {
  ProducerFixture f(Settings{{"linger.ms", "60000"}});
  f.send("last words");
  f.deliver();
  CHECK(f.waiting.empty());
  f.client.close(f.env());
  f.deliver();
  CHECK_FALSE(f.client.closed());
  f.answer(f.next_produce(), ErrorCode::NONE, 0);
  CHECK(f.client.closed());
  CHECK(f.client.records_acked() == 1);
  f.send("too late");
  CHECK(f.client.records_failed() == 1);
}
