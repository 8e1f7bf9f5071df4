// Goal: the messages of groups are Kafka's bytes, and what travels inside them as bytes (who
// subscribes to what, who gets what) is opened for the reader: by labels and by the inspector.
// Method: bodies worked out by hand from the schemas; one frame a label.
#include "engine/protocol/frame.h"
#include "engine/protocol/labels.h"
#include "engine/protocol/records/coordinator_record.h"
#include "engine/protocol/walk.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;
using test::from_hex;

namespace {

constexpr const char* kMember = "c1-7f3a9c1e-0001-4000-8000-0123456789ab";
constexpr const char* kOther = "c2-55d09c1e-0002-4000-8000-0123456789ab";

template <class Request>
std::string request_says(const Request& request, std::int16_t version) {
  const RequestHeader header{Request::kApi, version, CorrelationId(1), "c"};
  return frame_label(encode_request(header, request), false, Request::kApi, version);
}

template <class Response>
std::string response_says(const Response& response, std::int16_t version) {
  return frame_label(encode_response(version, CorrelationId(1), response), true, Response::kApi,
                     version);
}

Blob subscription_to(std::vector<std::string> topics) {
  ConsumerProtocolSubscription subscription;
  subscription.topics = std::move(topics);
  return Blob(with_version(subscription));
}

Blob assignment_of(std::vector<ConsumerProtocolPartitions> partitions) {
  ConsumerProtocolAssignment assignment;
  assignment.assigned_partitions = std::move(partitions);
  return Blob(with_version(assignment));
}

std::string row(const std::vector<FieldSpan>& spans, const std::string& name) {
  for (const FieldSpan& span : spans) {
    if (span.name == name) return span.value;
  }
  return "(no such row)";
}

}  // namespace

TEST_CASE("JoinGroup v5 has plain lengths, v9 is flexible and brings the reason") {
  JoinGroupRequest request;
  request.group_id = "g";
  request.session_timeout_ms = 10000;
  request.rebalance_timeout_ms = 300000;
  request.protocol_type = "consumer";
  request.protocols.push_back({"range", Blob(from_hex("0000"))});
  request.reason = "new";
  const std::string group = "67", consumer = "636f6e73756d6572", range = "72616e6765";
  CHECK(encode_body(request, 5) ==
        from_hex("0001" + group + "00002710 000493e0 0000 ffff 0008" + consumer + "00000001 0005" +
                 range + "00000002 0000"));  // v8's reason is ignorable
  CHECK(encode_body(request, 9) == from_hex("02" + group + "00002710 000493e0 01 00 09" + consumer +
                                            "02 06" + range + "03 0000 00  04 6e6577  00"));
}

TEST_CASE("OffsetFetch v7 asks for one group, v8 for many") {
  OffsetFetchRequest one;
  one.group_id = "g";
  one.topics->push_back({"t", {3}});
  one.require_stable = true;
  CHECK(encode_body(one, 7) == from_hex("02 67 02 02 74 02 00000003 00 01 00"));
  OffsetFetchRequest many;
  many.groups.push_back({"g", "m", 4, {}});
  many.groups[0].topics = {{"t", {3}}};
  CHECK(encode_body(many, 8) == from_hex("02 02 67 02 02 74 02 00000003 00 00 00 00"));
  CHECK(encode_body(many, 9) ==
        from_hex("02 02 67 02 6d 00000004 02 02 74 02 00000003 00 00 00 00"));
  many.groups[0].topics.reset();  // all that the group has committed
  CHECK(encode_body(many, 8) == from_hex("02 02 67 00 00 00 00"));
}

TEST_CASE("a struct that may be null is told by one byte") {
  ConsumerGroupHeartbeatResponse response;
  response.member_id = "m";
  response.member_epoch = 2;
  response.heartbeat_interval_ms = 5000;
  const std::string head = "00000000 0000 00 02 6d 00000002 00001388";
  CHECK(encode_body(response, 0) == from_hex(head + "ff 00"));
  response.assignment.emplace();
  CHECK(encode_body(response, 0) == from_hex(head + "01 01 00 00"));
  response.assignment->topic_partitions.push_back({{}, {1}});
  const Bytes full = encode_body(response, 0);
  CHECK(full == from_hex(head + "01 02 00000000000000000000000000000000 02 00000001 00 00 00"));
  CHECK(*decode_body<ConsumerGroupHeartbeatResponse>(ByteView(full), 0) == response);
  const Bytes absent = from_hex(head + "80 00");  // anything below zero is null
  CHECK(!decode_body<ConsumerGroupHeartbeatResponse>(ByteView(absent), 0)->assignment);
  const Bytes cut = from_hex(head);
  CHECK(!decode_body<ConsumerGroupHeartbeatResponse>(ByteView(cut), 0).ok());
}

