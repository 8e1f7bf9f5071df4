// Goal: topics are created with sound placements or refused with Kafka's codes, and deleted by name
// or id; elections on request do what they say. Method: decisions on small images, replayed.
// Kafka: ReplicationControlManagerTest (testCreateTopics*, testDeleteTopics, testElect*Leaders).
#include "engine/metadata/topic_config.h"
#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

using protocol::CreateTopicsRequest;

struct TopicWorld : World {
  TopicWorld() { register_brokers(3); }

  static CreateTopicsRequest::CreatableTopic topic(const std::string& name, std::int32_t partitions,
                                                   std::int16_t factor) {
    CreateTopicsRequest::CreatableTopic t;
    t.name = name;
    t.num_partitions = partitions;
    t.replication_factor = factor;
    return t;
  }
  protocol::CreateTopicsResponse::CreatableTopicResult create(
      const CreateTopicsRequest::CreatableTopic& t) {
    CreateTopicsRequest request;
    request.topics.push_back(t);
    auto result = create_topics(view(), request, random);
    if (result.response.topics.at(0).error_code != ErrorCode::NONE) CHECK(result.records.empty());
    apply(result.records);
    return result.response.topics.at(0);
  }
  ErrorCode error_of(const CreateTopicsRequest::CreatableTopic& t) { return create(t).error_code; }

  env::RandomSet random{7, 1};
};

CreateTopicsRequest::CreatableTopic manual(
    std::initializer_list<std::pair<std::int32_t, std::vector<std::int32_t>>> assignment) {
  auto t = TopicWorld::topic("manual", -1, -1);
  for (const auto& [index, brokers] : assignment) t.assignments.push_back({index, brokers});
  return t;
}

}  // namespace

TEST_CASE_METHOD(TopicWorld, "a created topic has its partitions, replicas, ISR and leaders") {
  const auto result = create(topic("orders", 4, 3));
  CHECK(result.error_code == ErrorCode::NONE);
  CHECK_FALSE(result.error_message.has_value());
  CHECK(result.num_partitions == 4);
  CHECK(result.replication_factor == 3);
  const TopicImage* created = image.topic("orders");
  REQUIRE(created != nullptr);
  CHECK(created->id == result.topic_id);
  REQUIRE(created->partitions.size() == 4);
  for (const auto& [index, p] : created->partitions) {
    CHECK(p.replicas.size() == 3);
    CHECK(p.isr == p.replicas);
    CHECK(p.leader == p.replicas.front());
    CHECK(p.leader_epoch == LeaderEpoch(0));
    CHECK(p.directories.size() == 3);
  }
}

TEST_CASE_METHOD(TopicWorld, "defaults fill in what the request leaves open") {
  config.num_partitions = 2;
  config.replication_factor = 3;
  create(topic("orders", -1, -1));
  CHECK(image.topic("orders")->partitions.size() == 2);
  CHECK(partition("orders").replicas.size() == 3);
}

TEST_CASE_METHOD(TopicWorld, "fenced brokers hold replicas but are not in the ISR") {
  fence(2);
  create(topic("orders", 1, 3));
  CHECK(partition("orders").replicas.size() == 3);
  CHECK(partition("orders").isr.size() == 2);
  CHECK_FALSE(partition("orders").in_isr(NodeId(2)));
}

