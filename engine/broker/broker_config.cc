#include "engine/broker/broker_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/coordinator/group_settings.h"
#include "engine/metadata/config_table.h"
#include "engine/metadata/topic_config.h"

namespace kscope::broker {
namespace {

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || text.empty() || end != text.data() + text.size()) return {};
  return value;
}

std::int64_t to_ms(Duration d) { return to_millis(d); }

/// A numeric setting: bounds, how to store it, how to read the default back.
struct Setting {
  const char* name;
  std::int64_t min, max;
  void (*set)(BrokerConfig&, std::int64_t);
  std::int64_t (*get)(const BrokerConfig&);
};

constexpr std::int64_t kInt = INT32_MAX, kLong = INT64_MAX;

#define KSCOPE_NUMBER(name, min, max, field)                                                  \
  {                                                                                           \
    name, min, max,                                                                           \
        [](BrokerConfig& c, std::int64_t v) { c.field = static_cast<decltype(c.field)>(v); }, \
        [](const BrokerConfig& c) { return static_cast<std::int64_t>(c.field); }              \
  }
#define KSCOPE_MILLIS(name, min, field)                                            \
  {                                                                                \
    name, min, kInt, [](BrokerConfig& c, std::int64_t v) { c.field = millis(v); }, \
        [](const BrokerConfig& c) { return to_ms(c.field); }                       \
  }

