// The settings of topics and brokers, one row each: names, types, defaults, limits, meaning.
//
// The controller checks a topic's settings against them, a broker its own (server.properties and
// what IncrementalAlterConfigs asks of it); DescribeConfigs, the docs and the "Config" page tell
// them. What the values do is bound elsewhere: metadata/topic_config.cc, broker/broker_config.cc.
//
// Invariant: ordered by name; every setting that has a field in LogConfig or BrokerConfig has the
// same default there (tests/unit/broker/config_defaults_test.cc).
//
// Kafka: LogConfig.CONFIG_DEF, KafkaConfig's many parts, DynamicBrokerConfig.AllDynamicConfigs.
// Read next: metadata/topic_config.h, metadata/configuration_control.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/config_def.h"

namespace kscope::metadata {

/// What a number says that is as large as can be.
inline constexpr const char* kNoLimit = "9223372036854775807";
/// Of compression.type, on the side of brokers and topics.
inline constexpr const char* kBrokerCodecs = "uncompressed zstd lz4 snappy gzip producer";

std::span<const ConfigKey> topic_config_table();
std::span<const ConfigKey> broker_config_table();

/// The settings of a broker that `name` may also be told by, the strongest first: log.retention.ms
/// before log.retention.minutes before log.retention.hours (Kafka: brokerConfigSynonyms).
std::vector<std::string> broker_config_synonyms(const std::string& name);

/// What a broker that runs takes on of `settings`: those it knows, may change and can parse.
using ConfigMap = std::map<std::string, std::string>;

}  // namespace kscope::metadata
