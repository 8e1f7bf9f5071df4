// Goal: a consumer keeps a fetch waiting at the leader, hands out every record once and in order,
// and never a damaged one. Method: a consumer in front of scripted brokers (FetcherTest,
// FetchCollector).
#include "tests/unit/client/consumer_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a fetch asks with the configured limits, the position and the leader epoch") {
  ConsumerFixture f(Settings{{"fetch.min.bytes", "7"}, {"max.partition.fetch.bytes", "1000"}});
  f.leaders[f.orders0] = {2, 5};
  f.assign_at(10);
  const Received fetch = f.next_fetch();
  CHECK(fetch.to() == NodeId(2));
  const auto request = fetch.as<protocol::FetchRequest>();
  CHECK(request.replica_id == -1);
  CHECK(request.max_wait_ms == 500);
  CHECK(request.min_bytes == 7);
  CHECK(request.max_bytes == 52428800);
  CHECK(request.isolation_level == 0);
  CHECK(request.session_id == 0);
  const auto& partition = request.topics.at(0).partitions.at(0);
  CHECK(partition.fetch_offset == 10);
  CHECK(partition.current_leader_epoch == 5);
  CHECK(partition.partition_max_bytes == 1000);
}

TEST_CASE("records are handed out once, in order, and the next fetch asks for what follows") {
  ConsumerFixture f;
  f.assign_at(0);
  Bytes two = stored_batch(0, {"a", "b"});
  const Bytes second = stored_batch(2, {"c"});
  two.insert(two.end(), second.begin(), second.end());
  f.answer_fetch(f.next_fetch(), {two, 3});
  CHECK(f.position() == 3);
  CHECK(f.client.records_consumed() == 3);
  CHECK(f.client.lag().at(f.orders0) == 0);
  const auto consumed = f.client.take_consumed();
  REQUIRE(consumed.size() == 3);
  CHECK(consumed[2].offset == Offset(2));
  CHECK(consumed[2].digest == client::digest_of(std::nullopt, to_bytes("c")));
  CHECK(f.fetch_offset(f.next_fetch()) == 3);
}

TEST_CASE("a batch that begins before the position gives only the records from there on") {
  ConsumerFixture f;
  f.assign_at(1);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c"}), 3});
  const auto* consumed = f.t.last<event::RecordsConsumed>();
  REQUIRE(consumed != nullptr);
  CHECK(consumed->from == Offset(1));
  CHECK(consumed->last == Offset(2));
}

TEST_CASE("a batch that is cut short at the end of an answer is left for the next fetch") {
  ConsumerFixture f;
  f.assign_at(0);
  Bytes records = stored_batch(0, {"a"});
  Bytes torn = stored_batch(1, {"b"});
  torn.resize(torn.size() - 3);
  records.insert(records.end(), torn.begin(), torn.end());
  f.answer_fetch(f.next_fetch(), {records, 2});
  CHECK(f.position() == 1);
  CHECK(f.fetch_offset(f.next_fetch()) == 1);
}

TEST_CASE("one poll hands out at most max.poll.records, the next one follows at once") {
  ConsumerFixture f(Settings{{"max.poll.records", "2"}});
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c", "d", "e"}), 5});
  CHECK(f.client.records_consumed() == 2);
  CHECK(f.waiting.empty());  // what is buffered is handed out before more is fetched
  f.run_for(millis(0));
  CHECK(f.client.records_consumed() == 5);
  CHECK(f.t.count<event::RecordsConsumed>() == 3);
}

TEST_CASE("the application is busy for processing.ms with what one poll returned") {
  ConsumerFixture f(Settings{{"max.poll.records", "1"}, {"processing.ms", "100"}});
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c"}), 3});
  CHECK(f.client.records_consumed() == 1);
  f.run_for(millis(99));
  CHECK(f.client.records_consumed() == 1);
  f.run_for(millis(1));
  CHECK(f.client.records_consumed() == 2);
}

TEST_CASE("control batches move the position but reach no application") {
  ConsumerFixture f;
  f.assign_at(0);
  Bytes records = stored_batch(0, {"a"});
  for (const Bytes& more : {stored_batch(1, {"marker"}, 0, true), stored_batch(2, {"b"})}) {
    records.insert(records.end(), more.begin(), more.end());
  }
  f.answer_fetch(f.next_fetch(), {records, 3});
  CHECK(f.client.records_consumed() == 2);
  CHECK(f.t.count<event::RecordsConsumed>() == 2);  // 0..0 and 2..2, never 1
  CHECK(f.position() == 3);
}

TEST_CASE("a batch with a wrong CRC is neither handed out nor skipped") {
  ConsumerFixture f;
  f.assign_at(0);
  Bytes records = stored_batch(0, {"good"});
  Bytes bad = stored_batch(1, {"evil"});
  bad.back() ^= 1;
  records.insert(records.end(), bad.begin(), bad.end());
  f.answer_fetch(f.next_fetch(), {records, 2});
  CHECK(f.client.records_consumed() == 1);
  CHECK(f.position() == 1);
  CHECK(f.t.last<event::FetchFailed>()->error == ErrorCode::CORRUPT_MESSAGE);
  CHECK(f.waiting.empty());
  f.run_for(millis(150));
  CHECK(f.fetch_offset(f.next_fetch()) == 1);
}

TEST_CASE("an answer that arrives after seek() is thrown away") {
  ConsumerFixture f;
  f.assign_at(0);
  const Received old = f.next_fetch();
  CHECK(f.client.seek(f.env(), f.orders0, Offset(50)));
  f.answer_fetch(old, {stored_batch(0, {"a"}), 100});
  CHECK(f.client.records_consumed() == 0);
  CHECK(f.position() == 50);
  f.run_for(millis(0));
  CHECK(f.fetch_offset(f.next_fetch()) == 50);
  CHECK_FALSE(f.client.seek(f.env(), {"orders", 9}, Offset(0)));
}

TEST_CASE("there is one fetch under way per broker, for all its partitions") {
  ConsumerFixture f;
  f.leaders[{"orders", 1}] = {1, 0};
  f.leaders[{"orders", 2}] = {2, 0};
  REQUIRE(f.client.assign(f.env(), {{"orders", 0}, {"orders", 1}, {"orders", 2}}).ok());
  f.run_for(millis(1));
  while (f.count_waiting(ApiKey::ListOffsets) > 0) {
    f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 0);
  }
  CHECK(f.count_waiting(ApiKey::Fetch) == 2);
  f.run_for(millis(400));
  CHECK(f.count_waiting(ApiKey::Fetch) == 2);
}

TEST_CASE("a broken connection is opened again and the fetch repeated") {
  ConsumerFixture f;
  f.assign_at(4);
  f.break_connections(NodeId(1));
  f.run_for(millis(300));
  CHECK(f.fetch_offset(f.next_fetch()) == 4);
}
