// Goal: metadata, offsets, versions and everything that goes through the controller.
// Reference: KafkaApisTest, MetadataRequestTest, ApiVersionsRequestTest (KIP-511), KIP-207,
// KIP-516, AutoTopicCreationManagerTest, ForwardingManagerTest, ProducerIdManagerTest.
#include "engine/protocol/messages/api_versions.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/init_producer_id.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

protocol::MetadataRequest metadata_of(const std::vector<std::string>& topics) {
  protocol::MetadataRequest request;
  for (const auto& name : topics) request.topics->push_back({{}, name});
  return request;
}

protocol::ListOffsetsRequest offsets_of(std::int64_t timestamp, int leader_epoch = -1) {
  protocol::ListOffsetsRequest request;
  request.replica_id = -1;
  request.topics.push_back({"orders", {}});
  auto& partition = request.topics[0].partitions.emplace_back();
  partition.timestamp = timestamp;
  partition.current_leader_epoch = leader_epoch;
  return request;
}

ErrorCode error_of(const protocol::ListOffsetsResponse& r) {
  return r.topics.at(0).partitions.at(0).error_code;
}

}  // namespace

TEST_CASE("ApiVersions: what is served, and version 0 for those who guessed too high") {
  BrokerFixture f;
  f.boot();
  protocol::ApiVersionsRequest request;
  request.client_software_name = "test";
  request.client_software_version = "1.0";
  const auto served = f.ask<protocol::ApiVersionsResponse>(request, 3);
  CHECK(served.error_code == ErrorCode::NONE);
  CHECK(served.api_keys.size() > 8);
  request.client_software_name = "";
  CHECK(f.ask<protocol::ApiVersionsResponse>(request, 3).error_code ==
        ErrorCode::INVALID_REQUEST);

  const protocol::RequestHeader newer{ApiKey::ApiVersions, 9, CorrelationId(77), "test"};
  f.send_frame(protocol::request_frame(newer, Bytes{0, 0, 0}));
  f.run_handlers();
  const auto sent = f.t.network.take();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].info.version == 0);
  const auto parsed = protocol::parse_response(sent[0].frame, ApiKey::ApiVersions, 0);
  const auto body = protocol::decode_body<protocol::ApiVersionsResponse>(parsed->body, 0);
  REQUIRE(body.ok());
  CHECK(parsed->correlation == CorrelationId(77));
  CHECK(body->error_code == ErrorCode::UNSUPPORTED_VERSION);
}

TEST_CASE("any other version that is not served ends the connection, and only that one") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.send(protocol::ListOffsetsRequest{}, 9, 66);
  f.run_handlers();
  CHECK(f.t.network.closed == std::vector<ConnectionId>{ConnectionId(66)});
  CHECK(f.error_of(f.ask<protocol::ProduceResponse>(f.produce(1, 1), 9)) == ErrorCode::NONE);
}

TEST_CASE("a body that makes no sense ends the connection, and only that one") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  const protocol::RequestHeader header{ApiKey::Produce, 9, CorrelationId(1), "test"};
  f.send_frame(protocol::request_frame(header, Bytes{1, 2, 3}), 66);
  f.run_handlers();
  CHECK(f.t.network.closed == std::vector<ConnectionId>{ConnectionId(66)});
  CHECK(f.t.last<event::ConnectionClosed>()->reason == event::CloseReason::MalformedFrame);
  CHECK(f.error_of(f.ask<protocol::ProduceResponse>(f.produce(1, 1), 9)) == ErrorCode::NONE);
}