constexpr Setting kSettings[] = {
    KSCOPE_NUMBER("num.network.threads", 1, 64, requests.network_threads),
    KSCOPE_NUMBER("num.io.threads", 1, 256, requests.io_threads),
    KSCOPE_NUMBER("queued.max.requests", 1, kInt, requests.max_queued),
    KSCOPE_NUMBER("socket.request.max.bytes", 1, protocol::kMaxFrameBytes,
                  requests.max_request_bytes),
    KSCOPE_NUMBER("num.partitions", 1, kInt, num_partitions),
    KSCOPE_NUMBER("default.replication.factor", 1, INT16_MAX, replication_factor),
    KSCOPE_NUMBER("min.insync.replicas", 1, kInt, topics.min_insync_replicas),
    KSCOPE_NUMBER("message.max.bytes", 0, kInt, topics.log.max_message_bytes),
    KSCOPE_NUMBER("log.segment.bytes", 14, kInt, topics.log.segment_bytes),
    KSCOPE_NUMBER("log.roll.ms", 1, kLong, topics.log.segment_ms),
    KSCOPE_NUMBER("log.index.size.max.bytes", 4, kInt, topics.log.segment_index_bytes),
    KSCOPE_NUMBER("log.index.interval.bytes", 0, kInt, topics.log.index_interval_bytes),
    KSCOPE_NUMBER("log.flush.interval.messages", 1, kLong, topics.log.flush_messages),
    KSCOPE_NUMBER("log.flush.interval.ms", 0, kLong, topics.log.flush_ms),
    KSCOPE_NUMBER("log.retention.ms", -1, kLong, topics.log.retention_ms),
    KSCOPE_NUMBER("log.retention.bytes", -1, kLong, topics.log.retention_bytes),
    KSCOPE_NUMBER("log.local.retention.ms", -2, kLong, topics.log.local_retention_ms),
    KSCOPE_NUMBER("log.local.retention.bytes", -2, kLong, topics.log.local_retention_bytes),
    KSCOPE_NUMBER("producer.id.expiration.ms", 1, kInt, topics.log.producer_id_expiration_ms),
    KSCOPE_NUMBER("leader.replication.throttled.rate", 0, kLong, replicas.leader_throttle_rate),
    KSCOPE_NUMBER("follower.replication.throttled.rate", 0, kLong, replicas.follower_throttle_rate),
    KSCOPE_NUMBER("log.segment.delete.delay.ms", 0, kLong, topics.log.file_delete_delay_ms),
    KSCOPE_MILLIS("log.retention.check.interval.ms", 1, replicas.retention_check_interval),
    KSCOPE_NUMBER("log.cleaner.min.compaction.lag.ms", 0, kLong, topics.log.min_compaction_lag_ms),
    KSCOPE_NUMBER("log.cleaner.max.compaction.lag.ms", 1, kLong, topics.log.max_compaction_lag_ms),
    KSCOPE_NUMBER("log.cleaner.delete.retention.ms", 0, kLong, topics.log.delete_retention_ms),
    KSCOPE_MILLIS("log.cleaner.backoff.ms", 1, replicas.cleaner.backoff),
    KSCOPE_NUMBER("log.cleaner.dedupe.buffer.size", 48, kLong, replicas.cleaner.dedupe_buffer_size),
    KSCOPE_NUMBER("log.message.timestamp.before.max.ms", 0, kLong,
                  topics.log.message_timestamp_before_max_ms),
    KSCOPE_NUMBER("log.message.timestamp.after.max.ms", 0, kLong,
                  topics.log.message_timestamp_after_max_ms),
    KSCOPE_NUMBER("max.incremental.fetch.session.cache.slots", 0, kInt, fetch_session_slots),
    KSCOPE_NUMBER("fetch.max.bytes", 1024, kInt, fetch_max_bytes),
    KSCOPE_NUMBER("replica.fetch.min.bytes", 1, kInt, replicas.fetch_min_bytes),
    KSCOPE_NUMBER("replica.fetch.max.bytes", 0, kInt, replicas.fetch_max_bytes),
    KSCOPE_NUMBER("replica.fetch.response.max.bytes", 0, kInt, replicas.fetch_response_max_bytes),
    KSCOPE_MILLIS("replica.lag.time.max.ms", 1, replicas.lag_time_max),
    KSCOPE_MILLIS("replica.fetch.wait.max.ms", 1, replicas.fetch_wait_max),
    KSCOPE_MILLIS("replica.fetch.backoff.ms", 1, replicas.fetch_backoff),
    KSCOPE_MILLIS("replica.socket.timeout.ms", 1, replicas.socket_timeout),
    KSCOPE_MILLIS("replica.high.watermark.checkpoint.interval.ms", 1, replicas.checkpoint_interval),
    KSCOPE_MILLIS("broker.heartbeat.interval.ms", 1, lifecycle.heartbeat_interval),
    KSCOPE_MILLIS("broker.session.timeout.ms", 1, lifecycle.session_timeout),
    KSCOPE_MILLIS("controller.socket.timeout.ms", 1, controller_timeout),
    KSCOPE_MILLIS("group.min.session.timeout.ms", 0, groups.min_session_timeout),
    KSCOPE_MILLIS("group.max.session.timeout.ms", 0, groups.max_session_timeout),
    KSCOPE_MILLIS("group.initial.rebalance.delay.ms", 0, groups.initial_rebalance_delay),
    KSCOPE_NUMBER("group.max.size", 1, kInt, groups.max_size),
    KSCOPE_MILLIS("group.consumer.session.timeout.ms", 1, groups.consumer_session_timeout),
    KSCOPE_MILLIS("group.consumer.heartbeat.interval.ms", 1, groups.consumer_heartbeat_interval),
    KSCOPE_NUMBER("group.consumer.max.size", 1, kInt, groups.consumer_max_size),
    KSCOPE_NUMBER("offset.metadata.max.bytes", 0, kInt, groups.offset_metadata_max_bytes),
    KSCOPE_NUMBER("offsets.retention.minutes", 1, kInt, offsets_retention_minutes),
    KSCOPE_MILLIS("offsets.retention.check.interval.ms", 1, groups.offsets_retention_check),
    KSCOPE_MILLIS("offsets.commit.timeout.ms", 1, groups.offset_commit_timeout),
    KSCOPE_NUMBER("offsets.load.buffer.size", 1, kInt, groups.offsets_load_buffer_size),
    KSCOPE_NUMBER("offsets.topic.num.partitions", 1, kInt, groups.offsets_topic_partitions),
    KSCOPE_NUMBER("offsets.topic.replication.factor", 1, INT16_MAX,
                  groups.offsets_topic_replication_factor),
    KSCOPE_NUMBER("offsets.topic.segment.bytes", 1, kInt, groups.offsets_topic_segment_bytes),
    KSCOPE_NUMBER("offsets.topic.compression.codec", 0, 4, groups.offsets_topic_codec),
};

#undef KSCOPE_NUMBER
#undef KSCOPE_MILLIS

constexpr const char* kAutoCreate = "auto.create.topics.enable";
constexpr const char* kTimestampType = "log.message.timestamp.type";
constexpr const char* kRack = "broker.rack";
constexpr const char* kReplicaSelector = "replica.selector.class";
constexpr const char* kCleanupPolicy = "log.cleanup.policy";
constexpr const char* kCleanerEnable = "log.cleaner.enable";
constexpr const char* kDirtyRatio = "log.cleaner.min.cleanable.ratio";
constexpr const char* kLoadFactor = "log.cleaner.io.buffer.load.factor";

