// Metadata records about the cluster as a whole: configuration, feature levels, producer ids.
//
// Real Kafka: ConfigurationControlManager, FeatureControlManager, ProducerIdControlManager.
// Written by: metadata/.
// Read next: records/metadata_record.h
#pragma once

#include <optional>
#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ConfigRecord {
  static constexpr const char* kName = "ConfigRecord";
  static constexpr std::int16_t kRecordType = 4;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int8_t resource_type = 0;  ///< 2 topic, 4 broker (ConfigResource.Type)
  std::string resource_name;  ///< empty for brokers: the cluster-wide default
  std::string name;
  std::optional<std::string> value = "";  ///< null: delete the entry

  bool operator==(const ConfigRecord&) const = default;
  void describe(auto& f) {
    f("ResourceType", resource_type);
    f("ResourceName", resource_name);
    f("Name", name);
    f("Value", value, nullable());
  }
};

/// The first record of every metadata log and snapshot names metadata.version.
struct FeatureLevelRecord {
  static constexpr const char* kName = "FeatureLevelRecord";
  static constexpr std::int16_t kRecordType = 12;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::string name;
  std::int16_t feature_level = 0;

  bool operator==(const FeatureLevelRecord&) const = default;
  void describe(auto& f) {
    f("Name", name);
    f("FeatureLevel", feature_level);
  }
};

/// Everything below next_producer_id has been handed out to some broker.
struct ProducerIdsRecord {
  static constexpr const char* kName = "ProducerIdsRecord";
  static constexpr std::int16_t kRecordType = 15;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = -1;
  std::int64_t next_producer_id = 0;

  bool operator==(const ProducerIdsRecord&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
    f("NextProducerId", next_producer_id);
  }
};

/// Keeps the log moving when nothing happens, so that lag can be measured (KIP-835).
struct NoOpRecord {
  static constexpr const char* kName = "NoOpRecord";
  static constexpr std::int16_t kRecordType = 20;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;
  bool operator==(const NoOpRecord&) const = default;
  void describe(auto&) {}
};

}  // namespace kscope::protocol