TEST_CASE("Metadata: brokers that are alive, leaders that are alive") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.metadata.topic("payments", 2).partition(2, 0, {2, 3}, {2, 3}, 2, 4, 5);
  f.metadata.fence(2, 12, true);
  f.apply();
  protocol::MetadataRequest all;
  all.topics.reset();
  const auto answer = f.ask<protocol::MetadataResponse>(all, 12);
  REQUIRE(answer.brokers.size() == 2);
  CHECK(answer.brokers[0].node_id == 1);
  CHECK(answer.brokers[0].host == "broker-1");
  CHECK(answer.brokers[0].port == 9092);
  CHECK(answer.controller_id == 1);
  CHECK(answer.cluster_id == "test-cluster");
  REQUIRE(answer.topics.size() == 2);
  CHECK(answer.topics[0].name == "orders");
  CHECK(answer.topics[0].topic_id == topic_id_of(1));
  CHECK(answer.topics[0].partitions[0].leader_id == 1);
  CHECK(answer.topics[0].partitions[0].offline_replicas == std::vector<std::int32_t>{2});
  CHECK(answer.topics[1].partitions[0].leader_id == -1);
  CHECK(answer.topics[1].partitions[0].leader_epoch == 4);
  CHECK(answer.topics[1].partitions[0].error_code == ErrorCode::LEADER_NOT_AVAILABLE);
}

TEST_CASE("Metadata: controller_id names a live broker even when this one is fenced") {
  BrokerFixture f;
  f.boot();
  f.metadata.fence(1, 11, true);
  f.apply();
  CHECK(f.ask<protocol::MetadataResponse>(metadata_of({}), 12).controller_id == 2);
}

TEST_CASE("Metadata v0 takes an empty list for all topics, later versions for none") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  CHECK(f.ask<protocol::MetadataResponse>(metadata_of({}), 0).topics.size() == 1);
  CHECK(f.ask<protocol::MetadataResponse>(metadata_of({}), 1).topics.empty());
}

TEST_CASE("Metadata by topic id") {
  BrokerFixture f;
  f.boot();
  f.lead_orders();
  protocol::MetadataRequest request;
  request.topics->push_back({topic_id_of(1), std::nullopt});
  request.topics->push_back({topic_id_of(9), std::nullopt});
  const auto answer = f.ask<protocol::MetadataResponse>(request, 12);
  CHECK(answer.topics[0].name == "orders");
  CHECK(answer.topics[1].error_code == ErrorCode::UNKNOWN_TOPIC_ID);
}

TEST_CASE("asking for a topic that is not there creates it, once") {
  BrokerFixture f(
      BrokerFixture::Settings{{"num.partitions", "4"}, {"default.replication.factor", "3"}});
  f.boot();
  f.send(metadata_of({"new", "no such/name"}), 12);
  f.run_handlers();
  const auto request = f.asked_of_controller<protocol::CreateTopicsRequest>();
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].name == "new");
  CHECK(request.topics[0].num_partitions == 4);
  CHECK(request.topics[0].replication_factor == 3);
  const auto answers = f.answers<protocol::MetadataResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].topics[0].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(answers[0].topics[1].error_code == ErrorCode::INVALID_TOPIC_EXCEPTION);
  f.ask<protocol::MetadataResponse>(metadata_of({"new"}), 12);
  CHECK(f.broker.parts().forwarding.topics_in_creation().size() == 1);
  CHECK(f.broker.parts().forwarding_channel.waiting() == 0);  // not asked for twice
  protocol::CreateTopicsResponse created;
  created.topics.emplace_back().name = "new";
  f.controller_answers(created);
  CHECK(f.broker.parts().forwarding.topics_in_creation().empty());
}

TEST_CASE("nothing is created when client or broker do not want it") {
  BrokerFixture unwilling(BrokerFixture::Settings{{"auto.create.topics.enable", "false"}});
  unwilling.boot();
  unwilling.ask<protocol::MetadataResponse>(metadata_of({"new"}), 12);
  CHECK(unwilling.broker.parts().forwarding.topics_in_creation().empty());
  BrokerFixture f;
  f.boot();
  auto request = metadata_of({"new"});
  request.allow_auto_topic_creation = false;
  f.ask<protocol::MetadataResponse>(request, 12);
  CHECK(f.broker.parts().forwarding.topics_in_creation().empty());
}

