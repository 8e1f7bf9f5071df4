#include "engine/metadata/topic_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace kscope::metadata {
namespace {

enum class Kind { Number, Ratio, Boolean, Words, Anything };

struct Definition {
  const char* name;
  Kind kind;
  std::int64_t low = 0;  // Number
  std::int64_t high = INT64_MAX;
  const char* words = "";  // Words: the accepted ones, separated by blanks
  /// Where the value goes in a LogConfig; nullptr: we keep it but do not act on it.
  std::int64_t storage::LogConfig::*member = nullptr;
};

using storage::LogConfig;

// Names and limits: org.apache.kafka.storage.internals.log.LogConfig.CONFIG_DEF.
constexpr Definition kDefinitions[] = {
    {"cleanup.policy", Kind::Words, 0, 0, "delete compact compact,delete delete,compact"},
    {"compression.type", Kind::Words, 0, 0, "producer uncompressed gzip snappy lz4 zstd"},
    {"compression.gzip.level", Kind::Number, -1, 9},
    {"compression.lz4.level", Kind::Number, 1, 17},
    {"compression.zstd.level", Kind::Number, -131072, 22},
    {"delete.retention.ms", Kind::Number, 0, INT64_MAX, "", &LogConfig::delete_retention_ms},
    {"file.delete.delay.ms", Kind::Number, 0, INT64_MAX, "", &LogConfig::file_delete_delay_ms},
    {"flush.messages", Kind::Number, 1, INT64_MAX, "", &LogConfig::flush_messages},
    {"flush.ms", Kind::Number, 0, INT64_MAX, "", &LogConfig::flush_ms},
    {"follower.replication.throttled.replicas", Kind::Anything},
    {"index.interval.bytes", Kind::Number, 0, INT32_MAX, "", &LogConfig::index_interval_bytes},
    {"leader.replication.throttled.replicas", Kind::Anything},
    {"local.retention.bytes", Kind::Number, -2, INT64_MAX, "",
     &LogConfig::local_retention_bytes},
    {"local.retention.ms", Kind::Number, -2, INT64_MAX, "", &LogConfig::local_retention_ms},
    {"max.compaction.lag.ms", Kind::Number, 1, INT64_MAX, "",
     &LogConfig::max_compaction_lag_ms},
    {"max.message.bytes", Kind::Number, 0, INT32_MAX, "", &LogConfig::max_message_bytes},
    {"message.downconversion.enable", Kind::Boolean},
    {"message.timestamp.after.max.ms", Kind::Number, 0, INT64_MAX, "",
     &LogConfig::message_timestamp_after_max_ms},
    {"message.timestamp.before.max.ms", Kind::Number, 0, INT64_MAX, "",
     &LogConfig::message_timestamp_before_max_ms},
    {"message.timestamp.difference.max.ms", Kind::Number, 0},
    {"message.timestamp.type", Kind::Words, 0, 0, "CreateTime LogAppendTime"},
    {"min.cleanable.dirty.ratio", Kind::Ratio},
    {"min.compaction.lag.ms", Kind::Number, 0, INT64_MAX, "",
     &LogConfig::min_compaction_lag_ms},
    {"min.insync.replicas", Kind::Number, 1, INT32_MAX},
    {"preallocate", Kind::Boolean},
    {"remote.storage.enable", Kind::Boolean},
    {"retention.bytes", Kind::Number, INT64_MIN, INT64_MAX, "", &LogConfig::retention_bytes},
    {"retention.ms", Kind::Number, -1, INT64_MAX, "", &LogConfig::retention_ms},
    {"segment.bytes", Kind::Number, 14, INT32_MAX, "", &LogConfig::segment_bytes},
    {"segment.index.bytes", Kind::Number, 4, INT32_MAX, "", &LogConfig::segment_index_bytes},
    {"segment.jitter.ms", Kind::Number, 0},
    {"segment.ms", Kind::Number, 1, INT64_MAX, "", &LogConfig::segment_ms},
    {"unclean.leader.election.enable", Kind::Boolean},
};

const Definition* find(const std::string& name) {
  const auto found = std::find_if(std::begin(kDefinitions), std::end(kDefinitions),
                                  [&](const Definition& d) { return name == d.name; });
  return found == std::end(kDefinitions) ? nullptr : found;
}

std::optional<std::int64_t> to_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_one_of(const std::string& value, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == value) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

bool accepts(const Definition& definition, const std::string& value) {
  switch (definition.kind) {
    case Kind::Anything:
      return true;
    case Kind::Ratio:
      return parse_ratio(value).has_value();
    case Kind::Boolean:
      return value == "true" || value == "false";
    case Kind::Words:
      return is_one_of(value, definition.words);
    case Kind::Number: {
      const auto number = to_number(value);
      return number && *number >= definition.low && *number <= definition.high;
    }
  }
  return false;
}

const std::string* own_setting(const MetadataImage& image, const std::string& topic,
                               const char* name) {
  const auto& own = image.topic_config(topic);
  if (const auto it = own.find(name); it != own.end()) return &it->second;
  const auto& cluster = image.cluster_config();
  if (const auto it = cluster.find(name); it != cluster.end()) return &it->second;
  return nullptr;
}

}  // namespace

