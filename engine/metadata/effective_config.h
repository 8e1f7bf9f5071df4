// EffectiveConfig: what a setting comes out as, and everything that had a say in it.
//
// A topic's setting may be said in four places: by the topic, by the broker's dynamic settings, by
// those of all brokers, by the file the broker was started with; behind these stands Kafka's
// default. The first that says something wins. DescribeConfigs tells all of them as synonyms.
//
// Called by: topic_control (CreateTopics), broker/ (DescribeConfigs), cluster/ (the snapshot).
// Kafka: KafkaConfigSchema.resolveEffectiveTopicConfig, ConfigHelper.configSynonyms. KIP-226.
// Read next: metadata/configuration_control.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/metadata/config_table.h"
#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

/// Values are those of DescribeConfigsResponse.ConfigSource.
enum class ConfigSource : std::int8_t {
  Topic = 1, DynamicBroker = 2, DynamicDefaultBroker = 3, StaticBroker = 4, Default = 5
};
const char* to_string(ConfigSource source);

struct ConfigSynonym {
  std::string name;   ///< "retention.ms", "log.retention.hours"
  std::string value;
  ConfigSource source = ConfigSource::Default;
  bool operator==(const ConfigSynonym&) const = default;
};

struct EffectiveConfig {
  std::vector<ConfigSynonym> synonyms;  ///< the one that wins first
  std::optional<std::string> resolved;  ///< in the setting's own unit; nothing: no value

  std::optional<std::string> value() const { return resolved; }
  ConfigSource source() const {
    return synonyms.empty() ? ConfigSource::Default : synonyms.front().source;
  }
};

/// `own`: the topic's settings. `started_with`: the node's server.properties.
EffectiveConfig effective_topic_config(const ConfigKey& key, const ConfigMap& own,
                                       const MetadataImage& image, NodeId node,
                                       const ConfigMap& started_with);
EffectiveConfig effective_broker_config(const ConfigKey& key, const MetadataImage& image,
                                        NodeId node, const ConfigMap& started_with);

/// server.properties with the dynamic settings of `node` on top: what it works with now. Values
/// that do not parse, and settings that cannot be changed while it runs, are left out.
ConfigMap with_dynamic_config(const ConfigMap& started_with, const MetadataImage& image,
                              NodeId node);

}  // namespace kscope::metadata
