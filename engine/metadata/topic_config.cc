#include "engine/metadata/topic_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/metadata/config_table.h"

namespace kscope::metadata {
namespace {

using storage::LogConfig;

/// Where a number goes in a LogConfig. The rows of the table without one are in log_config_of or
/// have no effect here.
struct Binding {
  const char* name;
  std::int64_t LogConfig::*member;
};

constexpr Binding kBindings[] = {
    {"delete.retention.ms", &LogConfig::delete_retention_ms},
    {"file.delete.delay.ms", &LogConfig::file_delete_delay_ms},
    {"flush.messages", &LogConfig::flush_messages},
    {"flush.ms", &LogConfig::flush_ms},
    {"index.interval.bytes", &LogConfig::index_interval_bytes},
    {"local.retention.bytes", &LogConfig::local_retention_bytes},
    {"local.retention.ms", &LogConfig::local_retention_ms},
    {"max.compaction.lag.ms", &LogConfig::max_compaction_lag_ms},
    {"max.message.bytes", &LogConfig::max_message_bytes},
    {"message.timestamp.after.max.ms", &LogConfig::message_timestamp_after_max_ms},
    {"message.timestamp.before.max.ms", &LogConfig::message_timestamp_before_max_ms},
    {"min.compaction.lag.ms", &LogConfig::min_compaction_lag_ms},
    {"retention.bytes", &LogConfig::retention_bytes},
    {"retention.ms", &LogConfig::retention_ms},
    {"segment.bytes", &LogConfig::segment_bytes},
    {"segment.index.bytes", &LogConfig::segment_index_bytes},
    {"segment.ms", &LogConfig::segment_ms},
};

const Binding* binding_of(const std::string& name) {
  const auto found = std::find_if(std::begin(kBindings), std::end(kBindings),
                                  [&](const Binding& b) { return name == b.name; });
  return found == std::end(kBindings) ? nullptr : found;
}

const std::string* own_setting(const MetadataImage& image, const std::string& topic, NodeId node,
                               const char* name) {
  const auto& own = image.topic_config(topic);
  if (const auto it = own.find(name); it != own.end()) return &it->second;
  const auto& broker = image.broker_config(node);
  if (const auto it = broker.find(name); it != broker.end()) return &it->second;
  const auto& cluster = image.cluster_config();
  if (const auto it = cluster.find(name); it != cluster.end()) return &it->second;
  return nullptr;
}

}  // namespace

std::optional<std::string> topic_config_problem(const std::string& name, const std::string& value) {
  const ConfigKey* key = find_config(topic_config_table(), name);
  if (key == nullptr) return fmt::format("Unknown topic config name: {}", name);
  return config_problem(*key, value);
}

storage::LogConfig log_config_of(const std::map<std::string, std::string>& topic_settings,
                                 const storage::LogConfig& defaults) {
  storage::LogConfig config = defaults;
  for (const auto& [name, value] : topic_settings) {
    if (const Binding* binding = binding_of(name)) {
      if (const auto number = parse_integer(value)) config.*(binding->member) = *number;
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

std::optional<double> parse_ratio(const std::string& text) {
  const auto value = parse_decimal(text);
  return value && *value >= 0 && *value <= 1 ? value : std::nullopt;
}

std::int32_t min_insync_replicas(const MetadataImage& image, const std::string& topic, NodeId node,
                                 std::int32_t fallback) {
  const std::string* own = own_setting(image, topic, node, "min.insync.replicas");
  const auto number = own ? parse_integer(*own) : std::nullopt;
  return number ? static_cast<std::int32_t>(*number) : fallback;
}

bool unclean_leader_election(const MetadataImage& image, const std::string& topic, NodeId node,
                             bool fallback) {
  const std::string* own = own_setting(image, topic, node, "unclean.leader.election.enable");
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
