// Goal: create, delete and describe go through the broker that Metadata calls controller, and every
// operation ends exactly once. Method: scripted brokers (KafkaAdminClientTest).
#include "engine/client/admin_client.h"

#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "tests/unit/client/fake_cluster.h"

using namespace kscope;
using namespace kscope::test;

namespace {

class AdminFixture : public FakeCluster<client::AdminClient> {
 public:
  explicit AdminFixture(const client::Settings& settings = {}) {
    auto config = client::parse_admin_config(settings);
    REQUIRE(config.ok());
    client = client::AdminClient::start(env(), *config, {NodeId(2)});
  }
  void answer_create(const Received& received, ErrorCode error) {
    protocol::CreateTopicsResponse response;
    response.topics.emplace_back();
    response.topics[0].name = received.as<protocol::CreateTopicsRequest>().topics.at(0).name;
    response.topics[0].error_code = error;
    reply(received, response);
  }
};

client::NewTopic new_topic() {
  client::NewTopic topic;
  topic.name = "orders";
  topic.partitions = 3;
  topic.replication_factor = 2;
  topic.configs["min.insync.replicas"] = "2";
  return topic;
}

}  // namespace

TEST_CASE("a topic is created through the broker that metadata names as controller") {
  AdminFixture f;
  f.client.create_topic(f.env(), new_topic());
  f.deliver();
  const Received request = f.take_waiting(ApiKey::CreateTopics);
  CHECK(request.to() == NodeId(1));
  const auto topic = request.as<protocol::CreateTopicsRequest>().topics.at(0);
  CHECK(topic.name == "orders");
  CHECK(topic.num_partitions == 3);
  CHECK(topic.replication_factor == 2);
  CHECK(topic.configs.at(0).name == "min.insync.replicas");
  f.answer_create(request, ErrorCode::NONE);
  const auto results = f.client.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].error == ErrorCode::NONE);
  CHECK(f.t.count<event::AdminCompleted>() == 1);
  CHECK(f.client.pending() == 0);
}

TEST_CASE("an explicit assignment replaces the counts") {
  AdminFixture f;
  client::NewTopic topic = new_topic();
  topic.assignments[0] = {NodeId(2), NodeId(3)};
  f.client.create_topic(f.env(), topic);
  f.deliver();
  const auto sent =
      f.take_waiting(ApiKey::CreateTopics).as<protocol::CreateTopicsRequest>().topics.at(0);
  CHECK(sent.num_partitions == -1);
  CHECK(sent.replication_factor == -1);
  CHECK(sent.assignments.at(0).broker_ids == std::vector<std::int32_t>{2, 3});
}

TEST_CASE("NOT_CONTROLLER is retried, TOPIC_ALREADY_EXISTS is the answer") {
  AdminFixture f;
  f.client.create_topic(f.env(), new_topic());
  f.deliver();
  f.answer_create(f.take_waiting(ApiKey::CreateTopics), ErrorCode::NOT_CONTROLLER);
  CHECK(f.client.take_results().empty());
  f.run_for(millis(300));
  f.answer_create(f.take_waiting(ApiKey::CreateTopics), ErrorCode::TOPIC_ALREADY_EXISTS);
  const auto results = f.client.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].error == ErrorCode::TOPIC_ALREADY_EXISTS);
}

