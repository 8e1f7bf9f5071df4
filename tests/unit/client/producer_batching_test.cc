// Goal: records travel together as batch.size, linger.ms and buffer.memory say, in one request per
// broker. Method: a producer against scripted brokers (RecordAccumulatorTest, SenderTest).
#include "tests/unit/client/producer_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a record goes to the leader of its partition in one produce request") {
  ProducerFixture f;
  f.send("hello", 1);
  f.deliver();
  const Received request = f.next_produce();
  CHECK(request.to() == NodeId(2));
  const auto body = request.as<protocol::ProduceRequest>();
  CHECK(body.acks == -1);
  CHECK(body.timeout_ms == 30000);
  CHECK(body.topic_data.at(0).name == "orders");
  CHECK(body.topic_data.at(0).partition_data.at(0).index == 1);
  CHECK(f.values(request) == std::vector<std::string>{"hello"});
  f.answer(request, ErrorCode::NONE, 41);
  const auto* acked = f.t.last<event::BatchAcked>();
  REQUIRE(acked != nullptr);
  CHECK(acked->base == Offset(41));
  CHECK(f.client.records_acked() == 1);
  CHECK(f.client.last_acked().at({"orders", 1}) == Offset(41));
  CHECK(f.client.buffer_bytes() == 0);
}

TEST_CASE("with linger.ms records wait for company, and leave together when it is over") {
  ProducerFixture f(Settings{{"linger.ms", "20"}});
  f.send("warm up", 0);
  f.run_for(millis(50));
  f.answer(f.next_produce(), ErrorCode::NONE, 0);
  f.send("a");
  f.run_for(millis(10));
  f.send("b");
  f.run_for(millis(9));
  CHECK(f.waiting.empty());
  f.run_for(millis(2));
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a full batch does not linger") {
  ProducerFixture f(Settings{{"linger.ms", "1000"}, {"batch.size", "200"}});
  f.send("x", 2);
  f.run_for(millis(1100));
  f.answer(f.next_produce(), ErrorCode::NONE, 0);
  f.send(std::string(80, 'a'));
  f.deliver();
  CHECK(f.waiting.empty());
  f.send(std::string(80, 'b'));  // has no room left in the first: that one is complete
  f.deliver();
  REQUIRE(f.count_waiting(ApiKey::Produce) == 1);
  CHECK(f.values(f.next_produce()) == std::vector<std::string>{std::string(80, 'a')});
}

TEST_CASE("a record larger than batch.size travels in a batch of its own") {
  ProducerFixture f(Settings{{"batch.size", "100"}, {"linger.ms", "5"}});
  f.send(std::string(500, 'z'));
  f.run_for(millis(10));
  CHECK(f.values(f.next_produce()).at(0).size() == 500);
}

TEST_CASE("one request carries one batch per partition of the same broker") {
  ProducerFixture f(Settings{{"linger.ms", "5"}});
  f.leaders[{"orders", 1}] = {1, 0};
  f.send("p0", 0);
  f.send("p1", 1);
  f.run_for(millis(10));
  REQUIRE(f.count_waiting(ApiKey::Produce) == 1);
  const auto body = f.next_produce().as<protocol::ProduceRequest>();
  REQUIRE(body.topic_data.size() == 1);
  CHECK(body.topic_data[0].partition_data.size() == 2);
}

TEST_CASE("no more than max.in.flight requests are under way to one broker") {
  ProducerFixture f(Settings{{"max.in.flight.requests.per.connection", "2"}});
  f.send("warm up");
  f.deliver();
  f.answer(f.next_produce(), ErrorCode::NONE, 0);
  for (int i = 0; i < 4; ++i) {
    f.send("v" + std::to_string(i));
    f.deliver();
  }
  CHECK(f.count_waiting(ApiKey::Produce) == 2);
  f.answer(f.next_produce(), ErrorCode::NONE, 1);
  CHECK(f.count_waiting(ApiKey::Produce) == 2);
  CHECK(f.values(f.waiting.back()) == std::vector<std::string>{"v2", "v3"});
}

