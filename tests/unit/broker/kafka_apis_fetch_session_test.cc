// Goal: a broker keeps its half of a fetch session, and tells nearer replicas, leaders and aborted
// transactions. Reference: FetchSessionTest, KafkaApisTest; KIP-227, KIP-392, KIP-516, KIP-951.
#include "engine/storage/end_txn_marker.h"
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

using Request = protocol::FetchRequest;
using Response = protocol::FetchResponse;

/// Two led partitions with nothing in them, and a session of broker 2 with both.
struct SessionFixture : BrokerFixture {
  SessionFixture() {
    boot();
    lead_orders({1, 2});
    metadata.partition(1, 1, {1, 2}, {1, 2}, 1, 0, 0);
    apply();
  }
  Request both() {
    Request request = follow(2, 0);
    request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
    request.topics[0].partitions[1].partition = 1;
    request.session_epoch = 0;
    return request;
  }
  std::int32_t open() { return ask<Response>(both(), 17, 12).session_id; }
  Request next(std::int32_t session, std::int32_t epoch) {
    Request request = follow(2, 0);
    request.topics.clear();
    request.session_id = session;
    request.session_epoch = epoch;
    return request;
  }
  std::size_t sessions() const { return broker.parts().fetch_sessions.size(); }
};

}  // namespace

TEST_CASE("a full request opens a session, and the next names nothing") {
  SessionFixture f;
  const std::int32_t session = f.open();
  CHECK(session > 0);
  CHECK(f.t.last<event::FetchSessionOpened>()->partitions == 2);
  CHECK(f.t.last<event::FetchSessionOpened>()->privileged);
  CHECK(f.ask<Response>(f.next(session, 1), 17, 12).responses.empty());
  f.ask<protocol::ProduceResponse>(f.produce(3, 1, "orders", 1), 9);
  const auto answer = f.ask<Response>(f.next(session, 2), 17, 12);
  CHECK(answer.session_id == session);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partitions.size() == 1);
  CHECK(answer.responses[0].topic_id == topic_id_of(1));
  CHECK(answer.responses[0].partitions[0].partition_index == 1);
  CHECK_FALSE(answer.responses[0].partitions[0].records.empty());
}

TEST_CASE("an incremental request moves, adds and forgets partitions") {
  SessionFixture f;
  const std::int32_t session = f.open();
  f.ask<protocol::ProduceResponse>(f.produce(3, 1), 9);
  auto request = f.next(session, 1);
  request.topics = f.follow(2, 3).topics;  // it has the three records
  request.forgotten_topics_data.push_back({"", topic_id_of(1), {1}});
  const auto answer = f.ask<Response>(request, 17, 12);
  CHECK(f.t.last<event::FetchSessionChanged>()->removed == 1);
  CHECK(f.broker.replicas().find({"orders", 0})->partition.high_watermark() == Offset(3));
  CHECK(answer.responses.empty());  // what it tells is how things were before the fetch
  const auto then = f.ask<Response>(f.next(session, 2), 17, 12);
  REQUIRE(then.responses.size() == 1);
  CHECK(then.responses[0].partitions[0].high_watermark == 3);
  CHECK(f.ask<Response>(f.next(session, 3), 17, 12).responses.empty());
}

TEST_CASE("a session that loses its last partition is over") {
  SessionFixture f;
  const std::int32_t session = f.open();
  auto request = f.next(session, 1);
  request.forgotten_topics_data.push_back({"", topic_id_of(1), {0, 1}});
  CHECK(f.ask<Response>(request, 17, 12).session_id == 0);
  CHECK(f.sessions() == 0);
  CHECK(f.t.last<event::FetchSessionClosed>()->reason == event::SessionEnd::Emptied);
}

