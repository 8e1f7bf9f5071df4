// Goal: what other people's clients write is what we read, and what we write is the same bytes.
// Method: request frames captured from librdkafka and from a JavaScript client (tests/golden/wire,
// whose README tells how) are parsed, checked field by field against what was typed on the command
// line, encoded again and compared.
#include <fstream>

#include "engine/protocol/frame.h"
#include "engine/protocol/records/coordinator_record.h"
#include "engine/protocol/registry.h"
#include "engine/protocol/walk.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;
using test::golden;

namespace {

/// Parses, decodes, encodes again, compares, and hands out the message for a closer look.
template <class Request>
Request decoded(const std::string& name, std::int16_t version, const std::string& client) {
  INFO(name);
  const Blob frame = golden(name);
  const auto parsed = parse_request(frame);
  if (!parsed.ok()) FAIL(parsed.error().message);
  CHECK(parsed->header.api == Request::kApi);
  REQUIRE(parsed->header.version == version);
  CHECK(parsed->header.client_id == client);
  const auto request = decode_body<Request>(parsed->body, version);
  if (!request.ok()) FAIL(request.error().message);
  CHECK(encode_request(parsed->header, *request) == frame);
  CHECK(request_frame(parsed->header, parsed->body) == frame);
  return *request;
}

}  // namespace

TEST_CASE("ApiVersions v3 of librdkafka names its software") {
  const auto request = decoded<ApiVersionsRequest>("kcat-api_versions-v3", 3, "rdkafka");
  CHECK(request.client_software_name == "librdkafka");
  CHECK(request.client_software_version == "2.0.2");
}

TEST_CASE("Metadata v4 asks for all topics with null, for none with an empty list") {
  const auto all = decoded<MetadataRequest>("kcat-metadata-v4-all-topics", 4, "rdkafka");
  CHECK(!all.topics.has_value());
  CHECK(all.allow_auto_topic_creation);
  const auto none = decoded<MetadataRequest>("kcat-metadata-v4-no-topics", 4, "rdkafka");
  REQUIRE(none.topics.has_value());
  CHECK(none.topics->empty());
  CHECK(!none.allow_auto_topic_creation);
  const auto one = decoded<MetadataRequest>("kcat-metadata-v4-one-topic", 4, "rdkafka");
  REQUIRE(one.topics->size() == 1);
  CHECK(one.topics->front().name == "orders");
}

TEST_CASE("Produce v7 carries one record batch for one partition") {
  const auto request = decoded<ProduceRequest>("kcat-produce-v7-headers", 7, "rdkafka");
  CHECK(!request.transactional_id.has_value());
  CHECK(request.acks == -1);
  CHECK(request.timeout_ms == 30000);
  REQUIRE(request.topic_data.size() == 1);
  CHECK(request.topic_data[0].name == "orders");
  REQUIRE(request.topic_data[0].partition_data.size() == 1);
  CHECK(request.topic_data[0].partition_data[0].index == 0);
  CHECK(request.topic_data[0].partition_data[0].records.size() == 0x55);
  decoded<ProduceRequest>("kcat-produce-v7-idempotent", 7, "rdkafka");
}

TEST_CASE("Fetch v11 of a consumer has no session and no epoch") {
  const auto request = decoded<FetchRequest>("kcat-fetch-v11", 11, "rdkafka");
  CHECK(request.replica_id == -1);
  CHECK(request.max_wait_ms == 500);
  CHECK(request.min_bytes == 1);
  CHECK(request.max_bytes == 52428800);
  CHECK(request.isolation_level == 1);
  CHECK(request.session_id == 0);
  CHECK(request.session_epoch == -1);
  CHECK(request.rack_id.empty());
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].topic == "orders");
  const auto& partition = request.topics[0].partitions.at(0);
  CHECK(partition.current_leader_epoch == -1);
  CHECK(partition.fetch_offset == 0);
  CHECK(partition.partition_max_bytes == 1048576);
}

