// Goal: a broker refuses changes that are none of its business or that it cannot take, and tells
// what its settings are and why. Method: requests to a broker with a scripted controller.
// Reference: ConfigAdminManagerTest, DynamicBrokerConfigTest, DescribeConfigsRequestTest. KIP-226.
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "tests/unit/broker/broker_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

using Alter = protocol::IncrementalAlterConfigsRequest;
using Altered = protocol::IncrementalAlterConfigsResponse;
constexpr std::int8_t kTopic = 2, kBroker = 4;

Alter change(const std::string& broker, const std::string& name, const std::string& value) {
  Alter request;
  request.resources.push_back({kBroker, broker, {{name, 0, value}}});
  return request;
}

std::string refused(BrokerFixture& f, const Alter& request) {
  const auto response = f.ask<Altered>(request, 1).responses.at(0);
  CHECK(response.error_code == ErrorCode::INVALID_REQUEST);
  return response.error_message.value_or("");
}

}  // namespace

TEST_CASE("what a broker cannot take is refused in Kafka's words, without asking the controller") {
  BrokerFixture f;
  f.boot();
  CHECK(refused(f, change("1", "queued.max.requests", "5")) ==
        "Cannot update these configs dynamically: Set(queued.max.requests)");
  CHECK(refused(f, change("2", "num.io.threads", "5")) ==
        "Unexpected broker id, expected 1, but received 2");
  CHECK(refused(f, change("1", "num.io.threads", "x")) ==
        "Invalid value x for configuration num.io.threads: Not a number of type INT");
  CHECK(refused(f, change("1", "num.io.threads", "17")) ==
        "Dynamic thread count update validation failed for num.io.threads=17, value should not be "
        "greater than double the current value 8");
  CHECK(refused(f, change("1", "num.io.threads", "3")) ==
        "Dynamic thread count update validation failed for num.io.threads=3, value should be at "
        "least half the current value 8");
  CHECK(refused(f, change("", "listeners", "PLAINTEXT://:1")) ==
        "Cannot update these configs at default cluster level, broker id must be specified: "
        "Set(listeners)");
  Alter twice = change("1", "num.io.threads", "9");
  twice.resources.push_back(twice.resources[0]);
  CHECK(refused(f, twice) == "Each resource must appear at most once.");
}

TEST_CASE("the good half of a request goes to the controller, and the answers keep their order") {
  BrokerFixture f;
  f.boot();
  Alter request = change("7", "num.io.threads", "9");
  request.resources.push_back({kTopic, "orders", {{"retention.ms", 0, "5"}}});
  f.send(request, 1);
  f.run_handlers();
  const auto forwarded = f.asked_of_controller<Alter>();
  REQUIRE(forwarded.resources.size() == 1);
  CHECK(forwarded.resources[0].resource_name == "orders");
  Altered answer;
  answer.responses.push_back({ErrorCode::NONE, std::nullopt, kTopic, "orders"});
  f.controller_answers(answer);
  const auto got = f.answers<Altered>();
  REQUIRE(got.size() == 1);
  REQUIRE(got[0].responses.size() == 2);
  CHECK(got[0].responses[0].error_code == ErrorCode::INVALID_REQUEST);
  CHECK(got[0].responses[1].error_code == ErrorCode::NONE);
}

TEST_CASE("a described setting has its value, its source, its type and what lies behind it") {
  BrokerFixture f(BrokerFixture::Settings{{"num.io.threads", "4"}});
  f.boot();
  protocol::DescribeConfigsRequest request;
  request.include_synonyms = true;
  request.include_documentation = true;
  request.resources.push_back(
      {kBroker, "1", std::vector<std::string>{"num.io.threads", "queued.max.requests"}});
  const auto result = f.ask<protocol::DescribeConfigsResponse>(request, 4).results.at(0);
  REQUIRE(result.configs.size() == 2);
  const auto& threads = result.configs[0];
  CHECK(threads.value == "4");
  CHECK(threads.config_source == 4);  // STATIC_BROKER_CONFIG
  CHECK(threads.config_type == 3);    // INT
  CHECK_FALSE(threads.read_only);
  REQUIRE(threads.synonyms.size() == 2);
  CHECK(threads.synonyms[1].value == "8");
  CHECK(threads.documentation.value_or("") != "");
  CHECK(result.configs[1].read_only);
  request.resources = {{kTopic, "nope", std::nullopt}, {kBroker, "2", std::nullopt}};
  const auto refused = f.ask<protocol::DescribeConfigsResponse>(request, 4);
  CHECK(refused.results[0].error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(refused.results[1].error_code == ErrorCode::INVALID_REQUEST);
}

TEST_CASE("the tables say the defaults that the broker works with") {
  for (const broker::SettingHelp& row : broker::broker_settings()) {
    const ConfigKey* key = find_config(metadata::broker_config_table(), row.name);
    INFO(row.name);
    REQUIRE(key != nullptr);
    const std::string expected =
        key->default_value != nullptr ? key->default_value
        : row.name == std::string("log.retention.ms") ? "604800000"
        : row.name == std::string("log.roll.ms")      ? "604800000" : "";
    CHECK(row.default_value == expected);
  }
}