TEST_CASE("creating and deleting topics goes to the controller and back") {
  BrokerFixture f;
  f.boot();
  protocol::CreateTopicsRequest create;
  create.topics.emplace_back().name = "orders";
  f.send(create, 5);
  f.run_handlers();
  CHECK(f.asked_of_controller<protocol::CreateTopicsRequest>().topics[0].name == "orders");
  protocol::CreateTopicsResponse created;
  created.topics.emplace_back().name = "orders";
  created.topics[0].error_code = ErrorCode::TOPIC_ALREADY_EXISTS;
  f.controller_answers(created);
  const auto answers = f.answers<protocol::CreateTopicsResponse>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].topics[0].error_code == ErrorCode::TOPIC_ALREADY_EXISTS);

  protocol::DeleteTopicsRequest remove;
  remove.topic_names.push_back("orders");
  f.send(remove, 3);
  f.run_handlers();
  f.asked_of_controller<protocol::DeleteTopicsRequest>();
  CHECK(f.broker.parts().forwarding.forwarded() == 1);
}

TEST_CASE("a forwarded request that finds no controller is answered when its time is up") {
  BrokerFixture f;
  f.boot();
  f.broker.set_controller(std::nullopt);
  f.send(f.produce(1, 1, "x"), 9);  // other requests are not held up by it
  protocol::CreateTopicsRequest create;
  create.topics.emplace_back().name = "orders";
  f.send(create, 5, 7);
  f.run_handlers();
  CHECK(f.answers<protocol::ProduceResponse>().size() == 1);
  std::vector<protocol::CreateTopicsResponse> answers;
  for (int i = 0; i < 2000 && answers.empty(); ++i) {
    const auto timer = f.t.next_timer();
    REQUIRE(timer);
    f.broker.on_timer(f.t.env(), timer->first, timer->second);
    answers = f.answers<protocol::CreateTopicsResponse>();
  }
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].topics[0].error_code == ErrorCode::REQUEST_TIMED_OUT);
  CHECK(f.t.now() >= Instant(seconds(60)));
}

