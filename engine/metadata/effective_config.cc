#include "engine/metadata/effective_config.h"

#include <algorithm>

namespace kscope::metadata {
namespace {

void add(EffectiveConfig& config, const ConfigMap& settings, const std::vector<std::string>& names,
         ConfigSource source) {
  for (const std::string& name : names) {
    const auto found = settings.find(name);
    if (found != settings.end()) config.synonyms.push_back({name, found->second, source});
  }
}

/// log.retention.hours tells of retention.ms in another unit.
std::string in_milliseconds(const ConfigSynonym& synonym) {
  const auto number = parse_integer(synonym.value);
  std::int64_t unit = 1;
  if (synonym.name.ends_with(".minutes")) unit = 60'000;
  if (synonym.name.ends_with(".hours")) unit = 3'600'000;
  if (unit == 1 || !number || *number < 0) return synonym.value;
  return std::to_string(*number * unit);
}

EffectiveConfig of_broker(const std::vector<std::string>& names, const MetadataImage& image,
                          NodeId node, const ConfigMap& started_with) {
  EffectiveConfig config;
  add(config, image.broker_config(node), names, ConfigSource::DynamicBroker);
  add(config, image.cluster_config(), names, ConfigSource::DynamicDefaultBroker);
  add(config, started_with, names, ConfigSource::StaticBroker);
  for (const std::string& name : names) {
    const ConfigKey* key = find_config(broker_config_table(), name);
    if (key != nullptr && key->default_value != nullptr) {
      config.synonyms.push_back({name, key->default_value, ConfigSource::Default});
    }
  }
  return config;
}

}  // namespace

const char* to_string(ConfigSource source) {
  switch (source) {
    case ConfigSource::Topic: return "topic";
    case ConfigSource::DynamicBroker: return "this broker, dynamic";
    case ConfigSource::DynamicDefaultBroker: return "all brokers, dynamic";
    case ConfigSource::StaticBroker: return "server.properties";
    case ConfigSource::Default: return "default";
  }
  return "?";
}

EffectiveConfig effective_topic_config(const ConfigKey& key, const ConfigMap& own,
                                       const MetadataImage& image, NodeId node,
                                       const ConfigMap& started_with) {
  EffectiveConfig config;
  add(config, own, {key.name}, ConfigSource::Topic);
  if (key.synonym != nullptr) {
    const EffectiveConfig broker =
        of_broker(broker_config_synonyms(key.synonym), image, node, started_with);
    config.synonyms.insert(config.synonyms.end(), broker.synonyms.begin(), broker.synonyms.end());
  }
  if (!config.synonyms.empty()) {
    config.resolved = in_milliseconds(config.synonyms.front());
  } else if (key.default_value != nullptr) {
    config.resolved = key.default_value;
  }
  return config;
}

EffectiveConfig effective_broker_config(const ConfigKey& key, const MetadataImage& image,
                                        NodeId node, const ConfigMap& started_with) {
  EffectiveConfig config = of_broker(broker_config_synonyms(key.name), image, node, started_with);
  // What only a stronger synonym says is not said by this name.
  const auto own = std::find_if(config.synonyms.begin(), config.synonyms.end(),
                                [&](const ConfigSynonym& s) { return s.name == key.name; });
  config.synonyms.erase(config.synonyms.begin(), own);
  if (!config.synonyms.empty()) config.resolved = config.synonyms.front().value;
  return config;
}

ConfigMap with_dynamic_config(const ConfigMap& started_with, const MetadataImage& image,
                              NodeId node) {
  ConfigMap settings = started_with;
  for (const ConfigMap* dynamic : {&image.cluster_config(), &image.broker_config(node)}) {
    for (const auto& [name, value] : *dynamic) {
      const ConfigKey* key = find_config(broker_config_table(), name);
      if (key == nullptr || !is_dynamic(key->scope) || config_problem(*key, value)) continue;
      settings[name] = value;
    }
  }
  return settings;
}

}  // namespace kscope::metadata
