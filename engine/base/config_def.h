// ConfigDef: what a setting is: its name, type, default, limits, where it may be set, what it does.
//
// The tables of settings stand beside their owners (metadata/config_table for topics and brokers,
// client/config_table for producers, consumers and admin clients) and are made of these rows. From
// the same rows come the checks of CreateTopics and IncrementalAlterConfigs, the answers to
// DescribeConfigs, the "Config" page of the viewer and docs/generated/configs.md.
//
// Invariants: names are Kafka's; a default passes its own check; a setting that is accepted but not
// acted on says so (ConfigEffect::None), so that nobody tunes a knob that is not connected.
//
// Called by: metadata/, broker/, client/, viewer/. Kafka: org.apache.kafka.common.config.ConfigDef,
// the update modes of DynamicBrokerConfig (KIP-226).
// Read next: metadata/config_table.h, client/config_table.h
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kscope {

/// Values are those of DescribeConfigsResponse.ConfigType.
enum class ConfigType : std::int8_t {
  Boolean = 1, String = 2, Int = 3, Short = 4, Long = 5, Double = 6, List = 7, Class = 8,
  Password = 9
};
const char* to_string(ConfigType type);  ///< "BOOLEAN", as Kafka's messages have it

/// Where a setting may be set, and for brokers also when (Kafka: dynamicConfigUpdateModes).
enum class ConfigScope : std::uint8_t {
  BrokerReadOnly,     ///< in server.properties only: a change needs a restart
  BrokerPerBroker,    ///< dynamic, for one broker at a time
  BrokerClusterWide,  ///< dynamic, for one broker or for all
  Topic, Producer, Consumer, Admin
};
const char* to_string(ConfigScope scope);
constexpr bool is_broker(ConfigScope scope) { return scope <= ConfigScope::BrokerClusterWide; }
constexpr bool is_dynamic(ConfigScope scope) {
  return scope == ConfigScope::BrokerPerBroker || scope == ConfigScope::BrokerClusterWide;
}

/// Whether this engine acts on it.
enum class ConfigEffect : std::uint8_t {
  Live,   ///< a change takes effect while it runs
  Start,  ///< read when the process starts
  None    ///< accepted, checked, kept and shown, but nothing depends on it here
};
const char* to_string(ConfigEffect effect);

/// What a value may be. Numbers lie between low and high; words are the accepted ones, blanks
/// between them (of a list: its elements).
struct ConfigLimits {
  std::int64_t low = INT64_MIN, high = INT64_MAX;
  const char* words = "";
};
constexpr ConfigLimits at_least(std::int64_t low) { return {low, INT64_MAX, ""}; }
constexpr ConfigLimits between(std::int64_t low, std::int64_t high) { return {low, high, ""}; }
constexpr ConfigLimits one_of(const char* words) { return {INT64_MIN, INT64_MAX, words}; }

struct ConfigKey {
  const char* name;
  ConfigType type;
  const char* default_value;  ///< nullptr: none (Kafka: null)
  ConfigLimits limits;
  ConfigScope scope;
  ConfigEffect effect;
  const char* meaning;        ///< one line
  /// Of a topic's setting: the broker's setting that is its default ("log.segment.bytes").
  const char* synonym = nullptr;
};

/// For a static_assert beside each table.
constexpr bool ordered_by_name(std::span<const ConfigKey> table) {
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (std::string_view(table[i].name) <= table[i - 1].name) return false;
  }
  return true;
}
/// In a table that is ordered by name; nullptr if there is none.
const ConfigKey* find_config(std::span<const ConfigKey> table, std::string_view name);
/// Why the value cannot be taken, in Kafka's words (ConfigException); nothing if it can.
std::optional<std::string> config_problem(const ConfigKey& key, const std::string& value);
/// "at least 1", "between 0 and 1", "one of delete, compact"; empty: anything of its type.
std::string describe_limits(const ConfigKey& key);

/// What Kafka's ConfigDef.parseType takes as a whole number; nothing for anything else.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// Digits, a point, digits, perhaps a sign: no locale has a say in it.
std::optional<double> parse_decimal(std::string_view text);

}  // namespace kscope
