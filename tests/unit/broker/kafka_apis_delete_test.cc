// Goal: DeleteRecords is answered when all live replicas have moved their log start, or with an
// error for each partition; retention and the cleaner run by their timers.
// Reference: KafkaApisTest, ReplicaManagerTest, DelayedDeleteRecordsTest; KIP-107.
#include "engine/protocol/messages/delete_records.h"

#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;

DeleteRecordsRequest delete_before(std::int64_t offset, const std::string& topic = "orders",
                                   std::int32_t partition = 0) {
  DeleteRecordsRequest request;
  request.timeout_ms = 5000;
  request.topics.push_back({topic, {{partition, offset}}});
  return request;
}

const DeleteRecordsResponse::DeleteRecordsPartitionResult& only(
    const DeleteRecordsResponse& response) {
  REQUIRE(response.topics.size() == 1);
  REQUIRE(response.topics[0].partitions.size() == 1);
  return response.topics[0].partitions[0];
}

/// Broker 2 holds everything before `offset` and begins at `log_start`.
void follow_from(BrokerFixture& f, std::int64_t offset, std::int64_t log_start) {
  auto request = BrokerFixture::follow(2, offset);
  request.topics[0].partitions[0].log_start_offset = log_start;
  f.send(request, 15, 12);
  f.run_handlers();
}

/// Ten committed records in orders-0, led by broker 1, in sync with broker 2.
void commit_ten(BrokerFixture& f) {
  f.boot();
  f.lead_orders({1, 2});
  f.metadata.fence(3, 13, true);
  f.apply();
  f.ask<protocol::ProduceResponse>(f.produce(10, 1), 9);
  follow_from(f, 10, 0);
}

}  // namespace

TEST_CASE("the answer waits for the followers and tells the low watermark") {
  BrokerFixture f;
  commit_ten(f);
  f.t.network.take();
  f.send(delete_before(6), 2);
  f.run_handlers();
  CHECK(f.answers<DeleteRecordsResponse>().empty());
  CHECK(f.broker.delayed_deletes() == 1);
  const auto fetched = f.ask<protocol::FetchResponse>(f.fetch(10, 0), 12, 3);
  CHECK(fetched.responses[0].partitions[0].log_start_offset == 6);
  follow_from(f, 10, 6);
  const auto answers = f.answers<DeleteRecordsResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(only(answers[0]).error_code == ErrorCode::NONE);
  CHECK(only(answers[0]).low_watermark == 6);
  CHECK(f.broker.delayed_deletes() == 0);
  CHECK(f.error_of(f.ask<protocol::FetchResponse>(f.fetch(5, 0), 12)) ==
        ErrorCode::OFFSET_OUT_OF_RANGE);
}

TEST_CASE("what is deleted everywhere already is answered at once") {
  BrokerFixture f;
  commit_ten(f);
  const auto none = f.ask<DeleteRecordsResponse>(delete_before(0), 2);
  CHECK(only(none).error_code == ErrorCode::NONE);
  CHECK(only(none).low_watermark == 0);
}

TEST_CASE("when the time is up the partition is told so") {
  BrokerFixture f;
  commit_ten(f);
  f.t.network.take();
  f.send(delete_before(6), 0);
  f.run_handlers();
  REQUIRE(f.t.timers.armed.size() > 0);
  for (const auto& [name, at] : std::map(f.t.timers.armed)) {
    if (name.first == env::TimerKind::DelayedOperation) f.fire(name.first, name.second);
  }
  const auto answers = f.answers<DeleteRecordsResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(only(answers[0]).error_code == ErrorCode::REQUEST_TIMED_OUT);
  CHECK(f.broker.delayed_deletes() == 0);
}

TEST_CASE("losing leadership ends the wait with an error") {
  BrokerFixture f;
  commit_ten(f);
  f.t.network.take();
  f.send(delete_before(6), 2);
  f.run_handlers();
  REQUIRE(f.broker.delayed_deletes() == 1);
  f.metadata.partition(1, 0, {1, 2, 3}, {1, 2}, 2, 1, 1);
  f.apply();
  const auto answers = f.answers<DeleteRecordsResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(only(answers[0]).error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(only(answers[0]).low_watermark == -1);
}

TEST_CASE("each partition has its own error") {
  BrokerFixture f;
  commit_ten(f);
  const auto ask = [&](const DeleteRecordsRequest& request) {
    return only(f.ask<DeleteRecordsResponse>(request, 2)).error_code;
  };
  CHECK(ask(delete_before(11)) == ErrorCode::OFFSET_OUT_OF_RANGE);
  CHECK(ask(delete_before(0, "nothing")) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(ask(delete_before(0, "orders", 7)) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  f.metadata.topic("__consumer_offsets", 9).partition(9, 0, {1}, {1}, 1, 0, 0);
  f.apply();
  CHECK(ask(delete_before(0, "__consumer_offsets")) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(f.t.count<event::RequestRefused>() >= 4);
}

TEST_CASE("retention and the cleaner follow their timers and settings") {
  BrokerFixture f({{"log.retention.check.interval.ms", "20000"},
                   {"log.segment.delete.delay.ms", "7000"},
                   {"log.cleaner.backoff.ms", "3000"}});
  CHECK(f.t.timers.at(env::TimerKind::LogRetention, 0) == Instant(seconds(20)));
  CHECK(f.t.timers.at(env::TimerKind::LogCleaner, 0) == Instant(seconds(3)));
  commit_ten(f);
  f.metadata.topic_setting("orders", "retention.ms", "1000");
  f.apply();
  f.t.clock_at(seconds(10'800));
  f.fire(env::TimerKind::LogRetention);
  CHECK(f.t.count<event::SegmentDeleted>() == 1);
  const auto due = f.t.timers.at(env::TimerKind::SegmentFileDelete, 0);
  REQUIRE(due.has_value());
  CHECK(*due == f.t.now() + seconds(7));
  f.fire(env::TimerKind::SegmentFileDelete);
  CHECK(f.t.count<event::SegmentFilesRemoved>() == 1);
  f.fire(env::TimerKind::LogCleaner);
  CHECK(f.t.timers.at(env::TimerKind::LogCleaner, 0) == f.t.now() + seconds(3));
  BrokerFixture off(BrokerFixture::Settings{{"log.cleaner.enable", "false"}});
  CHECK_FALSE(off.t.timers.at(env::TimerKind::LogCleaner, 0).has_value());
}
