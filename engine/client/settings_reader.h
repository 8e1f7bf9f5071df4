// Reads settings by Kafka's names, one after another, into a config.
//
// The first thing that is wrong is kept and everything after it still read, so that the error names
// the setting, its value and what would be allowed.
//
// Called by: client_config.cc, consumer_config.cc. Kafka: AbstractConfig, ConfigDef.parse.
#pragma once

#include <fmt/core.h>

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "engine/client/client_config.h"

namespace kscope::client {

inline Error bad_setting(const std::string& name, const std::string& value,
                         const std::string& expected) {
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
      return fail(bad_setting(name, *text, fmt::format("a whole number from {} to {}", low, high)));
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
    if (*text != "true" && *text != "false") return fail(bad_setting(name, *text, "true or false"));
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
      error_ = Error{ErrorKind::Invalid,
                     fmt::format("{} is not a setting of a {}", left_.begin()->first, kind)};
    }
    return error_;
  }

 private:
  Settings left_;
  std::optional<Error> error_;
};

inline void read_common_settings(SettingsReader& in, CommonConfig* common) {
  if (const auto id = in.take("client.id")) common->client_id = *id;
  in.milliseconds("request.timeout.ms", &common->request_timeout);
  in.milliseconds("retry.backoff.ms", &common->retry_backoff);
  in.milliseconds("retry.backoff.max.ms", &common->retry_backoff_max);
  in.milliseconds("reconnect.backoff.ms", &common->reconnect_backoff);
  in.milliseconds("reconnect.backoff.max.ms", &common->reconnect_backoff_max);
  in.milliseconds("metadata.max.age.ms", &common->metadata_max_age);
}

}  // namespace kscope::client
