// Goal: Kafka's names, Kafka's defaults, and errors that say which setting is wrong and why.
// Method: defaults against ProducerConfig.java and ConsumerConfig.java of 3.9.
#include "engine/client/client_config.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::client;

TEST_CASE("producer defaults are those of Kafka 3.9, idempotence apart") {
  const auto config = parse_producer_config({});
  REQUIRE(config.ok());
  CHECK(config->acks == -1);
  CHECK(config->batch_size == 16384);
  CHECK(config->linger == millis(0));
  CHECK(config->buffer_memory == 33554432);
  CHECK(config->max_in_flight == 5);
  CHECK(config->retries == 2147483647);
  CHECK(config->delivery_timeout == millis(120000));
  CHECK(config->max_block == millis(60000));
  CHECK(config->max_request_size == 1048576);
  CHECK(config->common.request_timeout == millis(30000));
  CHECK(config->common.retry_backoff == millis(100));
  CHECK(config->common.retry_backoff_max == millis(1000));
  CHECK(config->common.metadata_max_age == millis(300000));
  CHECK_FALSE(config->enable_idempotence);
}

TEST_CASE("consumer defaults are those of Kafka 3.9") {
  const auto config = parse_consumer_config({});
  REQUIRE(config.ok());
  CHECK(config->fetch_min_bytes == 1);
  CHECK(config->fetch_max_wait == millis(500));
  CHECK(config->fetch_max_bytes == 52428800);
  CHECK(config->max_partition_fetch_bytes == 1048576);
  CHECK(config->max_poll_records == 500);
  CHECK(config->auto_offset_reset == OffsetReset::Latest);
  CHECK(config->check_crcs);
}

TEST_CASE("acks may be written as 0, 1, all and -1, and as nothing else") {
  CHECK(parse_producer_config({{"acks", "all"}})->acks == -1);
  CHECK(parse_producer_config({{"acks", "-1"}})->acks == -1);
  CHECK(parse_producer_config({{"acks", "1"}})->acks == 1);
  CHECK(parse_producer_config({{"acks", "0"}})->acks == 0);
  const auto bad = parse_producer_config({{"acks", "two"}});
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message == "acks=two: expected 0, 1 or all");
}

TEST_CASE("a wrong setting is named together with what is allowed") {
  const auto number = parse_producer_config({{"batch.size", "16k"}});
  REQUIRE_FALSE(number.ok());
  CHECK(number.error().message == "batch.size=16k: expected a whole number from 0 to 2147483647");
  const auto range =
      parse_producer_config({{"max.in.flight.requests.per.connection", "0"}});
  REQUIRE_FALSE(range.ok());
  const auto unknown = parse_consumer_config({{"fetch.size", "1"}});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().message == "fetch.size is not a setting of a consumer");
  CHECK_FALSE(parse_producer_config({{"compression.type", "zip"}}).ok());
  CHECK_FALSE(parse_producer_config({{"enable.idempotence", "true"}}).ok());
  CHECK_FALSE(parse_consumer_config({{"isolation.level", "committed"}}).ok());
  CHECK_FALSE(parse_admin_config({{"acks", "1"}}).ok());
  CHECK(parse_consumer_config({{"group.instance.id", "till-1"}}).ok());
  for (const char* bad_name : {"", "a/b", "..", "a b"}) {
    CHECK_FALSE(parse_consumer_config({{"group.instance.id", bad_name}}).ok());
  }
  const auto twice = parse_consumer_config({{"partition.assignment.strategy", "range,range"}});
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().message ==
        "partition.assignment.strategy=range,range: expected range once only");
}

TEST_CASE("a delivery timeout below linger plus request timeout is refused if it was asked for") {
  CHECK_FALSE(parse_producer_config({{"delivery.timeout.ms", "1000"}}).ok());
  const auto raised = parse_producer_config({{"request.timeout.ms", "200000"}});
  REQUIRE(raised.ok());
  CHECK(raised->delivery_timeout == millis(200000));
}