TEST_CASE("producer ids come in blocks from the controller") {
  BrokerFixture f;
  f.boot();
  protocol::InitProducerIdRequest request;
  request.transactional_id.reset();
  f.send(request, 4);
  f.run_handlers();
  const auto block = f.asked_of_controller<protocol::AllocateProducerIdsRequest>();
  CHECK(block.broker_epoch == 11);
  CHECK(f.answers<protocol::InitProducerIdResponse>().at(0).error_code ==
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  protocol::AllocateProducerIdsResponse answer;
  answer.producer_id_start = 5000;
  answer.producer_id_len = 2;
  f.controller_answers(answer);
  CHECK(f.ask<protocol::InitProducerIdResponse>(request, 4).producer_id == 5000);
  CHECK(f.ask<protocol::InitProducerIdResponse>(request, 4).producer_id == 5001);
  f.send(request, 4);
  f.run_handlers();
  CHECK(f.asked_of_controller<protocol::AllocateProducerIdsRequest>().broker_id == 1);
  request.transactional_id = "tx";
  f.t.network.take();
  CHECK(f.ask<protocol::InitProducerIdResponse>(request, 4).error_code ==
        ErrorCode::COORDINATOR_NOT_AVAILABLE);
}

TEST_CASE("there are no coordinators yet") {
  BrokerFixture f;
  f.boot();
  protocol::FindCoordinatorRequest request;
  request.key = "group";
  const auto old = f.ask<protocol::FindCoordinatorResponse>(request, 2);
  CHECK(old.error_code == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK(old.node_id == -1);
  request.key = "";
  request.coordinator_keys = {"a", "b"};
  const auto now = f.ask<protocol::FindCoordinatorResponse>(request, 4);
  REQUIRE(now.coordinators.size() == 2);
  CHECK(now.coordinators[1].key == "b");
  CHECK(now.coordinators[1].error_code == ErrorCode::COORDINATOR_NOT_AVAILABLE);
}

TEST_CASE("DescribeCluster names the cluster and who is alive") {
  BrokerFixture f;
  f.boot();
  f.metadata.fence(3, 13, true);
  f.apply();
  const auto answer =
      f.ask<protocol::DescribeClusterResponse>(protocol::DescribeClusterRequest{}, 0);
  CHECK(answer.cluster_id == "test-cluster");
  CHECK(answer.controller_id == 1);
  CHECK(answer.brokers.size() == 2);
}

TEST_CASE("ListOffsets: first, last, and its errors") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.ask<protocol::ProduceResponse>(f.produce(4, 1), 9);
  using Response = protocol::ListOffsetsResponse;
  const auto ask = [&](const protocol::ListOffsetsRequest& request, std::int16_t version = 7) {
    return f.ask<Response>(request, version);
  };
  CHECK(ask(offsets_of(-1)).topics[0].partitions[0].offset == 4);
  CHECK(ask(offsets_of(-1)).topics[0].partitions[0].leader_epoch == 0);
  CHECK(ask(offsets_of(-2)).topics[0].partitions[0].offset == 0);
  CHECK(ask(offsets_of(-1), 1).topics[0].partitions[0].offset == 4);
  CHECK(error_of(ask(offsets_of(-1, 9))) == ErrorCode::UNKNOWN_LEADER_EPOCH);
  auto unknown = offsets_of(-1);
  unknown.topics[0].name = "nothing";
  CHECK(error_of(ask(unknown)) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  auto twice = offsets_of(-1);
  twice.topics[0].partitions.push_back(twice.topics[0].partitions[0]);
  CHECK(ask(twice).topics[0].partitions[1].error_code == ErrorCode::INVALID_REQUEST);
}

TEST_CASE("ListOffsets after an election: not available, in the words of the version (KIP-207)") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1, 2});
  f.ask<protocol::ProduceResponse>(f.produce(4, 1), 9);
  f.metadata.partition(1, 0, {1, 2, 3}, {1, 2}, 1, 1, 1);
  f.apply();
  using Response = protocol::ListOffsetsResponse;
  CHECK(error_of(f.ask<Response>(offsets_of(-1), 7)) == ErrorCode::OFFSET_NOT_AVAILABLE);
  CHECK(error_of(f.ask<Response>(offsets_of(-1), 4)) == ErrorCode::LEADER_NOT_AVAILABLE);
  CHECK(error_of(f.ask<Response>(offsets_of(-2), 7)) == ErrorCode::NONE);
}

TEST_CASE("OffsetForLeaderEpoch") {
  BrokerFixture f;
  f.boot();
  f.lead_orders({1});
  f.ask<protocol::ProduceResponse>(f.produce(4, 1), 9);
  f.metadata.partition(1, 0, {1, 2, 3}, {1}, 1, 3, 1);
  f.apply();
  protocol::OffsetForLeaderEpochRequest request;
  request.topics.push_back({"orders", {{0, -1, 2}, {9, -1, 0}}});
  request.topics.push_back({"nothing", {{0, -1, 0}}});
  const auto answer = f.ask<protocol::OffsetForLeaderEpochResponse>(request, 4);
  CHECK(answer.topics[0].partitions[0].leader_epoch == 0);
  CHECK(answer.topics[0].partitions[0].end_offset == 4);
  CHECK(answer.topics[0].partitions[1].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(answer.topics[1].partitions[0].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  request.topics = {{"orders", {{0, 2, 0}}}};
  CHECK(f.ask<protocol::OffsetForLeaderEpochResponse>(request, 4).topics[0].partitions[0]
            .error_code == ErrorCode::FENCED_LEADER_EPOCH);
}