TEST_CASE("OffsetDelete has never become flexible") {
  OffsetDeleteRequest request;
  request.group_id = "g";
  request.topics.push_back({"t", {{2}}});
  CHECK(encode_body(request, 0) == from_hex("0001 67 00000001 0001 74 00000001 00000002"));
}

TEST_CASE("joining is labelled with who joins, what it can, and what came of it") {
  JoinGroupRequest join;
  join.group_id = "billing";
  join.protocols = {{"range", {}}, {"sticky", {}}};
  CHECK(request_says(join, 5) == "JoinGroup(billing, member \"\", [range, sticky])");
  join.member_id = kMember;
  CHECK(request_says(join, 5) == "JoinGroup(billing, member c1-7f3a, [range, sticky])");
  join.group_id = "a-group-with-a-long-name";
  CHECK(request_says(join, 5) == "JoinGroup(c1-7f3a, 2 assignors)");

  JoinGroupResponse answer;
  answer.error_code = ErrorCode::MEMBER_ID_REQUIRED;
  answer.member_id = kMember;
  CHECK(response_says(answer, 5) == "MEMBER_ID_REQUIRED c1-7f3a");
  answer.error_code = ErrorCode::NONE;
  answer.generation_id = 5;
  answer.leader = kMember;
  answer.members = {{kMember, {}, {}}, {kOther, {}, {}}};
  CHECK(response_says(answer, 5) == "generation 5, leader, 2 members");
  answer.member_id = kOther;
  CHECK(response_says(answer, 5) == "generation 5, led by c1-7f3a");
  answer.error_code = ErrorCode::INCONSISTENT_GROUP_PROTOCOL;
  CHECK(response_says(answer, 5) == "INCONSISTENT_GROUP_PROTOCOL");
}

TEST_CASE("the leader's SyncGroup is labelled with who gets what") {
  SyncGroupRequest sync;
  sync.group_id = "billing";
  CHECK(request_says(sync, 3) == "SyncGroup(billing)");
  sync.assignments = {{kMember, assignment_of({{"orders", {0, 1}}})},
                      {kOther, assignment_of({{"orders", {2}}})}};
  CHECK(request_says(sync, 3) == "SyncGroup(c1-7f3a→[0,1] c2-55d0→[2])");
  sync.assignments[1].assignment = assignment_of({});
  CHECK(request_says(sync, 3) == "SyncGroup(c1-7f3a→[0,1] c2-55d0→[])");
  sync.assignments.push_back({"c3", assignment_of({{"orders", {3}}, {"payments", {0}}})});
  CHECK(request_says(sync, 3) == "SyncGroup(3 assignments)");
  sync.assignments = {{"worker", Blob(from_hex("ff"))}};  // not the consumers' protocol
  CHECK(request_says(sync, 3) == "SyncGroup(1 assignment)");

  SyncGroupResponse answer;
  answer.assignment = assignment_of({{"orders", {0, 1}}, {"payments", {3}}});
  CHECK(response_says(answer, 3) == "orders[0,1] payments[3]");
  answer.assignment = assignment_of({});
  CHECK(response_says(answer, 3) == "nothing");
  answer.assignment = Blob();
  CHECK(response_says(answer, 3) == "0 bytes");
}

TEST_CASE("heartbeats, leaving and the coordinator are labelled") {
  HeartbeatRequest heartbeat;
  heartbeat.group_id = "billing";
  heartbeat.generation_id = 4;
  CHECK(request_says(heartbeat, 3) == "Heartbeat(billing, generation 4)");
  HeartbeatResponse answer;
  CHECK(response_says(answer, 3) == "alive");
  answer.error_code = ErrorCode::REBALANCE_IN_PROGRESS;
  CHECK(response_says(answer, 3) == "REBALANCE_IN_PROGRESS");

  LeaveGroupRequest leave;
  leave.group_id = "billing";
  leave.member_id = kMember;
  CHECK(request_says(leave, 1) == "LeaveGroup(billing, c1-7f3a)");
  leave.member_id.clear();
  leave.members.push_back({"", "i1", {}});
  CHECK(request_says(leave, 4) == "LeaveGroup(billing, i1)");

  FindCoordinatorRequest find;
  find.key = "billing";
  CHECK(request_says(find, 2) == "FindCoordinator(billing)");
  FindCoordinatorResponse found;
  found.node_id = 2;
  CHECK(response_says(found, 2) == "broker 2");
  FindCoordinatorResponse many;
  many.coordinators.push_back({"billing", 3, "h", 1, ErrorCode::NONE, ""});
  CHECK(response_says(many, 4) == "broker 3");
  many.coordinators[0].error_code = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  CHECK(response_says(many, 4) == "COORDINATOR_NOT_AVAILABLE");
}

