// Goal: settings change as a whole or not at all, lists word by word, and what decides is the first
// place that says something. Method: decisions on small images, replayed.
// Kafka: ConfigurationControlManagerTest, KafkaConfigSchemaTest.
#include "engine/metadata/configuration_control.h"

#include "engine/metadata/effective_config.h"
#include "engine/metadata/topic_config.h"
#include "tests/catch.h"
#include "tests/unit/metadata/image_builder.h"

namespace kscope::metadata::testing {
namespace {

using protocol::IncrementalAlterConfigsRequest;
using Change = IncrementalAlterConfigsRequest::AlterConfigsResource::AlterableConfig;

struct ConfigurationWorld : World {
  ConfigurationWorld() {
    register_brokers(3);
    add_topic("orders", uuid(1), {nodes({1, 2, 3})});
  }

  ErrorCode alter(std::int8_t type, const std::string& name, std::vector<Change> changes,
                  bool only_check = false) {
    IncrementalAlterConfigsRequest request;
    request.validate_only = only_check;
    request.resources.push_back({type, name, std::move(changes)});
    const auto result = incremental_alter_configs(image, request);
    written = result.records.size();
    apply(result.records);
    message = result.response.responses.at(0).error_message.value_or("");
    return result.response.responses.at(0).error_code;
  }
  ErrorCode topic(std::vector<Change> changes) {
    return alter(kTopicResource, "orders", std::move(changes));
  }
  std::string own(const std::string& config) const {
    const auto& all = image.topic_config("orders");
    return all.count(config) != 0 ? all.at(config) : "(none)";
  }