/// Read by the quorum and the controller (metadata/settings.h), not here.
constexpr const char* kOfOthers[] = {
    "controller.quorum.election.timeout.ms",   "controller.quorum.election.backoff.max.ms",
    "controller.quorum.fetch.timeout.ms",      "controller.quorum.request.timeout.ms",
    "controller.quorum.retry.backoff.ms",      "metadata.log.segment.bytes",
    "controller.quorum.pre.vote.enable",       "controller.quorum.fetch.snapshot.max.bytes",
    "metadata.log.max.snapshot.interval.ms",   "metadata.max.retention.bytes",
    "metadata.max.retention.ms",               "metadata.log.max.record.bytes.between.snapshots",
    "unclean.leader.election.enable",          "auto.leader.rebalance.enable",
    "leader.imbalance.check.interval.seconds", "unclean.leader.election.interval.ms",
};

std::vector<std::string> known_names() {
  std::vector<std::string> names{kAutoCreate, kTimestampType, kCleanupPolicy, kCleanerEnable,
                                 kDirtyRatio, kLoadFactor,    kRack,          kReplicaSelector};
  for (const Setting& setting : kSettings) names.emplace_back(setting.name);
  for (const auto& [name, unused] : coordinator::group_word_settings()) names.push_back(name);
  for (const ConfigKey& key : metadata::broker_config_table()) names.emplace_back(key.name);
  for (const char* name : kOfOthers) names.emplace_back(name);
  return names;
}

/// Levenshtein's distance, for "did you mean".
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

Error unknown(const std::string& name) {
  const auto names = known_names();
  const auto nearest = std::min_element(
      names.begin(), names.end(),
      [&](const auto& x, const auto& y) { return distance(name, x) < distance(name, y); });
  return {ErrorKind::Unsupported,
          fmt::format("unknown broker setting \"{}\" (did you mean \"{}\"?)", name, *nearest)};
}

Error bad_value(const std::string& name, const std::string& value, const std::string& expected) {
  return {ErrorKind::Invalid, fmt::format("{}={}: expected {}", name, value, expected)};
}

/// The settings of the cleaner that are no whole numbers.
Result<void> apply_cleaner(const std::string& name, const std::string& value,
                           BrokerConfig* config) {
  if (name == kCleanupPolicy) {
    if (metadata::topic_config_problem("cleanup.policy", value)) {
      return bad_value(name, value, "delete, compact or both, separated by a comma");
    }
    config->topics.log = metadata::log_config_of({{"cleanup.policy", value}}, config->topics.log);
    return {};
  }
  if (name == kCleanerEnable) {
    if (value != "true" && value != "false") return bad_value(name, value, "true or false");
    config->replicas.cleaner.enable = value == "true";
    return {};
  }
  const auto ratio = metadata::parse_ratio(value);
  if (!ratio) return bad_value(name, value, "a number from 0 to 1");
  (name == kDirtyRatio ? config->topics.log.min_cleanable_dirty_ratio
                       : config->replicas.cleaner.load_factor) = *ratio;
  return {};
}