TEST_CASE("ListOffsets v2 asks for the earliest offset with -2 and else with a time") {
  const auto earliest = decoded<ListOffsetsRequest>("kcat-list_offsets-v2-earliest", 2, "rdkafka");
  CHECK(earliest.isolation_level == 1);
  CHECK(earliest.topics.at(0).partitions.at(0).timestamp == -2);
  const auto by_time = decoded<ListOffsetsRequest>("kcat-list_offsets-v2-by-time", 2, "rdkafka");
  CHECK(by_time.topics.at(0).partitions.at(0).timestamp == 1704067200000);
}

TEST_CASE("the smaller requests of librdkafka: coordinator, producer id, topics") {
  const auto find = decoded<FindCoordinatorRequest>("kcat-find_coordinator-v2", 2, "rdkafka");
  CHECK(find.key == "group1");
  CHECK(find.key_type == 0);
  const auto init = decoded<InitProducerIdRequest>("kcat-init_producer_id-v4", 4, "rdkafka");
  CHECK(!init.transactional_id.has_value());
  CHECK(init.transaction_timeout_ms == -1);
  CHECK(init.producer_id == -1);
  const auto create = decoded<CreateTopicsRequest>("confluent-create_topics-v4", 4, "rdkafka");
  REQUIRE(create.topics.size() == 1);
  CHECK(create.topics[0].name == "payments");
  CHECK(create.topics[0].num_partitions == 3);
  CHECK(create.topics[0].replication_factor == 1);
  CHECK(create.topics[0].configs.at(0).name == "retention.ms");
  CHECK(create.topics[0].configs.at(0).value == "60000");
  CHECK(!create.validate_only);
  const auto remove = decoded<DeleteTopicsRequest>("confluent-delete_topics-v1", 1, "rdkafka");
  CHECK(remove.topic_names == std::vector<std::string>{"payments"});
}

