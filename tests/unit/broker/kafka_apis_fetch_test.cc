// Goal: who fetches gets data, an error, or waits for as long as it said.
// Reference: KafkaApisTest, DelayedFetchTest, FetchRequestTest; KIP-74, KIP-227, KIP-392, KIP-595.
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

std::size_t batches(const protocol::FetchResponse& response) {
  return record::split_batches(response.responses.at(0).partitions.at(0).records)->size();
}

}  // namespace

TEST_CASE("what is committed can be read at once") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  const auto answer = f.ask<protocol::FetchResponse>(f.fetch(0, 500), 12);
  CHECK(f.error_of(answer) == ErrorCode::NONE);
  CHECK(batches(answer) == 1);
  CHECK(answer.responses[0].topic == "orders");
  CHECK(answer.responses[0].partitions[0].high_watermark == 3);
  CHECK(answer.responses[0].partitions[0].log_start_offset == 0);
  CHECK(answer.session_id == 0);
}

TEST_CASE("a fetch at the end waits for the next record to be committed") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.send(f.fetch(0, 500), 12, 5);
  f.run_handlers();
  CHECK(f.broker.delayed_fetches() == 1);
  f.send(f.produce(1, 1), 9);
  f.run_handlers();
  CHECK(f.broker.delayed_fetches() == 1);  // appended is not committed
  f.follower_reaches(2, 1);
  CHECK(f.broker.delayed_fetches() == 0);
  bool answered = false;
  for (const SentFrame& sent : f.t.network.take()) {
    answered = answered || sent.connection == ConnectionId(5);
  }
  CHECK(answered);
}

TEST_CASE("a follower's fetch waits only for the append") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.send(f.follow(2, 0, 500), 15, 12);
  f.run_handlers();
  REQUIRE(f.broker.delayed_fetches() == 1);
  f.send(f.produce(1, 1), 9);
  f.run_handlers();
  CHECK(f.broker.delayed_fetches() == 0);
}

TEST_CASE("when its time is up a fetch is answered with what there is") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.send(f.fetch(0, 300), 12);
  f.run_handlers();
  const auto id = f.t.last<event::PurgatoryEntered>()->operation;
  f.fire(env::TimerKind::DelayedOperation, id);
  const auto answers = f.answers<protocol::FetchResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(f.error_of(answers[0]) == ErrorCode::NONE);
  CHECK(answers[0].responses[0].partitions[0].records.empty());
}

TEST_CASE("fetch.min.bytes makes a fetch wait for more") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.send(f.fetch(0, 500, 150), 12, 5);
  f.run_handlers();
  f.send(f.produce(1, 1), 9);  // about 70 bytes
  f.run_handlers();
  CHECK(f.broker.delayed_fetches() == 1);
  f.send(f.produce(10, 1), 9);
  f.run_handlers();
  CHECK(f.broker.delayed_fetches() == 0);
}

TEST_CASE("a request without patience is answered at once") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  CHECK(f.error_of(f.ask<protocol::FetchResponse>(f.fetch(0, 0), 12)) == ErrorCode::NONE);
  CHECK(f.broker.delayed_fetches() == 0);
}

