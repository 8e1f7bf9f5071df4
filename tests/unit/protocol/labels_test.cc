// Goal: the few words beside a travelling frame are the ones a student needs. Method: one frame a
// case.
#include "engine/protocol/labels.h"

#include "engine/protocol/frame.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {

template <class Request>
std::string label_of_request(const Request& request, std::int16_t version) {
  const RequestHeader header{Request::kApi, version, CorrelationId(1), "c"};
  return frame_label(encode_request(header, request), false, Request::kApi, version);
}

template <class Response>
std::string label_of_response(const Response& response, std::int16_t version) {
  return frame_label(encode_response(version, CorrelationId(1), response), true, Response::kApi,
                     version);
}

Blob batch(std::int64_t base, int count) {
  std::vector<record::Record> records(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) records[static_cast<std::size_t>(i)].offset = base + i;
  record::BatchOptions options;
  options.base_offset = base;
  return Blob(record::build_batch(options, records));
}

}  // namespace

TEST_CASE("requests are labelled with the numbers that matter") {
  FetchRequest fetch;
  fetch.topics.push_back({"orders", {}, {{}}});
  fetch.topics[0].partitions[0].fetch_offset = 6;
  CHECK(label_of_request(fetch, 12) == "Fetch off=6");
  fetch.topics[0].partitions[0].current_leader_epoch = 2;
  CHECK(label_of_request(fetch, 12) == "Fetch off=6 ep=2");
  fetch.topics[0].partitions.push_back({});
  CHECK(label_of_request(fetch, 12) == "Fetch 2 partitions");

  ProduceRequest produce;
  produce.topic_data.push_back({"orders", {{0, batch(0, 3)}}});
  CHECK(label_of_request(produce, 9) == "Produce orders-0 n=3");

  VoteRequest vote;
  vote.topics.push_back({kClusterMetadataTopic, {{}}});
  vote.topics[0].partitions[0].candidate_epoch = 3;
  CHECK(label_of_request(vote, 0) == "Vote ep=3");

  AlterPartitionRequest alter;
  alter.topics.push_back({"orders", {}, {{}}});
  alter.topics[0].partitions[0].new_isr = {1, 2};
  CHECK(label_of_request(alter, 0) == "orders-0 ISR {1,2}?");
  alter.topics[0] = {"", {}, {{}}};
  alter.topics[0].partitions[0].new_isr_with_epochs = {{3, 40}};
  CHECK(label_of_request(alter, 3) == "AlterPartition ISR {3}?");

  BrokerHeartbeatRequest heartbeat;
  heartbeat.current_metadata_offset = 42;
  CHECK(label_of_request(heartbeat, 0) == "Heartbeat off=42");
  CHECK(label_of_request(InitProducerIdRequest{}, 4) == "InitProducerId");
}

TEST_CASE("real clients' requests are labelled") {
  CHECK(frame_label(test::golden("kcat-metadata-v4-all-topics"), false, ApiKey::Metadata, 4) ==
        "Metadata, all topics");
  CHECK(frame_label(test::golden("kcat-metadata-v4-one-topic"), false, ApiKey::Metadata, 4) ==
        "Metadata orders");
  CHECK(frame_label(test::golden("kcat-list_offsets-v2-earliest"), false, ApiKey::ListOffsets, 2) ==
        "ListOffsets orders-0 earliest");
  CHECK(frame_label(test::golden("confluent-create_topics-v4"), false, ApiKey::CreateTopics, 4) ==
        "CreateTopics payments");
}

TEST_CASE("responses are labelled with what came of it") {
  FetchResponse fetch;
  CHECK(label_of_response(fetch, 12) == "nothing new");
  fetch.responses.push_back({"orders", {}, {{}}});
  auto& partition = fetch.responses[0].partitions[0];
  partition.high_watermark = 6;
  CHECK(label_of_response(fetch, 12) == "empty, HW 6");
  partition.records = batch(6, 2);
  CHECK(label_of_response(fetch, 12) == "6..7, HW 6");
  partition.records = batch(6, 1);
  CHECK(label_of_response(fetch, 12) == "6, HW 6");
  partition.diverging_epoch = {2, 4};
  CHECK(label_of_response(fetch, 12) == "diverges: ep=2 ends at 4");
  partition.error_code = ErrorCode::FENCED_LEADER_EPOCH;
  CHECK(label_of_response(fetch, 12) == "FENCED_LEADER_EPOCH");

  ProduceResponse produce;
  produce.responses.push_back({"orders", {{}}});
  produce.responses[0].partition_responses[0].base_offset = 6;
  CHECK(label_of_response(produce, 9) == "acked at 6");

  VoteResponse vote;
  vote.topics.push_back({kClusterMetadataTopic, {{}}});
  vote.topics[0].partitions[0].leader_epoch = 3;
  CHECK(label_of_response(vote, 0) == "refused ep=3");
  vote.topics[0].partitions[0].vote_granted = true;
  CHECK(label_of_response(vote, 0) == "granted ep=3");
}

TEST_CASE("a frame that cannot be read is called by its API") {
  CHECK(frame_label(Blob(), false, ApiKey::Fetch, 12) == "Fetch ?");
  CHECK(frame_label(Blob(test::from_hex("00000005 00000001 7f")), true, ApiKey::Vote, 0) ==
        "Vote ?");
  CHECK(frame_label(Blob(), true, static_cast<ApiKey>(99), 0) == "Unknown ?");
}
