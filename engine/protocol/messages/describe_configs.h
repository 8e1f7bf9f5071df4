// DescribeConfigs (key 32): the settings of topics and brokers, where each comes from, and what it
// would be without that.
//
// v1 replaces "is default" by the source and adds the synonyms: every place that says something
// about the setting, the one that wins first (KIP-226). v3 adds type and documentation (KIP-569),
// v4 is flexible. A broker's settings are only told by that broker.
// Real Kafka: ConfigHelper. Called by: client/ (admin). Answered by: broker/.
// Read next: base/config_def.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DescribeConfigsRequest {
  static constexpr const char* kName = "DescribeConfigsRequest";
  static constexpr ApiKey kApi = ApiKey::DescribeConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  struct DescribeConfigsResource {
    std::int8_t resource_type = 0;  ///< 2 topic, 4 broker
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys{std::in_place};  ///< null: all

    bool operator==(const DescribeConfigsResource&) const = default;
    void describe(auto& f) {
      f("ResourceType", resource_type);
      f("ResourceName", resource_name);
      f("ConfigurationKeys", configuration_keys, nullable());
    }
  };

  std::vector<DescribeConfigsResource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  bool operator==(const DescribeConfigsRequest&) const = default;
  void describe(auto& f) {
    f("Resources", resources);
    f("IncludeSynonyms", include_synonyms, since(1));
    f("IncludeDocumentation", include_documentation, since(3));
  }
};

struct DescribeConfigsResponse {
  static constexpr const char* kName = "DescribeConfigsResponse";
  static constexpr ApiKey kApi = ApiKey::DescribeConfigs;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  struct DescribeConfigsResult {
    struct DescribeConfigsResourceResult {
      struct DescribeConfigsSynonym {
        std::string name;
        std::optional<std::string> value = "";
        std::int8_t source = 0;

        bool operator==(const DescribeConfigsSynonym&) const = default;
        void describe(auto& f) {
          f("Name", name);
          f("Value", value, nullable());
          f("Source", source);
        }
      };

      std::string name;
      std::optional<std::string> value = "";  ///< null: sensitive, or no value
      bool read_only = false;  ///< cannot be changed while it runs
      bool is_default = false;
      std::int8_t config_source = -1;  ///< DescribeConfigsResponse.ConfigSource
      bool is_sensitive = false;
      std::vector<DescribeConfigsSynonym> synonyms;
      std::int8_t config_type = 0;
      std::optional<std::string> documentation = "";

      bool operator==(const DescribeConfigsResourceResult&) const = default;
      void describe(auto& f) {
        f("Name", name);
        f("Value", value, nullable());
        f("ReadOnly", read_only);
        f("IsDefault", is_default, versions(0, 0));
        f("ConfigSource", config_source, since(1).ignorable());
        f("IsSensitive", is_sensitive);
        f("Synonyms", synonyms, since(1).ignorable());
        f("ConfigType", config_type, since(3).ignorable());
        f("Documentation", documentation, since(3).nullable().ignorable());
      }
    };

    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<DescribeConfigsResourceResult> configs;

    bool operator==(const DescribeConfigsResult&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable());
      f("ResourceType", resource_type);
      f("ResourceName", resource_name);
      f("Configs", configs);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribeConfigsResult> results;

  bool operator==(const DescribeConfigsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Results", results);
  }
};

}  // namespace kscope::protocol
