// AlterConfigs (key 33): replaces all settings of a topic or broker. The old way.
//
// What the request does not name falls back to its default, so two people who each change one
// setting undo each other's work. Deprecated since 2.3 for IncrementalAlterConfigs (KIP-339), and
// still what older clients send. v2 is flexible.
// Real Kafka: ConfigAdminManager (broker), ConfigurationControlManager.legacyAlterConfigs.
// Called by: clients. Answered by: metadata/ through broker/.
// Read next: messages/incremental_alter_configs.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct AlterConfigsRequest {
  static constexpr const char* kName = "AlterConfigsRequest";
  static constexpr ApiKey kApi = ApiKey::AlterConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct AlterConfigsResource {
    struct AlterableConfig {
      std::string name;
      std::optional<std::string> value = "";

      bool operator==(const AlterableConfig&) const = default;
      void describe(auto& f) {
        f("Name", name);
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

  bool operator==(const AlterConfigsRequest&) const = default;
  void describe(auto& f) {
    f("Resources", resources);
    f("ValidateOnly", validate_only);
  }
};

struct AlterConfigsResponse {
  static constexpr const char* kName = "AlterConfigsResponse";
  static constexpr ApiKey kApi = ApiKey::AlterConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct ResourceResponse {
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;

    bool operator==(const ResourceResponse&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable());
      f("ResourceType", resource_type);
      f("ResourceName", resource_name);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<ResourceResponse> responses;

  bool operator==(const AlterConfigsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Responses", responses);
  }
};

}  // namespace kscope::protocol
