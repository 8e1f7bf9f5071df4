// Goal: the bytes of flexible versions are those of KIP-482, not merely the inverse of themselves.
// Method: bodies worked out by hand from the schemas, byte by byte.
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;
using test::from_hex;

TEST_CASE("Vote v0 is flexible from its first version") {
  VoteRequest request;
  request.topics.push_back({"__cluster_metadata", {{}}});
  auto& partition = request.topics[0].partitions[0];
  partition.candidate_epoch = 3;
  partition.candidate_id = 2;
  partition.last_offset_epoch = 2;
  partition.last_offset = 300;
  const Bytes expected = from_hex(
      "00"  // cluster id: null
      "02"  // one topic: 1 + 1
      "13 5f5f636c75737465725f6d65746164617461"  // 18 + 1 bytes of name
      "02"  // one partition
      "00000000 00000003 00000002 00000002 000000000000012c"  // index, epoch, id, last
      "00 00 00");  // tags: partition, topic, body
  CHECK(encode_body(request, 0) == expected);
  CHECK(*decode_body<VoteRequest>(ByteView(expected), 0) == request);
}

TEST_CASE("Fetch v12 puts the cluster id into a tagged field at the end") {
  FetchRequest request;
  request.cluster_id = "abc";
  request.replica_id = 2;
  request.max_wait_ms = 500;
  request.min_bytes = 1;
  const Bytes expected = from_hex(
      "00000002 000001f4 00000001 7fffffff"  // replica, wait, min, max
      "00 00000000 ffffffff"  // isolation, session id and epoch
      "01 01 01"  // no topics, none forgotten, empty rack
      "01"  // one tagged field:
      "00 04 04616263");  // tag 0, 4 bytes: 3 + 1, "abc"
  CHECK(encode_body(request, 12) == expected);
  CHECK(*decode_body<FetchRequest>(ByteView(expected), 12) == request);
}

TEST_CASE("the same Fetch in v11 has plain lengths, no tags, and drops the cluster id") {
  FetchRequest request;
  request.cluster_id = "abc";  // ignorable: a broker of v11 does without
  request.replica_id = 2;
  request.max_wait_ms = 500;
  request.min_bytes = 1;
  const Bytes expected = from_hex(
      "00000002 000001f4 00000001 7fffffff 00 00000000 ffffffff"
      "00000000 00000000 0000");
  CHECK(encode_body(request, 11) == expected);
}

TEST_CASE("tagged structs: a fetch response that names the diverging epoch and the leader") {
  FetchResponse response;
  response.responses.push_back({"t", {}, {{}}});
  auto& partition = response.responses[0].partitions[0];
  partition.high_watermark = 5;
  partition.aborted_transactions.reset();
  partition.diverging_epoch = {2, 4};
  partition.current_leader = {1, 3};
  const Bytes expected = from_hex(
      "00000000 0000 00000000"  // throttle, error, session
      "02 02 74 02"  // 1 topic "t", 1 partition
      "00000000 0000 0000000000000005"  // index, error, HW
      "ffffffffffffffff ffffffffffffffff"  // LSO, log start
      "00 ffffffff 01"  // aborted: null; replica; records
      "02"  // two tagged fields:
      "00 0d 00000002 0000000000000004 00"  // 0: 13 bytes, own tags: none
      "01 09 00000001 00000003 00"  // 1: 9 bytes
      "00 00");  // tags of topic and body
  CHECK(encode_body(response, 12) == expected);
  CHECK(*decode_body<FetchResponse>(ByteView(expected), 12) == response);
}

TEST_CASE("tags are written in the order of their numbers, not of the description") {
  PartitionChangeRecord change;
  change.partition_id = 1;
  change.isr = std::vector<std::int32_t>{1, 2};
  change.leader = 1;
  change.eligible_leader_replicas = std::vector<std::int32_t>{};
  change.directories = std::vector<Uuid>{};  // tag 8, described before tags 6 and 7
  const Bytes bytes = encode_body(change, 2);
  const Bytes expected = from_hex(
      "00000001 00000000000000000000000000000000"
      "04"
      "00 09 03 00000001 00000002"
      "01 04 00000001"
      "06 01 01"
      "08 01 01");
  CHECK(bytes == expected);
}

TEST_CASE("a tagged value of more than 127 bytes has a size of two bytes") {
  FetchRequest request;
  request.cluster_id = std::string(200, 'x');
  const Bytes bytes = encode_body(request, 12);
  const Bytes tag(bytes.end() - 206, bytes.end() - 200);
  CHECK(tag == from_hex("01 00 ca01 c901"));  // 1 tag; 0; 202 bytes; 200 + 1
  CHECK(decode_body<FetchRequest>(ByteView(bytes), 12)->cluster_id == request.cluster_id);
}

TEST_CASE("an unknown tag is skipped, wherever it stands") {
  const Bytes bytes = from_hex(
      "00 02 0774657374696e 02 00000000 00000003 00000002 00000002 000000000000012c"
      "01 2a 03 010203"  // tag 42 on the partition
      "00"
      "01 c801 00");  // tag 200, empty, on the body
  const auto request = decode_body<VoteRequest>(ByteView(bytes), 0);
  if (!request.ok()) FAIL(request.error().message);
  CHECK(request->topics.at(0).partitions.at(0).last_offset == 300);
}

TEST_CASE("ApiVersions response v3 and its v0 shape") {
  ApiVersionsResponse response;
  response.error_code = ErrorCode::UNSUPPORTED_VERSION;
  response.api_keys.push_back({18, 0, 4});
  CHECK(encode_body(response, 0) == from_hex("0023 00000001 0012 0000 0004"));
  CHECK(encode_body(response, 3) == from_hex("0023 02 0012 0000 0004 00 00000000 00"));
}

TEST_CASE("metadata records start with frame version, type and record version") {
  TopicRecord topic;
  topic.name = "orders";
  topic.topic_id.bytes.back() = 7;
  const Bytes expected =
      from_hex("01 02 00  07 6f7264657273  00000000000000000000000000000007  00");
  CHECK(encode_record(topic) == expected);
  const auto decoded = decode_record(expected);
  REQUIRE(decoded.ok());
  CHECK(std::get<TopicRecord>(*decoded) == topic);
}

TEST_CASE("a leader change message is a plain body behind a four-byte key") {
  LeaderChangeMessage message;
  message.leader_id = 1;
  message.voters = {{1, {}}, {2, {}}};
  message.granting_voters = {{1, {}}};
  CHECK(encode_body(message, 0) ==
        from_hex("0000 00000001 03 00000001 00 00000002 00 02 00000001 00 00"));
  CHECK(control_record_key(ControlRecordType::LeaderChange) == from_hex("0000 0002"));
  CHECK(*control_record_type(from_hex("0000 0002")) == ControlRecordType::LeaderChange);
  CHECK(!control_record_type(from_hex("0000 00")).ok());
  CHECK(!control_record_type(from_hex("0000 0007")).ok());
}
