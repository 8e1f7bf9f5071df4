// Goal: server.properties is read as Kafka reads it, and bad input gets one clear line.
// Reference: KafkaConfigTest.
#include "engine/broker/broker_config.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::broker;

namespace {

Result<BrokerConfig> parse(std::map<std::string, std::string> settings) {
  return BrokerConfig::parse(NodeId(1), "c", {}, settings);
}

}  // namespace

TEST_CASE("the defaults are Kafka's") {
  const auto config = parse({});
  REQUIRE(config.ok());
  CHECK(config->requests.io_threads == 8);
  CHECK(config->requests.network_threads == 3);
  CHECK(config->requests.max_queued == 500);
  CHECK(config->replicas.lag_time_max == seconds(30));
  CHECK(config->replicas.fetch_wait_max == millis(500));
  CHECK(config->replicas.checkpoint_interval == seconds(5));
  CHECK(config->lifecycle.heartbeat_interval == seconds(2));
  CHECK(config->lifecycle.session_timeout == seconds(9));
  CHECK(config->topics.min_insync_replicas == 1);
  CHECK(config->auto_create_topics);
  CHECK(config->own_endpoint().host == "broker-1");
}

TEST_CASE("settings go by Kafka's names") {
  const auto config = parse({{"replica.lag.time.max.ms", "10000"},
                             {"num.io.threads", "2"},
                             {"min.insync.replicas", "2"},
                             {"log.segment.bytes", "4096"},
                             {"auto.create.topics.enable", "false"},
                             {"log.message.timestamp.type", "LogAppendTime"}});
  REQUIRE(config.ok());
  CHECK(config->replicas.lag_time_max == seconds(10));
  CHECK(config->replicas.isr_check_interval() == seconds(5));
  CHECK(config->requests.io_threads == 2);
  CHECK(config->topics.min_insync_replicas == 2);
  CHECK(config->topics.log.segment_bytes == 4096);
  CHECK_FALSE(config->auto_create_topics);
  CHECK(config->topics.log.message_timestamp_is_append_time);
}

TEST_CASE("a name that nobody knows is named, with a guess at what was meant") {
  const auto config = parse({{"replica.lag.time.ms", "10000"}});
  REQUIRE_FALSE(config.ok());
  CHECK(config.error().kind == ErrorKind::Unsupported);
  CHECK(
      config.error().message ==
      "unknown broker setting \"replica.lag.time.ms\" (did you mean \"replica.lag.time.max.ms\"?)");
}

TEST_CASE("a value that does not fit is named with what was expected") {
  const auto text = parse({{"num.io.threads", "many"}});
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().message == "num.io.threads=many: expected a number from 1 to 256");
  CHECK_FALSE(parse({{"num.io.threads", "0"}}).ok());
  CHECK_FALSE(parse({{"num.io.threads", ""}}).ok());
  CHECK_FALSE(parse({{"num.io.threads", "8x"}}).ok());
  CHECK_FALSE(parse({{"auto.create.topics.enable", "yes"}}).ok());
  CHECK_FALSE(parse({{"log.message.timestamp.type", "now"}}).ok());
}

TEST_CASE("what the quorum and the controller read is not the broker's business") {
  CHECK(parse({{"controller.quorum.election.timeout.ms", "500"},
               {"unclean.leader.election.enable", "true"}})
            .ok());
}

TEST_CASE("every setting is listed with its default") {
  bool found = false;
  for (const SettingHelp& row : broker_settings()) {
    if (std::string(row.name) == "replica.lag.time.max.ms") {
      found = row.default_value == "30000";
    }
  }
  CHECK(found);
}
