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
  CHECK(config->replicas.retention_check_interval == seconds(300));
  CHECK(config->replicas.cleaner.enable);
  CHECK(config->replicas.cleaner.backoff == seconds(15));
  CHECK(config->replicas.cleaner.dedupe_buffer_size == 134'217'728);
  CHECK(config->replicas.cleaner.load_factor == 0.9);
  CHECK(config->topics.log.file_delete_delay_ms == 60'000);
  CHECK(config->topics.log.delete_retention_ms == 86'400'000);
  CHECK(config->topics.log.min_cleanable_dirty_ratio == 0.5);
  CHECK(config->topics.log.cleanup_delete);
  CHECK_FALSE(config->topics.log.cleanup_compact);
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

TEST_CASE("the cleaner is set by Kafka's names, and must have room for a key") {
  const auto config = parse({{"log.cleanup.policy", "compact,delete"},
                             {"log.cleaner.min.cleanable.ratio", "0.25"},
                             {"log.cleaner.io.buffer.load.factor", "1"},
                             {"log.cleaner.dedupe.buffer.size", "4800"},
                             {"log.cleaner.enable", "false"}});
  REQUIRE(config.ok());
  CHECK(config->topics.log.cleanup_compact);
  CHECK(config->topics.log.cleanup_delete);
  CHECK(config->topics.log.min_cleanable_dirty_ratio == 0.25);
  CHECK(config->replicas.cleaner.dedupe_buffer_size == 4800);
  CHECK_FALSE(config->replicas.cleaner.enable);
  CHECK_FALSE(parse({{"log.cleanup.policy", "shrink"}}).ok());
  CHECK_FALSE(parse({{"log.cleaner.min.cleanable.ratio", "1.5"}}).ok());
  CHECK_FALSE(parse({{"log.cleaner.min.cleanable.ratio", "half"}}).ok());
  CHECK_FALSE(parse({{"log.cleaner.enable", "1"}}).ok());
  CHECK_FALSE(parse({{"log.cleaner.dedupe.buffer.size", "48"},
                     {"log.cleaner.io.buffer.load.factor", "0.5"}})
                  .ok());
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
