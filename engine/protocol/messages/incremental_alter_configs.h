// IncrementalAlterConfigs (key 44): changes some settings of a topic or broker (KIP-339).
//
// Each setting comes with an operation: 0 SET, 1 DELETE (back to the default), 2 APPEND and
// 3 SUBTRACT for lists. A resource changes as a whole or not at all. v1 is flexible.
// Real Kafka: ConfigAdminManager (broker), ConfigurationControlManager.incrementalAlterConfigs.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: messages/describe_configs.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"
#include "engine/protocol/messages/alter_configs.h"

namespace kscope::protocol {

struct IncrementalAlterConfigsRequest {
  static constexpr const char* kName = "IncrementalAlterConfigsRequest";
  static constexpr ApiKey kApi = ApiKey::IncrementalAlterConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;

  struct AlterConfigsResource {
    struct AlterableConfig {
      std::string name;
      std::int8_t config_operation = 0;  ///< 0 set, 1 delete, 2 append, 3 subtract
      std::optional<std::string> value = "";

      bool operator==(const AlterableConfig&) const = default;
      void describe(auto& f) {
        f("Name", name);
        f("ConfigOperation", config_operation);
        f("Value", value, nullable());
      }
    };

    std::int8_t resource_type = 0;  ///< 2 topic, 4 broker (ConfigResource.Type)
    std::string resource_name;  ///< a topic, a broker's id, or empty: all brokers
    std::vector<AlterableConfig> configs;

    bool operator==(const AlterConfigsResource&) const = default;
    void describe(auto& f) {
      f("ResourceType", resource_type);
      f("ResourceName", resource_name);
      f("Configs", configs);
    }
  };

  std::vector<AlterConfigsResource> resources;
  bool validate_only = false;

  bool operator==(const IncrementalAlterConfigsRequest&) const = default;
  void describe(auto& f) {
    f("Resources", resources);
    f("ValidateOnly", validate_only);
  }
};

struct IncrementalAlterConfigsResponse {
  static constexpr const char* kName = "IncrementalAlterConfigsResponse";
  static constexpr ApiKey kApi = ApiKey::IncrementalAlterConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;

  using ResourceResponse = AlterConfigsResponse::ResourceResponse;

  std::int32_t throttle_time_ms = 0;
  std::vector<ResourceResponse> responses;

  bool operator==(const IncrementalAlterConfigsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Responses", responses);
  }
};

}  // namespace kscope::protocol