TEST_CASE("flexible requests of a JavaScript client: topics by id, tags, compact lengths") {
  Uuid id;
  for (std::uint8_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(i + 1);
  const auto fetch = decoded<FetchRequest>("platformatic-fetch-v17", 17, "kscope-consumer");
  CHECK(fetch.topics.at(0).topic_id == id);
  CHECK(fetch.topics[0].partitions.at(0).last_fetched_epoch == -1);
  CHECK(fetch.topics[0].partitions[0].partition_max_bytes == 1000000);
  const auto produce = decoded<ProduceRequest>("platformatic-produce-v11", 11, "kscope-producer");
  CHECK(produce.acks == -1);
  CHECK(produce.topic_data.at(0).partition_data.at(0).records.size() == 0x55);
  const auto metadata =
      decoded<MetadataRequest>("platformatic-metadata-v12", 12, "kscope-producer");
  CHECK(metadata.topics->at(0).name == "orders");
  const auto create =
      decoded<CreateTopicsRequest>("platformatic-create_topics-v7", 7, "kscope-admin");
  CHECK(create.topics.at(0).num_partitions == 3);
  CHECK(create.timeout_ms == 5000);
  const auto remove =
      decoded<DeleteTopicsRequest>("platformatic-delete_topics-v6", 6, "kscope-admin");
  CHECK(remove.topics.at(0).name == "payments");
  const auto offsets =
      decoded<ListOffsetsRequest>("platformatic-list_offsets-v9", 9, "kscope-consumer");
  CHECK(offsets.topics.at(0).partitions.at(0).timestamp == -1);
  const auto find =
      decoded<FindCoordinatorRequest>("platformatic-find_coordinator-v6", 6, "kscope-consumer");
  CHECK(find.coordinator_keys == std::vector<std::string>{"g"});
  decoded<InitProducerIdRequest>("platformatic-init_producer_id-v5", 5, "kscope-producer");
  decoded<ApiVersionsRequest>("platformatic-api_versions-v3", 3, "kscope-admin");
}

TEST_CASE("members of groups: librdkafka joins, brings the leader's assignment, and leaves") {
  const auto join = decoded<JoinGroupRequest>("kcat-join_group-v5-new", 5, "rdkafka");
  CHECK(join.group_id == "billing");
  CHECK(join.session_timeout_ms == 6000);
  CHECK(join.rebalance_timeout_ms == 300000);
  CHECK(join.member_id.empty());
  CHECK(!join.group_instance_id);
  CHECK(join.protocol_type == "consumer");
  REQUIRE(join.protocols.size() == 2);
  CHECK(join.protocols[0].name == "range");
  const auto wish = decode_versioned<ConsumerProtocolSubscription>(join.protocols[0].metadata);
  REQUIRE(wish.ok());
  CHECK(wish->version == 1);
  CHECK(wish->message.topics == std::vector<std::string>{"orders"});
  const auto fixed = decoded<JoinGroupRequest>("kcat-join_group-v5-static", 5, "rdkafka");
  CHECK(fixed.group_instance_id == "i1");
  CHECK(fixed.member_id.substr(0, 3) == "i1-");

  const auto sync = decoded<SyncGroupRequest>("kcat-sync_group-v3-leader", 3, "rdkafka");
  CHECK(sync.generation_id == 3);
  REQUIRE(sync.assignments.size() == 3);
  const auto part = decode_versioned<ConsumerProtocolAssignment>(sync.assignments[0].assignment);
  REQUIRE(part.ok());
  CHECK(part->message.assigned_partitions ==
        std::vector<ConsumerProtocolPartitions>{{"orders", {0, 1}}});
  CHECK(decoded<HeartbeatRequest>("kcat-heartbeat-v3", 3, "rdkafka").group_id == "billing");
  const auto leave = decoded<LeaveGroupRequest>("kcat-leave_group-v1", 1, "rdkafka");
  CHECK(leave.member_id.substr(0, 8) == "rdkafka-");
  CHECK(leave.members.empty());
}

TEST_CASE("offsets of groups: librdkafka fetches flexibly and commits as its generation") {
  const auto fetch = decoded<OffsetFetchRequest>("kcat-offset_fetch-v7", 7, "rdkafka");
  CHECK(fetch.group_id == "billing");
  CHECK(fetch.require_stable);
  CHECK(fetch.topics->at(0).partition_indexes == std::vector<std::int32_t>{0, 1, 2, 3});
  const auto commit = decoded<OffsetCommitRequest>("kcat-offset_commit-v7", 7, "rdkafka");
  CHECK(commit.generation_id_or_member_epoch == 3);
  CHECK(commit.group_instance_id == "i1");
  REQUIRE(commit.topics.at(0).partitions.size() == 2);
  CHECK(commit.topics[0].partitions[0].committed_offset == 17);
  CHECK(commit.topics[0].partitions[0].committed_metadata == "");
}

TEST_CASE("groups in the older words of kafka-python") {
  const std::string client = "kafka-python-2.0.2";
  const auto join = decoded<JoinGroupRequest>("kafka_python-join_group-v2", 2, client);
  const auto wish = decode_versioned<ConsumerProtocolSubscription>(join.protocols.at(1).metadata);
  REQUIRE(wish.ok());
  CHECK(wish->version == 0);
  CHECK(wish->message.topics == std::vector<std::string>{"orders"});
  const auto commit = decoded<OffsetCommitRequest>("kafka_python-offset_commit-v2", 2, client);
  CHECK(commit.retention_time_ms == -1);
  CHECK(commit.topics.at(0).partitions.at(0).partition_index == 2);
  CHECK(commit.topics[0].partitions[0].committed_offset == 20);
  const auto all = decoded<OffsetFetchRequest>("kafka_python-offset_fetch-v3-all", 3, client);
  CHECK(!all.topics);
  const auto describe =
      decoded<DescribeGroupsRequest>("kafka_python-describe_groups-v3", 3, client);
  CHECK(describe.groups == std::vector<std::string>{"billing"});
  CHECK(!describe.include_authorized_operations);
  const auto remove = decoded<DeleteGroupsRequest>("kafka_python-delete_groups-v1", 1, client);
  CHECK(remove.groups_names == std::vector<std::string>{"billing"});
}
