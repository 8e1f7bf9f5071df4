// Goal: a fetcher says everything once, then only what changed, and begins anew after any doubt.
// Reference: FetchSessionHandlerTest (testSessionless, testIncrementals, testDoubleBuild,
// testIncrementalPartitionRemoval, testTopicIdReplaced…); KIP-227, KIP-516.
#include "engine/protocol/fetch_session_handler.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {

Uuid id_of(std::uint8_t n) {
  Uuid id;
  id.bytes[15] = n;
  return id;
}

FetchSessionHandler::Entry entry(std::int32_t partition, std::int64_t offset, std::uint8_t topic) {
  FetchSessionHandler::Entry e;
  e.topic_id = topic == 0 ? Uuid{} : id_of(topic);
  e.ask.partition = partition;
  e.ask.fetch_offset = offset;
  return e;
}

const TopicPartition kOrders0{"orders", 0}, kOrders1{"orders", 1};

FetchResponse answer(std::int32_t session, std::vector<std::int32_t> partitions,
                     std::uint8_t topic = 1) {
  FetchResponse response;
  response.session_id = session;
  if (!partitions.empty()) response.responses.push_back({"orders", id_of(topic), {}});
  for (std::int32_t p : partitions) {
    response.responses[0].partitions.emplace_back().partition_index = p;
  }
  return response;
}

FetchRequest built(FetchSessionHandler& handler, FetchSessionHandler::Session wanted) {
  FetchRequest request;
  CHECK(handler.build(std::move(wanted), &request));
  return request;
}

std::size_t named(const FetchRequest& request) {
  std::size_t n = 0;
  for (const auto& topic : request.topics) n += topic.partitions.size();
  return n;
}

/// Two partitions in session 17; the next request has epoch 1.
FetchSessionHandler with_session() {
  FetchSessionHandler handler;
  built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 7, 1)}});
  CHECK(handler.handle_response(answer(17, {0, 1}), 17));
  return handler;
}

}  // namespace

TEST_CASE("the first request names everything and asks for a session") {
  FetchSessionHandler handler;
  const auto request = built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 7, 1)}});
  CHECK(request.session_id == 0);
  CHECK(request.session_epoch == 0);
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].partitions.size() == 2);
  CHECK(request.topics[0].topic == "orders");  // for versions before 13
  CHECK(request.topics[0].topic_id == id_of(1));
}

TEST_CASE("a broker that gives no session is asked in full each time") {
  FetchSessionHandler handler;
  for (int i = 0; i < 2; ++i) {
    CHECK(named(built(handler, {{kOrders0, entry(0, 5, 1)}})) == 1);
    CHECK(handler.handle_response(answer(0, {0}), 17));
    CHECK(handler.full());
  }
}

TEST_CASE("in a session only what changed is named, and its epoch counts the requests") {
  FetchSessionHandler handler = with_session();
  auto request = built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 9, 1)}});
  CHECK(request.session_id == 17);
  CHECK(request.session_epoch == 1);
  REQUIRE(named(request) == 1);
  CHECK(request.topics[0].partitions[0].partition == 1);
  CHECK(request.topics[0].partitions[0].fetch_offset == 9);
  CHECK(handler.handle_response(answer(17, {}), 17));  // nothing new is an answer, too
  request = built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 9, 1)}});
  CHECK(request.session_epoch == 2);
  CHECK(named(request) == 0);
  CHECK(request.forgotten_topics_data.empty());
}

TEST_CASE("a partition that is no longer fetched is forgotten") {
  FetchSessionHandler handler = with_session();
  const auto request = built(handler, {{kOrders1, entry(1, 7, 1)}});
  CHECK(named(request) == 0);
  REQUIRE(request.forgotten_topics_data.size() == 1);
  CHECK(request.forgotten_topics_data[0].topic_id == id_of(1));
  CHECK(request.forgotten_topics_data[0].partitions == std::vector<std::int32_t>{0});
}

TEST_CASE("a topic made anew is another topic: the old id is forgotten, the new one added") {
  FetchSessionHandler handler = with_session();
  const auto request = built(handler, {{kOrders0, entry(0, 0, 2)}, {kOrders1, entry(1, 0, 2)}});
  REQUIRE(request.forgotten_topics_data.size() == 1);
  CHECK(request.forgotten_topics_data[0].topic_id == id_of(1));
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].topic_id == id_of(2));
}

TEST_CASE("without all topic ids a version that uses names is needed") {
  FetchSessionHandler handler;
  FetchRequest request;
  CHECK_FALSE(handler.build({{kOrders0, entry(0, 0, 0)}}, &request));
  CHECK(handler.handle_response(answer(17, {0}, 0), 12));
  // Once the id is known; but the session that has to forget the nameless one cannot use it yet.
  request = {};
  CHECK_FALSE(handler.build({{kOrders1, entry(1, 0, 1)}}, &request));
}

TEST_CASE("after an error or silence the next request is full again") {
  FetchSessionHandler lost = with_session();
  lost.handle_failure();
  auto request = built(lost, {{kOrders0, entry(0, 5, 1)}});
  CHECK(request.session_id == 17);  // so that the broker can forget it
  CHECK(request.session_epoch == 0);
  CHECK(named(request) == 1);

  FetchSessionHandler gone = with_session();
  FetchResponse error;
  error.error_code = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
  CHECK_FALSE(gone.handle_response(error, 17));
  CHECK(built(gone, {{kOrders0, entry(0, 5, 1)}}).session_id == 0);

  FetchSessionHandler confused = with_session();
  error.error_code = ErrorCode::INVALID_FETCH_SESSION_EPOCH;
  CHECK_FALSE(confused.handle_response(error, 17));
  request = built(confused, {{kOrders0, entry(0, 5, 1)}});
  CHECK(request.session_id == 17);
  CHECK(request.session_epoch == 0);
}

TEST_CASE("an answer about something else is no answer") {
  FetchSessionHandler handler;
  built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 7, 1)}});
  CHECK_FALSE(handler.handle_response(answer(17, {0}), 17));  // a full one names all
  handler = with_session();
  built(handler, {{kOrders0, entry(0, 5, 1)}, {kOrders1, entry(1, 7, 1)}});
  CHECK_FALSE(handler.handle_response(answer(17, {2}), 17));
  handler = with_session();
  CHECK_FALSE(handler.handle_response(answer(17, {0}, 9), 17));
  CHECK(handler.full());
}

TEST_CASE("the epoch of a session begins again after the largest number") {
  CHECK(next_session_epoch(1) == 2);
  CHECK(next_session_epoch(2'147'483'647) == 1);
  CHECK(next_session_epoch(kFinalSessionEpoch) == kFinalSessionEpoch);
}
