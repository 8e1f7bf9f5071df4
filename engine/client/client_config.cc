#include "engine/client/client_config.h"

#include "engine/client/settings_reader.h"

namespace kscope::client {

namespace {

void read_acks(SettingsReader& in, std::int16_t* acks) {
  const auto text = in.take("acks");
  if (!text) return;
  if (*text == "all" || *text == "-1") {
    *acks = kAcksAll;
  } else if (*text == "0" || *text == "1") {
    *acks = static_cast<std::int16_t>((*text)[0] - '0');
  } else {
    in.fail(bad_setting("acks", *text, "0, 1 or all"));
  }
}

void read_compression(SettingsReader& in, record::Codec* codec) {
  const auto text = in.take("compression.type");
  if (text && !record::parse_codec(*text, codec)) {
    in.fail(bad_setting("compression.type", *text, "none, gzip, snappy, lz4 or zstd"));
  }
}

}  // namespace

Result<ProducerConfig> parse_producer_config(const Settings& settings) {
  constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
  ProducerConfig config;
  SettingsReader in(settings);
  read_common_settings(in, &config.common);
  read_acks(in, &config.acks);
  read_compression(in, &config.compression);
  in.integer("batch.size", &config.batch_size, 0, kIntMax);
  in.milliseconds("linger.ms", &config.linger);
  in.integer("buffer.memory", &config.buffer_memory, 0, std::numeric_limits<std::int64_t>::max());
  in.integer("max.in.flight.requests.per.connection", &config.max_in_flight, 1, kIntMax);
  in.integer("retries", &config.retries, 0, kIntMax);
  const bool delivery_given = settings.count("delivery.timeout.ms") > 0;
  in.milliseconds("delivery.timeout.ms", &config.delivery_timeout);
  in.milliseconds("max.block.ms", &config.max_block);
  in.integer("max.request.size", &config.max_request_size, 0, kIntMax);
  in.boolean("enable.idempotence", &config.enable_idempotence);
  if (config.enable_idempotence) {
    in.fail(bad_setting("enable.idempotence", "true",
                        "false: sequence numbers are not implemented yet"));
  }
  // Kafka raises a default that is too small in silence and refuses one that was asked for.
  const Duration least = config.linger + config.common.request_timeout;
  if (config.delivery_timeout < least) {
    if (delivery_given) {
      in.fail(bad_setting("delivery.timeout.ms", std::to_string(to_millis(config.delivery_timeout)),
                  fmt::format("at least linger.ms + request.timeout.ms = {}", to_millis(least))));
    }
    config.delivery_timeout = least;
  }
  if (auto error = in.finish("producer")) return *error;
  return config;
}

Result<AdminConfig> parse_admin_config(const Settings& settings) {
  AdminConfig config;
  SettingsReader in(settings);
  read_common_settings(in, &config.common);
  in.milliseconds("default.api.timeout.ms", &config.api_timeout);
  if (auto error = in.finish("admin client")) return *error;
  return config;
}

}  // namespace kscope::client
