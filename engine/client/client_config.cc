#include "engine/client/client_config.h"

#include <charconv>
#include <fmt/core.h>
#include <functional>
#include <limits>
#include <vector>

namespace kscope::client {

const char* to_string(OffsetReset reset) {
  switch (reset) {
    case OffsetReset::Earliest: return "earliest";
    case OffsetReset::Latest: return "latest";
    case OffsetReset::None: return "none";
  }
  return "?";
}

namespace {

Error bad(const std::string& name, const std::string& value, const std::string& expected) {
  return {ErrorKind::Invalid, fmt::format("{}={}: expected {}", name, value, expected)};
}

/// Reads settings one after another; what is left at the end is a name that nobody knows.
class SettingsReader {
 public:
  explicit SettingsReader(const Settings& settings) : left_(settings) {}

  template <class Int>
  void integer(const char* name, Int* out, std::int64_t low, std::int64_t high) {
    const auto text = take(name);
    if (!text) return;
    std::int64_t value = 0;
    const char* end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || value < low || value > high) {
      return fail(bad(name, *text, fmt::format("a whole number from {} to {}", low, high)));
    }
    *out = static_cast<Int>(value);
  }

  void milliseconds(const char* name, Duration* out) {
    std::int64_t value = to_millis(*out);
    integer(name, &value, 0, std::numeric_limits<std::int32_t>::max());
    *out = millis(value);
  }

  void boolean(const char* name, bool* out) {
    const auto text = take(name);
    if (!text) return;
    if (*text != "true" && *text != "false") return fail(bad(name, *text, "true or false"));
    *out = *text == "true";
  }

  std::optional<std::string> take(const char* name) {
    const auto it = left_.find(name);
    if (it == left_.end()) return std::nullopt;
    std::string value = it->second;
    left_.erase(it);
    return value;
  }

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  std::optional<Error> finish(const char* kind) {
    if (!error_ && !left_.empty()) {
      error_ = Error{ErrorKind::Invalid, fmt::format("{} is not a setting of a {}",
                                                     left_.begin()->first, kind)};
    }
    return error_;
  }

 private:
  Settings left_;
  std::optional<Error> error_;
};

void read_common(SettingsReader& in, CommonConfig* common) {
  if (const auto id = in.take("client.id")) common->client_id = *id;
  in.milliseconds("request.timeout.ms", &common->request_timeout);
  in.milliseconds("retry.backoff.ms", &common->retry_backoff);
  in.milliseconds("retry.backoff.max.ms", &common->retry_backoff_max);
  in.milliseconds("reconnect.backoff.ms", &common->reconnect_backoff);
  in.milliseconds("reconnect.backoff.max.ms", &common->reconnect_backoff_max);
  in.milliseconds("metadata.max.age.ms", &common->metadata_max_age);
}

void read_acks(SettingsReader& in, std::int16_t* acks) {
  const auto text = in.take("acks");
  if (!text) return;
  if (*text == "all" || *text == "-1") {
    *acks = kAcksAll;
  } else if (*text == "0" || *text == "1") {
    *acks = static_cast<std::int16_t>((*text)[0] - '0');
  } else {
    in.fail(bad("acks", *text, "0, 1 or all"));
  }
}

void read_compression(SettingsReader& in, record::Codec* codec) {
  const auto text = in.take("compression.type");
  if (text && !record::parse_codec(*text, codec)) {
    in.fail(bad("compression.type", *text, "none, gzip, snappy, lz4 or zstd"));
  }
}

}  // namespace

Result<ProducerConfig> parse_producer_config(const Settings& settings) {
  constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
  ProducerConfig config;
  SettingsReader in(settings);
  read_common(in, &config.common);
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
    in.fail(bad("enable.idempotence", "true", "false: sequence numbers are not implemented yet"));
  }
  // Kafka raises a default that is too small in silence and refuses one that was asked for.
  const Duration least = config.linger + config.common.request_timeout;
  if (config.delivery_timeout < least) {
    if (delivery_given) {
      in.fail(bad("delivery.timeout.ms", std::to_string(to_millis(config.delivery_timeout)),
                  fmt::format("at least linger.ms + request.timeout.ms = {}", to_millis(least))));
    }
    config.delivery_timeout = least;
  }
  if (auto error = in.finish("producer")) return *error;
  return config;
}

Result<ConsumerConfig> parse_consumer_config(const Settings& settings) {
  constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
  ConsumerConfig config;
  SettingsReader in(settings);
  read_common(in, &config.common);
  in.integer("fetch.min.bytes", &config.fetch_min_bytes, 0, kIntMax);
  in.integer("fetch.max.bytes", &config.fetch_max_bytes, 0, kIntMax);
  in.milliseconds("fetch.max.wait.ms", &config.fetch_max_wait);
  in.integer("max.partition.fetch.bytes", &config.max_partition_fetch_bytes, 0, kIntMax);
  in.integer("max.poll.records", &config.max_poll_records, 1, kIntMax);
  in.boolean("check.crcs", &config.check_crcs);
  in.boolean("allow.auto.create.topics", &config.allow_auto_create_topics);
  in.milliseconds("processing.ms", &config.processing);
  if (const auto text = in.take("auto.offset.reset")) {
    if (*text == "earliest") config.auto_offset_reset = OffsetReset::Earliest;
    else if (*text == "latest") config.auto_offset_reset = OffsetReset::Latest;
    else if (*text == "none") config.auto_offset_reset = OffsetReset::None;
    else in.fail(bad("auto.offset.reset", *text, "earliest, latest or none"));
  }
  if (const auto text = in.take("isolation.level")) {
    config.read_committed = *text == "read_committed";
    if (!config.read_committed && *text != "read_uncommitted") {
      in.fail(bad("isolation.level", *text, "read_uncommitted or read_committed"));
    }
  }
  if (const auto rack = in.take("client.rack")) config.rack = *rack;
  if (auto error = in.finish("consumer")) return *error;
  return config;
}

Result<AdminConfig> parse_admin_config(const Settings& settings) {
  AdminConfig config;
  SettingsReader in(settings);
  read_common(in, &config.common);
  in.milliseconds("default.api.timeout.ms", &config.api_timeout);
  if (auto error = in.finish("admin client")) return *error;
  return config;
}

}  // namespace kscope::client