/// The same times in hours and minutes. The map is ordered: the finer unit has the last word.
bool apply_long_time(const std::string& name, const std::string& value, BrokerConfig* config) {
  const auto count = parse_integer(value);
  if (!count || *count < -1 || *count > INT32_MAX) return false;
  const auto in_ms = [&](std::int64_t unit) { return *count < 0 ? -1 : *count * unit; };
  storage::LogConfig& log = config->topics.log;
  if (name == "log.retention.hours")
    log.retention_ms = in_ms(3'600'000);
  else if (name == "log.retention.minutes")
    log.retention_ms = in_ms(60'000);
  else if (name == "log.roll.hours" && *count > 0)
    log.segment_ms = in_ms(3'600'000);
  else
    return false;
  return true;
}

/// KIP-392. Kafka takes the name of any class; these are the two that it comes with.
Result<void> apply_selector(const std::string& value, BrokerConfig* config) {
  const std::string package = "org.apache.kafka.common.replica.";
  const std::string name = value.substr(value.starts_with(package) ? package.size() : 0);
  if (name == "RackAwareReplicaSelector") {
    config->replicas.selector = replication::ReplicaSelector::RackAware;
  } else if (name.empty()) {
    config->replicas.selector = replication::ReplicaSelector::Leader;
  } else {
    return bad_value(kReplicaSelector, value, package + "RackAwareReplicaSelector, or nothing");
  }
  return {};
}

Result<void> apply(const std::string& name, const std::string& value, BrokerConfig* config) {
  if (name == kAutoCreate) {
    if (value != "true" && value != "false") return bad_value(name, value, "true or false");
    config->auto_create_topics = value == "true";
    return {};
  }
  if (name == kTimestampType) {
    if (value != "CreateTime" && value != "LogAppendTime") {
      return bad_value(name, value, "CreateTime or LogAppendTime");
    }
    config->topics.log.message_timestamp_is_append_time = value == "LogAppendTime";
    return {};
  }
  if (name == kRack) {
    if (!value.empty()) config->rack = value;
    return {};
  }
  if (name == kReplicaSelector) return apply_selector(value, config);
  if (coordinator::group_word_settings().contains(name)) {
    return coordinator::apply_group_words(name, value, &config->groups);
  }
  if (name == kCleanupPolicy || name == kCleanerEnable || name == kDirtyRatio ||
      name == kLoadFactor) {
    return apply_cleaner(name, value, config);
  }
  for (const Setting& setting : kSettings) {
    if (name != setting.name) continue;
    const auto parsed = number(value);
    if (!parsed || *parsed < setting.min || *parsed > setting.max) {
      return bad_value(name, value,
                       fmt::format("a number from {} to {}", setting.min, setting.max));
    }
    setting.set(*config, *parsed);
    return {};
  }
  const bool of_others =
      std::find(std::begin(kOfOthers), std::end(kOfOthers), name) != std::end(kOfOthers);
  if (of_others) return {};
  if (apply_long_time(name, value, config)) return {};
  // Checked and kept, but nothing here depends on it (or it is read elsewhere).
  const ConfigKey* key = find_config(metadata::broker_config_table(), name);
  if (key == nullptr) return unknown(name);
  if (auto problem = config_problem(*key, value)) return Error{ErrorKind::Invalid, *problem};
  return {};
}

}  // namespace

Result<BrokerConfig> BrokerConfig::parse(NodeId node, std::string cluster_id,
                                         AdvertisedEndpoints endpoints,
                                         const std::map<std::string, std::string>& settings) {
  BrokerConfig config;
  config.node = node;
  config.cluster_id = std::move(cluster_id);
  config.endpoints = std::move(endpoints);
  config.replicas.broker = node;
  config.settings = settings;
  for (const auto& [name, value] : settings) KTRY(apply(name, value, &config));
  config.groups.offsets_retention = seconds(60) * config.offsets_retention_minutes;
  const auto& cleaner = config.replicas.cleaner;
  if (static_cast<double>(cleaner.dedupe_buffer_size / 24) * cleaner.load_factor <= 1) {
    return Error{ErrorKind::Invalid,
                 fmt::format("log.cleaner.dedupe.buffer.size={} holds no key with {}={}: give it "
                             "24 bytes for each key",
                             cleaner.dedupe_buffer_size, kLoadFactor, cleaner.load_factor)};
  }
  return config;
}

AdvertisedEndpoint BrokerConfig::own_endpoint() const {
  const auto it = endpoints.find(node);
  if (it != endpoints.end()) return it->second;
  return {"broker-" + std::to_string(node.value()), 9092};
}

std::vector<SettingHelp> broker_settings() {
  const BrokerConfig defaults;
  std::vector<SettingHelp> rows{{kAutoCreate, "true"},
                                {kTimestampType, "CreateTime"},
                                {kCleanupPolicy, "delete"},
                                {kCleanerEnable, "true"},
                                {kDirtyRatio, "0.5"},
                                {kLoadFactor, "0.9"},
                                {kRack, ""},
                                {kReplicaSelector, ""}};
  for (const auto& [name, value] : coordinator::group_word_settings()) {
    rows.push_back({name.c_str(), value});
  }
  for (const Setting& setting : kSettings) {
    rows.push_back({setting.name, std::to_string(setting.get(defaults))});
  }
  std::sort(rows.begin(), rows.end(), [](const SettingHelp& a, const SettingHelp& b) {
    return std::string_view(a.name) < std::string_view(b.name);
  });
  return rows;
}

}  // namespace kscope::broker