TEST_CASE("a record waits in send() when buffer.memory is used up, and fails after max.block.ms") {
  ProducerFixture f(Settings{{"buffer.memory", "40000"}, {"max.block.ms", "500"}});
  f.send("one", 0);
  f.send("two", 1);
  f.deliver();
  REQUIRE(f.count_waiting(ApiKey::Produce) == 2);
  f.send("three", 2);
  f.send("four", 2);
  f.deliver();
  CHECK(f.client.records_waiting() == 2);
  CHECK(f.client.buffer_bytes() == 2 * 16384);
  f.run_for(millis(400));
  f.answer(f.next_produce(), ErrorCode::NONE, 0);  // frees a batch: both fit into one
  CHECK(f.client.records_waiting() == 0);
  CHECK(f.client.records_failed() == 0);

  f.send("five", 0);
  f.run_for(millis(600));
  CHECK(f.client.records_waiting() == 0);
  CHECK(f.client.records_failed() == 1);
  CHECK(f.t.last<event::BatchFailed>()->error == ErrorCode::REQUEST_TIMED_OUT);
}

TEST_CASE("a record larger than max.request.size is refused at once") {
  ProducerFixture f(Settings{{"max.request.size", "1000"}});
  f.send(std::string(1000, 'x'));
  CHECK(f.client.records_failed() == 1);
  CHECK(f.t.last<event::BatchFailed>()->error == ErrorCode::MESSAGE_TOO_LARGE);
  CHECK(f.client.records_waiting() == 0);
}

TEST_CASE("keys decide the partition, records without one stick together") {
  ProducerFixture f(Settings{{"linger.ms", "1"}});
  f.send("k", std::nullopt, "abc");
  for (int i = 0; i < 10; ++i) f.send("n" + std::to_string(i), std::nullopt);
  f.run_for(millis(5));
  std::size_t sticky_partitions = 0;
  while (!f.waiting.empty()) {
    const auto request = f.next_produce().as<protocol::ProduceRequest>();
    for (const auto& p : request.topic_data.at(0).partition_data) {
      const auto values = values_of(p.records);
      if (values.at(0) == "k") CHECK(p.index == 479470107 % 3);
      if (std::count(values.begin(), values.end(), "n0") > 0) {
        ++sticky_partitions;
        CHECK(values.size() >= 10);
      }
    }
  }
  CHECK(sticky_partitions == 1);
}

TEST_CASE("a compressed batch says so and can be read back") {
  ProducerFixture f(Settings{{"compression.type", "lz4"}});
  f.send(std::string(1000, 'q'));
  f.deliver();
  const Blob records = f.records_of(f.next_produce());
  CHECK(records.size() < 300);
  CHECK(record::parse_header(records)->codec() == record::Codec::Lz4);
  CHECK(values_of(records).at(0) == std::string(1000, 'q'));
}

TEST_CASE("acks=0 asks for no answer and counts as acknowledged when sent") {
  ProducerFixture f(Settings{{"acks", "0"}});
  f.send("gone");
  f.deliver();
  CHECK(f.next_produce().as<protocol::ProduceRequest>().acks == 0);
  CHECK(f.client.records_acked() == 1);
  CHECK(f.client.in_flight().empty());
  const auto acked = f.client.take_acked();
  REQUIRE(acked.size() == 1);
  CHECK_FALSE(acked[0].offset.has_value());
  CHECK(f.client.take_acked().empty());
}

TEST_CASE("the history of acknowledged records names offset, content and promise") {
  ProducerFixture f(Settings{{"linger.ms", "1"}});
  f.send("a");
  f.send("b");
  f.run_for(millis(3));
  f.answer(f.next_produce(), ErrorCode::NONE, 7);
  const auto acked = f.client.take_acked();
  REQUIRE(acked.size() == 2);
  CHECK(acked[1].offset == Offset(8));
  CHECK(acked[1].acks == -1);
  CHECK(acked[1].digest == client::digest_of(std::nullopt, to_bytes("b")));
  CHECK(acked[0].digest != acked[1].digest);
}