TEST_CASE("errors that a fetch can get") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.metadata.topic("led-by-2", 2).partition(2, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.apply();
  const auto error = [&](protocol::FetchRequest request, std::int16_t version) {
    request.max_wait_ms = 500;  // an error is not waited with
    const auto answer = f.ask<protocol::FetchResponse>(request, version);
    CHECK(answer.responses[0].partitions[0].high_watermark == -1);
    return f.error_of(answer);
  };
  auto request = f.fetch(0);
  request.topics[0].topic = "nothing";
  CHECK(error(request, 12) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  request = f.fetch(0);
  request.topics[0].partitions[0].partition = 5;
  CHECK(error(request, 12) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  request = f.fetch(0);
  request.topics[0].topic = "led-by-2";
  CHECK(error(request, 10) == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(error(f.fetch(99), 12) == ErrorCode::OFFSET_OUT_OF_RANGE);
  request = f.fetch(0);
  request.topics[0].partitions[0].current_leader_epoch = 3;
  CHECK(error(request, 12) == ErrorCode::UNKNOWN_LEADER_EPOCH);
  f.metadata.partition(1, 0, {1, 2, 3}, {1}, 1, 5, 1);
  f.apply();
  CHECK(error(request, 12) == ErrorCode::FENCED_LEADER_EPOCH);
  request = f.follow(2, 0);
  request.topics[0].topic_id = topic_id_of(99);
  CHECK(error(request, 15) == ErrorCode::UNKNOWN_TOPIC_ID);
  request = f.follow(4, 0);
  request.topics[0].partitions[0].current_leader_epoch = 5;
  CHECK(error(request, 15) == ErrorCode::UNKNOWN_LEADER_EPOCH);  // no replica (any more)
}

TEST_CASE("a follower that diverged is told where, at once") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  f.metadata.partition(1, 0, {1, 2, 3}, {1, 2}, 1, 2, 1);
  f.apply();
  auto request = f.follow(2, 8, 500);
  request.topics[0].partitions[0].current_leader_epoch = 2;
  request.topics[0].partitions[0].last_fetched_epoch = 1;
  const auto answer = f.ask<protocol::FetchResponse>(request, 15);
  const auto& data = answer.responses[0].partitions[0];
  CHECK(data.error_code == ErrorCode::NONE);
  CHECK(data.diverging_epoch.epoch == 0);
  CHECK(data.diverging_epoch.end_offset == 3);
}

TEST_CASE("an election answers those who wait under the old epoch") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.send(f.follow(2, 0, 500), 15, 12);
  f.run_handlers();
  f.t.network.take();
  f.metadata.partition(1, 0, {1, 2, 3}, {1, 2}, 2, 1, 1);
  f.apply();
  const auto answers = f.answers<protocol::FetchResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(f.error_of(answers[0]) == ErrorCode::FENCED_LEADER_EPOCH);
}

TEST_CASE("limits are by partition and by response, but one batch always comes") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.metadata.partition(1, 1, {1}, {1}, 1, 0, 0);
  f.apply();
  f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  f.ask<protocol::ProduceResponse>(f.produce(3, 1, "orders", 1), 9);
  auto request = f.fetch(0);
  request.max_bytes = 10;
  auto second = request.topics[0].partitions[0];
  second.partition = 1;
  request.topics[0].partitions.push_back(second);
  const auto answer = f.ask<protocol::FetchResponse>(request, 12);
  CHECK(batches(answer) == 1);
  CHECK(answer.responses[0].partitions[1].records.empty());
}

TEST_CASE("a new consumer may read from a follower, an old one may not") {
  BrokerFixture f;
  f.boot();
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {1, 2}, 2, 0, 0);
  f.apply();
  CHECK(f.error_of(f.ask<protocol::FetchResponse>(f.fetch(0), 11)) == ErrorCode::NONE);
  CHECK(f.error_of(f.ask<protocol::FetchResponse>(f.fetch(0), 10)) ==
        ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("every fetch of a follower is its progress report and moves the ISR") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.follower_reaches(3, 0);
  const auto request = f.asked_of_controller<protocol::AlterPartitionRequest>();
  CHECK(request.broker_epoch == 11);
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].topic_id == topic_id_of(1));
  const auto& wish = request.topics[0].partitions.at(0);
  REQUIRE(wish.new_isr_with_epochs.size() == 3);
  CHECK(wish.new_isr_with_epochs[2].broker_id == 3);
  CHECK(wish.new_isr_with_epochs[2].broker_epoch == 13);
  protocol::AlterPartitionResponse answer;
  answer.topics.push_back({"", topic_id_of(1), {}});
  answer.topics[0].partitions.push_back({0, ErrorCode::NONE, 1, 0, {1, 2, 3}, 0, 1});
  f.controller_answers(answer);
  const auto& partition = f.broker.replicas().find({"orders", 0})->partition;
  CHECK(partition.isr().committed() == nodes({1, 2, 3}));
  CHECK(partition.partition_epoch() == 1);
}