TEST_CASE("sessions that are not there, not now, or not so") {
  SessionFixture f;
  const std::int32_t session = f.open();
  CHECK(f.ask<Response>(f.next(session + 1, 1), 17, 12).error_code ==
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
  CHECK(f.ask<Response>(f.next(session, 2), 17, 12).error_code ==
        ErrorCode::INVALID_FETCH_SESSION_EPOCH);
  auto by_name = f.next(session, 1);
  by_name.replica_id = 2;  // where it stood before v15
  by_name.replica_state = {};
  CHECK(f.ask<Response>(by_name, 12, 12).error_code == ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR);
  CHECK(f.ask<Response>(f.next(session, 1), 17, 12).error_code == ErrorCode::NONE);
  // The same request once more: its first answer was lost.
  CHECK(f.ask<Response>(f.next(session, 1), 17, 12).error_code ==
        ErrorCode::INVALID_FETCH_SESSION_EPOCH);
}

TEST_CASE("a full request ends the session that it names") {
  SessionFixture f;
  const std::int32_t first = f.open();
  auto request = f.both();
  request.session_id = first;
  const std::int32_t second = f.ask<Response>(request, 17, 12).session_id;
  CHECK(second != first);
  CHECK(f.sessions() == 1);
  request.session_id = second;
  request.session_epoch = -1;
  CHECK(f.ask<Response>(request, 17, 12).session_id == 0);
  CHECK(f.sessions() == 0);
}

TEST_CASE("a topic deleted while a session holds it is unknown by its id") {
  SessionFixture f;
  const std::int32_t session = f.open();
  f.metadata.remove_topic(1);
  f.apply();
  const auto answer = f.ask<Response>(f.next(session, 1), 17, 12);
  REQUIRE(answer.responses.size() == 1);
  CHECK(answer.responses[0].topic_id == topic_id_of(1));
  CHECK(answer.responses[0].partitions.size() == 2);
  CHECK(answer.responses[0].partitions[0].error_code == ErrorCode::UNKNOWN_TOPIC_ID);
}

TEST_CASE("who asks the wrong broker is told the right one, from v16 on (KIP-951)") {
  BrokerFixture f;
  f.boot();
  f.metadata.topic("orders", 1).partition(1, 0, {1, 2}, {1, 2}, 2, 4, 0);
  f.apply();
  auto request = f.follow(3, 0);
  request.topics[0].partitions[0].current_leader_epoch = 4;
  const auto old = f.ask<Response>(request, 15);
  CHECK(f.error_of(old) == ErrorCode::NOT_LEADER_OR_FOLLOWER);
  CHECK(old.responses[0].partitions[0].current_leader.leader_id == -1);
  const auto answer = f.ask<Response>(request, 16);
  CHECK(answer.responses[0].partitions[0].current_leader.leader_id == 2);
  CHECK(answer.responses[0].partitions[0].current_leader.leader_epoch == 4);
  REQUIRE(answer.node_endpoints.size() == 1);
  CHECK(answer.node_endpoints[0].node_id == 2);
}

TEST_CASE("a reader of committed data is told which transactions were aborted") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  record::BatchOptions options;
  options.producer_id = 4000;
  options.producer_epoch = 0;
  options.base_sequence = 0;
  options.transactional = true;
  protocol::ProduceRequest produce = f.produce(1, 1);
  produce.topic_data[0].partition_data[0].records =
      Blob(record::build_batch(options, {{0, 1000, to_bytes("k"), to_bytes("v"), {}}}));
  f.ask<protocol::ProduceResponse>(produce, 9);
  auto request = f.fetch(0);
  request.isolation_level = 1;
  const auto open = f.ask<Response>(request, 12).responses[0].partitions[0];
  CHECK(open.high_watermark == 1);
  CHECK(open.last_stable_offset == 0);  // the transaction is not decided yet
  CHECK(open.records.empty());
  request.isolation_level = 0;
  const auto dirty = f.ask<Response>(request, 12).responses[0].partitions[0];
  CHECK_FALSE(dirty.records.empty());
  CHECK_FALSE(dirty.aborted_transactions);
}

TEST_CASE("a follower that has heard of a new epoch is told the high watermark again") {
  SessionFixture f;
  const std::int32_t session = f.open();
  CHECK(f.ask<Response>(f.next(session, 1), 17, 12).responses.empty());
  f.metadata.partition(1, 0, {1, 2, 3}, {1, 2}, 1, 1, 1);
  f.apply();
  auto request = f.next(session, 2);
  request.topics = f.follow(2, 0).topics;
  request.topics[0].partitions[0].current_leader_epoch = 1;
  const auto answer = f.ask<Response>(request, 17, 12);
  REQUIRE(answer.responses.size() == 1);
  CHECK(answer.responses[0].partitions[0].error_code == ErrorCode::NONE);
}
