// Goal: fetch sessions, reads from followers and read_committed from the consumer's side.
// Reference: FetcherTest (testPreferredReadReplica…, testReadCommitted…, testFetchSessionIdError),
// FetchSessionHandlerTest; KIP-98, KIP-227, KIP-392.
#include "tests/unit/client/consumer_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

using Data = protocol::FetchResponse::PartitionData;

void answer(ConsumerFixture& f, const Received& received, Data data, std::int32_t session = 0) {
  protocol::FetchResponse response;
  response.session_id = session;
  response.responses.push_back({"orders", {}, {std::move(data)}});
  f.reply(received, response);
}

Bytes transactional(std::int64_t base, std::int64_t producer, const std::string& value) {
  record::BatchOptions options;
  options.base_offset = base;
  options.partition_leader_epoch = 0;
  options.producer_id = producer;
  options.producer_epoch = 0;
  options.base_sequence = 0;
  options.transactional = true;
  return record::build_batch(options, {{base, kWallMillisAtStart, {}, to_bytes(value), {}}});
}

/// COMMIT is 1, ABORT is 0.
Bytes marker(std::int64_t base, std::int64_t producer, std::uint8_t type) {
  record::BatchOptions options;
  options.base_offset = base;
  options.partition_leader_epoch = 0;
  options.producer_id = producer;
  options.producer_epoch = 0;
  options.transactional = true;
  options.control = true;
  Bytes key(4), value(6);
  key[3] = static_cast<decltype(key)::value_type>(type);
  return record::build_batch(options, {{base, kWallMillisAtStart, key, value, {}}});
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// A1 B1 A2 abort(A) B2 commit(B) A3: producer 1 aborts, producer 2 commits, then 1 begins anew.
Data two_transactions() {
  Bytes bytes = transactional(0, 1, "a1");
  append(bytes, transactional(1, 2, "b1"));
  append(bytes, transactional(2, 1, "a2"));
  append(bytes, marker(3, 1, 0));
  append(bytes, transactional(4, 2, "b2"));
  append(bytes, marker(5, 2, 1));
  append(bytes, transactional(6, 1, "a3"));
  append(bytes, marker(7, 1, 1));
  Data data;
  data.high_watermark = 8;
  data.last_stable_offset = 8;
  data.aborted_transactions->push_back({1, 0});
  data.records = Blob(bytes);
  return data;
}

}  // namespace

TEST_CASE("a consumer goes on in the session that it was given") {
  ConsumerFixture f;
  f.assign_at(0);
  const Received first = f.next_fetch();
  CHECK(first.as<protocol::FetchRequest>().session_epoch == 0);
  Data data;
  data.records = Blob(stored_batch(0, {"a"}));
  answer(f, first, data, 17);
  auto request = f.next_fetch();
  CHECK(request.as<protocol::FetchRequest>().session_id == 17);
  CHECK(request.as<protocol::FetchRequest>().session_epoch == 1);
  CHECK(f.fetch_offset(request) == 1);
  protocol::FetchResponse nothing_new;
  nothing_new.session_id = 17;
  f.reply(request, nothing_new);
  request = f.next_fetch();
  CHECK(request.as<protocol::FetchRequest>().session_epoch == 2);
  CHECK(request.as<protocol::FetchRequest>().topics.empty());
}

TEST_CASE("a session that the broker has dropped costs one round and no error") {
  ConsumerFixture f;
  f.assign_at(0);
  answer(f, f.next_fetch(), {}, 17);
  protocol::FetchResponse gone;
  gone.error_code = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
  f.reply(f.next_fetch(), gone);
  const auto request = f.next_fetch().as<protocol::FetchRequest>();
  CHECK(request.session_id == 0);
  CHECK(request.session_epoch == 0);
  CHECK(request.topics.size() == 1);
  CHECK(f.t.count<event::FetchFailed>() == 0);
}

TEST_CASE("a consumer says where it is, and reads where its leader sends it") {
  ConsumerFixture f(Settings{{"client.rack", "b"}});
  f.assign_at(0);
  const Received first = f.next_fetch();
  CHECK(first.to() == NodeId(1));
  CHECK(first.as<protocol::FetchRequest>().rack_id == "b");
  Data sent_on;
  sent_on.preferred_read_replica = 2;
  answer(f, first, sent_on);
  Received second = f.next_fetch();
  CHECK(second.to() == NodeId(2));
  CHECK(f.t.last<event::PreferredReplicaSet>()->replica == NodeId(2));
  Data data;
  data.records = Blob(stored_batch(0, {"a"}));
  answer(f, second, data);
  CHECK(f.position() == 1);
  // Every metadata.max.age.ms the leader is asked again.
  second = f.next_fetch();
  CHECK(second.to() == NodeId(2));
  f.run_for(seconds(20));
  answer(f, second, {});
  CHECK(f.next_fetch().to() == NodeId(2));
}

TEST_CASE("what the follower has not got, or does not have any more, the leader is asked for") {
  ConsumerFixture f(Settings{{"client.rack", "b"}});
  f.assign_at(5);
  Data sent_on;
  sent_on.preferred_read_replica = 2;
  answer(f, f.next_fetch(), sent_on);
  Data out_of_range;
  out_of_range.error_code = ErrorCode::OFFSET_OUT_OF_RANGE;
  answer(f, f.next_fetch(), out_of_range);
  CHECK(f.t.last<event::PreferredReplicaCleared>()->replica == NodeId(2));
  const Received again = f.next_fetch();
  CHECK(again.to() == NodeId(1));
  CHECK(f.position() == 5);  // no reset: the leader did not say so
  answer(f, again, out_of_range);
  CHECK(f.state() == client::FetchState::AwaitReset);
}

TEST_CASE("read_committed hands out what was committed, and only that") {
  ConsumerFixture f(Settings{{"isolation.level", "read_committed"}});
  f.assign_at(0);
  const Received fetch = f.next_fetch();
  CHECK(fetch.as<protocol::FetchRequest>().isolation_level == 1);
  answer(f, fetch, two_transactions());
  std::vector<std::int64_t> offsets;
  for (const auto& record : f.client.take_consumed()) offsets.push_back(record.offset.value());
  CHECK(offsets == std::vector<std::int64_t>{1, 4, 6});
  CHECK(f.t.count<event::AbortedRecordsSkipped>() == 2);
  CHECK(f.position() == 8);
}

TEST_CASE("read_uncommitted hands out everything but the markers") {
  ConsumerFixture f;
  f.assign_at(0);
  Data data = two_transactions();
  data.aborted_transactions.reset();
  answer(f, f.next_fetch(), data);
  CHECK(f.client.records_consumed() == 5);
  CHECK(f.position() == 8);
}

TEST_CASE("the end of a log is the last stable offset for readers of committed data") {
  ConsumerFixture f(Settings{{"isolation.level", "read_committed"},
                             {"auto.offset.reset", "latest"}});
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.run_for(millis(1));
  const Received asked = f.take_waiting(ApiKey::ListOffsets);
  CHECK(asked.as<protocol::ListOffsetsRequest>().isolation_level == 1);
}