TEST_CASE("deleting names the topic, and an unknown one is a final answer") {
  AdminFixture f;
  f.client.delete_topic(f.env(), "orders");
  f.deliver();
  const Received request = f.take_waiting(ApiKey::DeleteTopics);
  CHECK(request.as<protocol::DeleteTopicsRequest>().topics.at(0).name == "orders");
  protocol::DeleteTopicsResponse response;
  response.responses.emplace_back();
  response.responses[0].name = "orders";
  response.responses[0].error_code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  f.reply(request, response);
  REQUIRE(f.client.pending() == 0);
  CHECK(f.client.take_results().at(0).error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_CASE("an election asks for the preferred leader and reports the partition's answer") {
  AdminFixture f;
  f.versions[ApiKey::ElectLeaders] = {0, 2};
  f.client.elect_leader(f.env(), {"orders", 1});
  f.deliver();
  const Received request = f.take_waiting(ApiKey::ElectLeaders);
  const auto body = request.as<protocol::ElectLeadersRequest>();
  CHECK(body.election_type == 0);
  CHECK(body.topic_partitions->at(0).topic == "orders");
  CHECK(body.topic_partitions->at(0).partitions == std::vector<std::int32_t>{1});
  protocol::ElectLeadersResponse response;
  response.replica_election_results.emplace_back();
  response.replica_election_results[0].partition_result.emplace_back();
  response.replica_election_results[0].partition_result[0].error_code =
      ErrorCode::ELECTION_NOT_NEEDED;
  f.reply(request, response);
  CHECK(f.client.take_results().at(0).error == ErrorCode::ELECTION_NOT_NEEDED);
}

TEST_CASE("records are deleted through the leader of the partition, wherever that moves") {
  using protocol::DeleteRecordsRequest;
  AdminFixture f;
  const TopicPartition orders{"orders", 2};
  for (std::int32_t i = 0; i < 3; ++i) f.leaders[{"orders", i}] = {i + 1, 0};
  f.client.delete_records(f.env(), orders, 100);
  f.deliver();
  const auto answer = [&](const Received& to, std::int64_t low_watermark, ErrorCode error) {
    protocol::DeleteRecordsResponse response;
    response.topics.push_back({"orders", {{2, low_watermark, error}}});
    f.reply(to, response);
  };
  const Received first = f.take_waiting(ApiKey::DeleteRecords);
  CHECK(first.to() == NodeId(3));
  const auto asked = first.as<DeleteRecordsRequest>().topics.at(0);
  CHECK(asked.name == "orders");
  CHECK(asked.partitions.at(0).partition_index == 2);
  CHECK(asked.partitions.at(0).offset == 100);
  f.leaders[orders] = {1, 1};
  answer(first, -1, ErrorCode::NOT_LEADER_OR_FOLLOWER);
  f.run_for(seconds(2));
  const Received second = f.take_waiting(ApiKey::DeleteRecords);
  CHECK(second.to() == NodeId(1));
  answer(second, 100, ErrorCode::NONE);
  auto results = f.client.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].api == ApiKey::DeleteRecords);
  CHECK(results[0].error == ErrorCode::NONE);
  CHECK(results[0].low_watermark == 100);

  f.client.delete_records(f.env(), orders, 9999);
  f.deliver();
  answer(f.take_waiting(ApiKey::DeleteRecords), -1, ErrorCode::OFFSET_OUT_OF_RANGE);
  results = f.client.take_results();
  REQUIRE(results.size() == 1);  // a final answer
  CHECK(results[0].error == ErrorCode::OFFSET_OUT_OF_RANGE);
}

TEST_CASE("describing gives cluster id, controller and brokers") {
  AdminFixture f;
  f.client.describe_cluster(f.env());
  f.deliver();
  protocol::DescribeClusterResponse response;
  response.cluster_id = "abc";
  response.controller_id = 2;
  response.brokers.emplace_back();
  response.brokers[0].broker_id = 2;
  f.reply(f.take_waiting(ApiKey::DescribeCluster), response);
  const auto results = f.client.take_results();
  REQUIRE(results.size() == 1);
  CHECK(results[0].description.cluster_id == "abc");
  CHECK(results[0].description.controller == NodeId(2));
  CHECK(results[0].description.brokers == std::vector<NodeId>{NodeId(2)});
}

TEST_CASE("an operation without an answer ends with default.api.timeout.ms") {
  AdminFixture f(Settings{{"default.api.timeout.ms", "5000"}});
  f.dead = {NodeId(1), NodeId(2), NodeId(3)};
  f.client.create_topic(f.env(), new_topic());
  f.run_for(millis(4900));
  CHECK(f.client.pending() == 1);
  f.run_for(millis(200));
  CHECK(f.client.pending() == 0);
  CHECK(f.client.take_results().at(0).error == ErrorCode::REQUEST_TIMED_OUT);
  f.run_for(seconds(60));
  CHECK(f.t.count<event::AdminCompleted>() == 1);
}