TEST_CASE("offsets are labelled with the offsets") {
  OffsetCommitRequest commit;
  commit.group_id = "billing";
  commit.topics.push_back({"orders", {{0, 42, -1, ""}}});
  CHECK(request_says(commit, 7) == "OffsetCommit(billing, orders-0=42)");
  commit.topics[0].partitions.push_back({1, 7, -1, ""});
  CHECK(request_says(commit, 7) == "OffsetCommit(billing, 2 partitions)");
  OffsetCommitResponse committed;
  committed.topics.push_back({"orders", {{0, ErrorCode::NONE}}});
  CHECK(response_says(committed, 7) == "committed");
  committed.topics[0].partitions[0].error_code = ErrorCode::ILLEGAL_GENERATION;
  CHECK(response_says(committed, 7) == "ILLEGAL_GENERATION");

  OffsetFetchRequest fetch;
  fetch.group_id = "billing";
  fetch.topics->push_back({"orders", {0}});
  CHECK(request_says(fetch, 5) == "OffsetFetch(billing, orders-0)");
  fetch.topics.reset();
  CHECK(request_says(fetch, 5) == "OffsetFetch(billing, all)");
  OffsetFetchResponse fetched;
  fetched.topics.push_back({"orders", {{0, 42, -1, "", ErrorCode::NONE}}});
  CHECK(response_says(fetched, 5) == "orders-0=42");
  fetched.topics[0].partitions[0].committed_offset = -1;
  CHECK(response_says(fetched, 5) == "orders-0: none");
  fetched.topics[0].partitions.push_back({1, 7, -1, "", ErrorCode::NONE});
  CHECK(response_says(fetched, 5) == "1 of 2");
}

TEST_CASE("the consumer protocol's heartbeats are labelled with epoch and partitions") {
  ConsumerGroupHeartbeatRequest heartbeat;
  heartbeat.group_id = "billing";
  CHECK(request_says(heartbeat, 0) == "Heartbeat(billing, joins)");
  heartbeat.member_epoch = 3;
  CHECK(request_says(heartbeat, 0) == "Heartbeat(billing, epoch 3)");
  heartbeat.topic_partitions.emplace().push_back({{}, {0, 2}});
  CHECK(request_says(heartbeat, 0) == "Heartbeat(billing, epoch 3, owns [0,2])");
  heartbeat.member_epoch = -1;
  CHECK(request_says(heartbeat, 0) == "Heartbeat(billing, leaves)");
  ConsumerGroupHeartbeatResponse answer;
  answer.member_epoch = 4;
  CHECK(response_says(answer, 0) == "epoch 4");
  answer.assignment.emplace().topic_partitions.push_back({{}, {0, 1}});
  CHECK(response_says(answer, 0) == "epoch 4: [0,1]");
}

TEST_CASE("the inspector opens subscriptions and assignments, and leaves other bytes closed") {
  JoinGroupRequest join;
  join.group_id = "billing";
  join.protocols = {{"range", subscription_to({"orders", "payments"})}};
  const RequestHeader header{ApiKey::JoinGroup, 9, CorrelationId(1), "c"};
  const auto spans = walk_frame(encode_request(header, join), false, ApiKey::JoinGroup, 9);
  CHECK(row(spans, "Metadata").starts_with("ConsumerProtocolSubscription, "));
  CHECK(row(spans, "Version") == "3");
  CHECK(row(spans, "Topics") == "[\"orders\", \"payments\"]");
  CHECK(row(spans, "OwnedPartitions") == "0 elements");

  SyncGroupResponse sync;
  sync.assignment = assignment_of({{"orders", {0, 1}}});
  const auto opened =
      walk_frame(encode_response(3, CorrelationId(1), sync), true, ApiKey::SyncGroup, 3);
  CHECK(row(opened, "Topic") == "\"orders\"");
  CHECK(row(opened, "Partitions") == "[0, 1]");
  sync.assignment = Blob(from_hex("00017f"));  // Kafka Connect speaks otherwise
  const auto closed =
      walk_frame(encode_response(3, CorrelationId(1), sync), true, ApiKey::SyncGroup, 3);
  CHECK(row(closed, "Assignment") == "3 bytes");
  CHECK(closed.back().name == "Assignment");
}

TEST_CASE("a newer subscription than we know is opened as the newest that we know") {
  ConsumerProtocolSubscription subscription;
  subscription.topics = {"orders"};
  Bytes bytes = with_version(subscription);
  bytes[1] = 9;
  JoinGroupRequest join;
  join.protocols = {{"range", Blob(bytes)}};
  std::vector<FieldSpan> spans;
  walk_body<JoinGroupRequest>(encode_body(join, 5), 5, 0, 0, spans);
  CHECK(row(spans, "Version") == "9");
  CHECK(row(spans, "Topics") == "[\"orders\"]");
}