std::optional<std::string> topic_config_problem(const std::string& name, const std::string& value) {
  const Definition* definition = find(name);
  if (definition == nullptr) return fmt::format("Unknown topic config name: {}", name);
  if (accepts(*definition, value)) return std::nullopt;
  return fmt::format("Invalid value {} for configuration {}", value, name);
}

storage::LogConfig log_config_of(const std::map<std::string, std::string>& topic_settings,
                                 const storage::LogConfig& defaults) {
  storage::LogConfig config = defaults;
  for (const auto& [name, value] : topic_settings) {
    const Definition* definition = find(name);
    if (definition != nullptr && definition->member != nullptr) {
      if (const auto number = to_number(value)) config.*(definition->member) = *number;
    }
    if (name == "message.timestamp.type") {
      config.message_timestamp_is_append_time = value == "LogAppendTime";
    }
    if (name == "remote.storage.enable") config.remote_storage_enable = value == "true";
    if (name == "cleanup.policy") {
      config.cleanup_compact = value.find("compact") != std::string::npos;
      config.cleanup_delete = value.find("delete") != std::string::npos;
    }
    if (name == "min.cleanable.dirty.ratio") {
      config.min_cleanable_dirty_ratio =
          parse_ratio(value).value_or(defaults.min_cleanable_dirty_ratio);
    }
  }
  return config;
}

// Digits, a point, digits: what a locale makes of a number is nobody's business here.
std::optional<double> parse_ratio(const std::string& text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string whole = text.substr(0, point);
  const std::string fraction = point < text.size() ? text.substr(point + 1) : "";
  const bool digits = (whole + fraction).find_first_not_of("0123456789") == std::string::npos;
  if (!digits || (whole + fraction).empty() || text.size() > 15) return std::nullopt;
  double value = 0, unit = 1;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (const char c : fraction) value += (c - '0') * (unit /= 10);
  return value <= 1 ? std::optional(value) : std::nullopt;
}

std::int32_t min_insync_replicas(const MetadataImage& image, const std::string& topic,
                                 std::int32_t fallback) {
  const std::string* own = own_setting(image, topic, "min.insync.replicas");
  const auto number = own ? to_number(*own) : std::nullopt;
  return number ? static_cast<std::int32_t>(*number) : fallback;
}

bool unclean_leader_election(const MetadataImage& image, const std::string& topic, bool fallback) {
  const std::string* own = own_setting(image, topic, "unclean.leader.election.enable");
  return own ? *own == "true" : fallback;
}

std::optional<std::string> topic_name_problem(const std::string& name) {
  constexpr std::size_t kMaxLength = 249;
  if (name.empty()) return "Topic name is invalid: the empty string is not allowed";
  if (name == "." || name == "..") return "Topic name is invalid: '.' or '..' is not allowed";
  if (name.size() > kMaxLength) {
    return fmt::format("Topic name is invalid: the length of '{}' is longer than {}", name,
                       kMaxLength);
  }
  const bool legal = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (legal) return std::nullopt;
  return fmt::format(
      "Topic name is invalid: '{}' contains one or more characters other than ASCII alphanumerics, "
      "'.', '_' and '-'",
      name);
}

std::string without_collision_chars(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace kscope::metadata