  std::string message;
  std::size_t written = 0;
};

constexpr std::int8_t kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3;

}  // namespace

TEST_CASE_METHOD(ConfigurationWorld, "a setting is set, changed, left alone and deleted") {
  CHECK(topic({{"retention.ms", kSet, "1000"}}) == ErrorCode::NONE);
  CHECK(own("retention.ms") == "1000");
  CHECK(topic({{"retention.ms", kSet, "1000"}}) == ErrorCode::NONE);
  CHECK(written == 0);  // a topic's setting that is so already needs no record
  CHECK(topic({{"retention.ms", kDelete, std::nullopt}, {"segment.ms", kSet, "5"}}) ==
        ErrorCode::NONE);
  CHECK(own("retention.ms") == "(none)");
  CHECK(own("segment.ms") == "5");
}

TEST_CASE_METHOD(ConfigurationWorld, "lists change word by word, beginning with the default") {
  CHECK(topic({{"cleanup.policy", kAppend, "compact"}}) == ErrorCode::NONE);
  CHECK(own("cleanup.policy") == "delete,compact");
  CHECK(topic({{"cleanup.policy", kAppend, "compact"}}) == ErrorCode::NONE);
  CHECK(own("cleanup.policy") == "delete,compact");
  CHECK(topic({{"cleanup.policy", kSubtract, "delete"}}) == ErrorCode::NONE);
  CHECK(own("cleanup.policy") == "compact");
  CHECK(topic({{"retention.ms", kAppend, "5"}}) == ErrorCode::INVALID_CONFIG);
  CHECK(message == "Can't APPEND to key retention.ms because its type is not LIST.");
}

TEST_CASE_METHOD(ConfigurationWorld, "one bad setting and nothing of the resource is done") {
  CHECK(topic({{"retention.ms", kSet, "1000"}, {"min.insync.replicas", kSet, "0"}}) ==
        ErrorCode::INVALID_CONFIG);
  CHECK(message ==
        "Invalid value 0 for configuration min.insync.replicas: Value must be at least 1");
  CHECK(own("retention.ms") == "(none)");
  CHECK(topic({{"no.such", kSet, "1"}}) == ErrorCode::INVALID_CONFIG);
  CHECK(message == "Unknown topic config name: no.such");
  CHECK(topic({{"segment.bytes", kSet, "many"}}) == ErrorCode::INVALID_CONFIG);
  CHECK(message ==
        "Invalid value many for configuration segment.bytes: Not a number of type INT");
  CHECK(topic({{"segment.bytes", kSet, "3000000000"}}) == ErrorCode::INVALID_CONFIG);
  CHECK(topic({{"cleanup.policy", kSet, "shrink"}}) == ErrorCode::INVALID_CONFIG);
  CHECK(message == "Invalid value shrink for configuration cleanup.policy: String must be one of: "
                   "compact, delete");
  CHECK(topic({{"min.compaction.lag.ms", kSet, "9"}, {"max.compaction.lag.ms", kSet, "5"}}) ==
        ErrorCode::INVALID_CONFIG);
}

TEST_CASE_METHOD(ConfigurationWorld,
                 "resources that are not there are refused with Kafka's errors") {
  CHECK(alter(kTopicResource, "bills", {{"retention.ms", kSet, "1"}}) ==
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(message == "The topic 'bills' does not exist.");
  CHECK(alter(kTopicResource, "", {{"retention.ms", kSet, "1"}}) == ErrorCode::INVALID_REQUEST);
  CHECK(alter(kTopicResource, "a b", {{"retention.ms", kSet, "1"}}) ==
        ErrorCode::INVALID_TOPIC_EXCEPTION);
  CHECK(alter(kBrokerResource, "9", {{"log.retention.ms", kSet, "1"}}) ==
        ErrorCode::BROKER_ID_NOT_REGISTERED);
  CHECK(alter(kBrokerResource, "one", {{"log.retention.ms", kSet, "1"}}) ==
        ErrorCode::INVALID_REQUEST);
  CHECK(alter(8, "1", {{"x", kSet, "1"}}) == ErrorCode::INVALID_REQUEST);
}

TEST_CASE_METHOD(ConfigurationWorld, "a dry run of a change answers as if, and changes nothing") {
  CHECK(alter(kTopicResource, "orders", {{"retention.ms", kSet, "1000"}}, true) ==
        ErrorCode::NONE);
  CHECK(written == 0);
}

TEST_CASE_METHOD(ConfigurationWorld, "the old request replaces everything that it does not name") {
  set_config("orders", "retention.ms", "1000");
  set_config("orders", "segment.ms", "5");
  protocol::AlterConfigsRequest request;
  request.resources.push_back({kTopicResource, "orders", {{"segment.ms", "7"}}});
  const auto result = legacy_alter_configs(image, request);
  CHECK(result.response.responses.at(0).error_code == ErrorCode::NONE);
  apply(result.records);
  CHECK(own("segment.ms") == "7");
  CHECK(own("retention.ms") == "(none)");
}

TEST_CASE_METHOD(ConfigurationWorld,
                 "topic, this broker, all brokers, the file, the default: in this order") {
  const ConfigKey& key = *find_config(topic_config_table(), "retention.ms");
  const auto effective = [&] {
    return effective_topic_config(key, image.topic_config("orders"), image, NodeId(2),
                                  {{"log.retention.hours", "2"}});
  };
  CHECK(effective().value() == "7200000");  // hours, told in milliseconds
  CHECK(effective().source() == ConfigSource::StaticBroker);
  CHECK(alter(kBrokerResource, "", {{"log.retention.ms", kSet, "30"}}) == ErrorCode::NONE);
  CHECK(effective().value() == "30");
  CHECK(effective().source() == ConfigSource::DynamicDefaultBroker);
  CHECK(alter(kBrokerResource, "2", {{"log.retention.ms", kSet, "20"}}) == ErrorCode::NONE);
  CHECK(effective().value() == "20");
  CHECK(topic({{"retention.ms", kSet, "10"}}) == ErrorCode::NONE);
  CHECK(effective().value() == "10");
  CHECK(effective().synonyms.size() == 5);
  CHECK(effective().synonyms.back() ==
        ConfigSynonym{"log.retention.hours", "168", ConfigSource::Default});
}

TEST_CASE_METHOD(ConfigurationWorld,
                 "allowing an unclean election while it runs is seen by the next one") {
  CHECK_FALSE(unclean_leader_election(image, "orders", NodeId(1), false));
  CHECK(alter(kBrokerResource, "", {{"unclean.leader.election.enable", kSet, "true"}}) ==
        ErrorCode::NONE);
  CHECK(unclean_leader_election(image, "orders", NodeId(1), false));
  CHECK(topic({{"unclean.leader.election.enable", kSet, "false"}}) == ErrorCode::NONE);
  CHECK_FALSE(unclean_leader_election(image, "orders", NodeId(1), false));
}

TEST_CASE("every row's default passes its own check, and every synonym is a broker's setting") {
  for (const auto table : {topic_config_table(), broker_config_table()}) {
    for (const ConfigKey& key : table) {
      INFO(key.name);
      if (key.default_value != nullptr) CHECK_FALSE(config_problem(key, key.default_value));
      if (key.synonym != nullptr) {
        REQUIRE(find_config(broker_config_table(), key.synonym) != nullptr);
      }
    }
  }
}

}  // namespace kscope::metadata::testing
