// Goal: every outcome of a produce request. Reference: KafkaApisTest, ReplicaManagerTest
// (testReceiveOutOfOrder…, acks), DelayedProduce, ProduceRequest.validateRecords, KIP-110.
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("acks=1 is answered when the leader has it") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  const auto answer = f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  CHECK(f.error_of(answer) == ErrorCode::NONE);
  CHECK(answer.responses[0].partition_responses[0].base_offset == 0);
  CHECK(f.ask<protocol::ProduceResponse>(f.produce(1, 1), 9)
            .responses[0].partition_responses[0].base_offset == 3);
}

TEST_CASE("acks=all waits until the whole ISR has it") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  f.send(f.produce(3, -1), 9);
  f.run_handlers();
  CHECK(f.answers<protocol::ProduceResponse>().empty());
  CHECK(f.broker.delayed_produces() == 1);
  f.follower_reaches(2, 3);
  CHECK(f.answers<protocol::ProduceResponse>().empty());
  f.follower_reaches(3, 3);
  const auto answers = f.answers<protocol::ProduceResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(f.error_of(answers[0]) == ErrorCode::NONE);
  CHECK(f.broker.delayed_produces() == 0);
}

TEST_CASE("acks=all with the leader alone in the ISR is answered at once") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  CHECK(f.error_of(f.ask<protocol::ProduceResponse>(f.produce(3, -1), 9)) == ErrorCode::NONE);
  CHECK(f.broker.delayed_produces() == 0);
}

TEST_CASE("acks=all times out, and says so") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  f.send(f.produce(3, -1), 9);
  f.run_handlers();
  const Instant began = f.t.now();
  const auto id = f.t.last<event::PurgatoryEntered>()->operation;
  f.fire(env::TimerKind::DelayedOperation, id);
  CHECK(f.t.now() - began <= millis(1500));
  const auto answers = f.answers<protocol::ProduceResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(f.error_of(answers[0]) == ErrorCode::REQUEST_TIMED_OUT);
}

TEST_CASE("acks=0 gets no answer, and its connection goes on") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.send(f.produce(1, 0), 9);
  f.send(f.produce(1, 0), 9);
  f.run_handlers();
  CHECK(f.answers<protocol::ProduceResponse>().empty());
  CHECK(f.broker.replicas().logs().find({"orders", 0})->log_end() == Offset(2));
  CHECK(f.t.network.closed.empty());
}

TEST_CASE("acks=0 that fails loses its connection, so that the producer looks for the leader") {
  BrokerFixture f;
  f.boot();
  f.send(f.produce(1, 0), 9);
  f.run_handlers();
  CHECK(f.t.network.closed.size() == 1);
  CHECK(f.t.last<event::RequestRefused>()->error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_CASE("errors that a produce request can get at once") {
  BrokerFixture f;
  f.boot();
  f.metadata.topic_setting("orders", "min.insync.replicas", "2");
  f.lead_orders({1});
  f.metadata.topic("led-by-2", 2).partition(2, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.metadata.topic("__consumer_offsets", 3).partition(3, 0, {1}, {1}, 1, 0, 0);
  f.apply();
  const auto error = [&](const protocol::ProduceRequest& request, std::int16_t version = 9) {
    const auto answer = f.ask<protocol::ProduceResponse>(request, version);
    CHECK(answer.responses[0].partition_responses[0].base_offset == -1);
    CHECK(f.t.last<event::RequestRefused>()->error == f.error_of(answer));
    return f.error_of(answer);
  };
  CHECK(error(f.produce(1, 1, "nothing")) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(error(f.produce(1, 1, "orders", 7)) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(error(f.produce(1, 1, "led-by-2")) == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(error(f.produce(1, -1)) == ErrorCode::NOT_ENOUGH_REPLICAS);
  CHECK(error(f.produce(1, 2)) == ErrorCode::INVALID_REQUIRED_ACKS);
  CHECK(error(f.produce(1, 1, "__consumer_offsets")) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  auto request = f.produce(1, 1);
  request.topic_data[0].partition_data[0].records = Blob();
  CHECK(error(request) == ErrorCode::INVALID_RECORD);
  Bytes damaged = batch_of(2);
  damaged.back() ^= 1;
  request.topic_data[0].partition_data[0].records = Blob(damaged);
  CHECK(error(request) == ErrorCode::CORRUPT_MESSAGE);
  Bytes two = batch_of(1);
  const Bytes second = batch_of(1);
  two.insert(two.end(), second.begin(), second.end());
  request.topic_data[0].partition_data[0].records = Blob(two);
  CHECK(error(request) == ErrorCode::INVALID_RECORD);
  record::BatchOptions zstd;
  zstd.codec = record::Codec::Zstd;
  record::Record record;
  record.timestamp_ms = kWallMillisAtStart;
  record.value = Bytes(100);
  request.topic_data[0].partition_data[0].records = Blob(record::build_batch(zstd, {record}));
  CHECK(error(request, 6) == ErrorCode::UNSUPPORTED_COMPRESSION_TYPE);
}

TEST_CASE("a batch beyond max.message.bytes is too large") {
  BrokerFixture f(BrokerFixture::Settings{{"message.max.bytes", "70"}});
  f.boot();
  f.lead_orders({1});
  CHECK(f.error_of(f.ask<protocol::ProduceResponse>(f.produce(5, 1), 9)) ==
        ErrorCode::MESSAGE_TOO_LARGE);
}

TEST_CASE("losing the leadership answers who waits") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  f.send(f.produce(3, -1), 9);
  f.run_handlers();
  f.metadata.partition(1, 0, {1, 2, 3}, {2, 3}, 2, 1, 1);
  f.apply();
  const auto answers = f.answers<protocol::ProduceResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(f.error_of(answers[0]) == ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("an ISR that shrank below the minimum between append and commit is told") {
  BrokerFixture f;
  f.boot();
  f.metadata.topic_setting("orders", "min.insync.replicas", "2");
  f.lead_orders({1, 2});
  f.send(f.produce(3, -1), 9);
  f.run_handlers();
  f.metadata.partition(1, 0, {1, 2, 3}, {1}, 1, 0, 1);
  f.apply();
  CHECK(f.answers<protocol::ProduceResponse>().empty());  // the high watermark is frozen
  f.metadata.topic_setting("orders", "min.insync.replicas", "1");
  f.apply();
  f.metadata.partition(1, 0, {1, 2, 3}, {1}, 1, 0, 2);
  f.apply();
  REQUIRE(f.broker.replicas().find({"orders", 0})->partition.high_watermark() == Offset(3));
}

TEST_CASE("one partition's failure does not fail the other") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  auto request = f.produce(2, -1);
  request.topic_data.push_back({"nothing", {{0, Blob(batch_of(1))}}});
  f.send(request, 9);
  f.run_handlers();
  f.follower_reaches(2, 2);
  f.follower_reaches(3, 2);
  const auto answers = f.answers<protocol::ProduceResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].responses[0].partition_responses[0].error_code == ErrorCode::NONE);
  CHECK(answers[0].responses[1].partition_responses[0].error_code ==
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_CASE("a topic that is deleted answers who waits") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  f.send(f.produce(3, -1), 9);
  f.run_handlers();
  f.metadata.remove_topic(1);
  f.apply();
  REQUIRE(f.answers<protocol::ProduceResponse>().size() == 1);
}