TEST_CASE_METHOD(TopicWorld, "impossible topics are refused") {
  CHECK(error_of(topic("a b", 1, 1)) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(error_of(topic("", 1, 1)) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(error_of(topic("..", 1, 1)) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(error_of(topic(std::string(250, 'x'), 1, 1)) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(error_of(topic("t", 0, 1)) == ErrorCode::INVALID_PARTITIONS);
  CHECK(error_of(topic("t", 1, 0)) == ErrorCode::INVALID_REPLICATION_FACTOR);
  CHECK(error_of(topic("t", 1, 4)) == ErrorCode::INVALID_REPLICATION_FACTOR);
  CHECK(error_of(topic("t", 2'000'000'000, 1)) == ErrorCode::POLICY_VIOLATION);
  for (int id = 1; id <= 3; ++id) fence(id);
  CHECK(error_of(topic("t", 1, 1)) == ErrorCode::INVALID_REPLICATION_FACTOR);
}

TEST_CASE_METHOD(TopicWorld, "a name can be had once, also in disguise") {
  create(topic("my.topic", 1, 1));
  CHECK(error_of(topic("my.topic", 1, 1)) == ErrorCode::TOPIC_ALREADY_EXISTS);
  CHECK(error_of(topic("my_topic", 1, 1)) == ErrorCode::INVALID_TOPIC_EXCEPTION);
  CreateTopicsRequest twice;
  twice.topics = {topic("x", 1, 1), topic("x", 1, 1)};
  const auto result = create_topics(view(), twice, random);
  CHECK(result.records.empty());
  CHECK(result.response.topics[0].error_code == ErrorCode::INVALID_REQUEST);
}

TEST_CASE_METHOD(TopicWorld, "a manual assignment is taken as it is, if it is sound") {
  CHECK(error_of(manual({{0, {2, 1}}, {1, {3, 2}}})) == ErrorCode::NONE);
  CHECK(partition("manual", 1).replicas == nodes({3, 2}));
  CHECK(partition("manual", 1).leader == NodeId(3));
}

TEST_CASE_METHOD(TopicWorld, "an unsound manual assignment is refused") {
  CHECK(error_of(manual({{0, {1, 1}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(error_of(manual({{0, {}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(error_of(manual({{0, {9}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(error_of(manual({{0, {1}}, {2, {1}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(error_of(manual({{0, {1}}, {0, {2}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  CHECK(error_of(manual({{0, {1}}, {1, {1, 2}}})) == ErrorCode::INVALID_REPLICA_ASSIGNMENT);
  auto with_factor = manual({{0, {1}}});
  with_factor.replication_factor = 1;
  CHECK(error_of(with_factor) == ErrorCode::INVALID_REQUEST);
}

TEST_CASE_METHOD(TopicWorld, "topic settings are checked, kept and read back") {
  auto t = topic("orders", 1, 3);
  t.configs = {{"min.insync.replicas", "2"}, {"segment.bytes", "1048576"}};
  CHECK(error_of(t) == ErrorCode::NONE);
  CHECK(min_insync_replicas(image, "orders", NodeId(1), 1) == 2);
  CHECK(log_config_of(image.topic_config("orders"), {}).segment_bytes == 1048576);
  t.name = "other";
  t.configs = {{"segment.bytes", "3"}};
  CHECK(error_of(t) == ErrorCode::INVALID_CONFIG);
  for (const char* ratio : {"1.01", "-0.5", "1e-1", "half", "", ".", "0.5 "}) {
    t.configs = {{"min.cleanable.dirty.ratio", ratio}};
    CHECK(error_of(t) == ErrorCode::INVALID_CONFIG);
  }
  t.configs = {{"no.such.setting", "3"}};
  CHECK(error_of(t) == ErrorCode::INVALID_CONFIG);
  t.configs = {{"unclean.leader.election.enable", "maybe"}};
  CHECK(error_of(t) == ErrorCode::INVALID_CONFIG);
}

TEST_CASE_METHOD(TopicWorld, "what a topic says of its cleaning reaches the log") {
  auto t = topic("users", 1, 3);
  t.configs = {{"cleanup.policy", "compact"},  {"min.cleanable.dirty.ratio", "0.125"},
               {"min.compaction.lag.ms", "5"}, {"max.compaction.lag.ms", "6"},
               {"delete.retention.ms", "7"},   {"file.delete.delay.ms", "8"}};
  REQUIRE(error_of(t) == ErrorCode::NONE);
  const auto config = log_config_of(image.topic_config("users"), {});
  CHECK(config.cleanup_compact);
  CHECK_FALSE(config.cleanup_delete);
  CHECK(config.min_cleanable_dirty_ratio == 0.125);
  CHECK(config.min_compaction_lag_ms == 5);
  CHECK(config.max_compaction_lag_ms == 6);
  CHECK(config.delete_retention_ms == 7);
  CHECK(config.file_delete_delay_ms == 8);
  CHECK(config.max_segment_ms() == 6);
}

TEST_CASE_METHOD(TopicWorld, "a dry run answers as if, and changes nothing") {
  CreateTopicsRequest request;
  request.topics.push_back(topic("orders", 1, 1));
  request.validate_only = true;
  const auto result = create_topics(view(), request, random);
  CHECK(result.response.topics[0].error_code == ErrorCode::NONE);
  CHECK(result.records.empty());
}

TEST_CASE_METHOD(TopicWorld, "topics are deleted by name or id, with their settings") {
  add_topic("a", uuid(1), {nodes({1})});
  add_topic("b", uuid(2), {nodes({1})});
  set_config("a", "min.insync.replicas", "2");
  protocol::DeleteTopicsRequest request;
  request.topic_names = {"a", "nope"};
  request.topics.push_back({std::nullopt, uuid(2)});
  const auto result = delete_topics(image, request);
  CHECK(result.response.responses[0].name == std::optional<std::string>("b"));
  CHECK(result.response.responses[1].error_code == ErrorCode::NONE);
  CHECK(result.response.responses[2].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  apply(result.records);
  CHECK(image.topics().empty());
  CHECK(image.topic_config("a").empty());
}

TEST_CASE_METHOD(TopicWorld, "a preferred election on request moves the leader home") {
  add_topic("a", uuid(1), {nodes({1, 2})});
  change(uuid(1), {1, 2}, 2);
  protocol::ElectLeadersRequest request;
  request.topic_partitions->push_back({"a", {0, 5}});
  auto result = elect_leaders(view(), request);
  const auto& answers = result.response.replica_election_results.at(0).partition_result;
  CHECK(answers[0].error_code == ErrorCode::NONE);
  CHECK(answers[1].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  apply(result.records);
  CHECK(partition("a").leader == NodeId(1));
  result = elect_leaders(view(), request);
  CHECK(result.response.replica_election_results[0].partition_result[0].error_code ==
        ErrorCode::ELECTION_NOT_NEEDED);
  request.topic_partitions = std::nullopt;  // all: those in order are not mentioned
  result = elect_leaders(view(), request);
  CHECK(result.response.replica_election_results[0].partition_result.empty());
}

TEST_CASE_METHOD(TopicWorld, "elections on request fail if nobody suitable is alive") {
  add_topic("a", uuid(1), {nodes({1, 2})});
  change(uuid(1), {2}, 2);
  protocol::ElectLeadersRequest request;
  request.topic_partitions->push_back({"a", {0}});
  const auto preferred = elect_leaders(view(), request);
  CHECK(preferred.response.replica_election_results[0].partition_result[0].error_code ==
        ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE);
  fence(2);
  change(uuid(1), {2}, -1);
  request.election_type = 1;
  const auto unclean = elect_leaders(view(), request);
  CHECK(unclean.response.replica_election_results[0].partition_result[0].error_code ==
        ErrorCode::NONE);
  fence(1);
  const auto nobody = elect_leaders(view(), request);
  CHECK(nobody.response.replica_election_results[0].partition_result[0].error_code ==
        ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE);
}

TEST_CASE_METHOD(TopicWorld, "balancing moves only what is not at home and can go there") {
  add_topic("a", uuid(1), {nodes({1, 2})});
  add_topic("b", uuid(2), {nodes({2, 1})});
  change(uuid(1), {1, 2}, 2);
  CHECK(has_imbalance(image));
  Records records;
  balance_leaders(view(), records);
  CHECK(records.size() == 1);
  apply(records);
  CHECK_FALSE(has_imbalance(image));
}

TEST_CASE("names with dots and underscores collide, others do not") {
  CHECK(without_collision_chars("a.b") == without_collision_chars("a_b"));
  CHECK(without_collision_chars("a-b") != without_collision_chars("a_b"));
}

}  // namespace kscope::metadata::testing
