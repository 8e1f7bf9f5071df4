// ApiVersions (key 18): which versions of which APIs do you speak?
//
// The first request on a client's connection. A broker that gets a version above its own maximum
// answers with error 35 in a body of version 0, and the response never has a flexible header, so
// that even a client that guessed wrong can read the answer and try again lower (KIP-511).
//
// v1 adds the throttle time, v3 the client's name and version and the feature tags (KIP-584), v4
// lets a feature's minimum be 0 (KIP-1022).
// Invariant: the ranges listed are a promise; a broker never lists what it would not serve.
// Called by: client/ through protocol/network_client, real clients. Answered by: broker/, raft/.
// Read next: protocol/registry.h (the ranges), messages/metadata.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ApiVersionsRequest {
  static constexpr const char* kName = "ApiVersionsRequest";
  static constexpr ApiKey kApi = ApiKey::ApiVersions;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 3;

  std::string client_software_name;  ///< e.g. "librdkafka"; brokers refuse an empty one from v3 on
  std::string client_software_version;

  bool operator==(const ApiVersionsRequest&) const = default;
  void describe(auto& f) {
    f("ClientSoftwareName", client_software_name, since(3).ignorable());
    f("ClientSoftwareVersion", client_software_version, since(3).ignorable());
  }
};

struct ApiVersionsResponse {
  static constexpr const char* kName = "ApiVersionsResponse";
  static constexpr ApiKey kApi = ApiKey::ApiVersions;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 3;

  struct ApiVersion {
    std::int16_t api_key = 0;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    bool operator==(const ApiVersion&) const = default;
    void describe(auto& f) {
      f("ApiKey", api_key);
      f("MinVersion", min_version);
      f("MaxVersion", max_version);
    }
  };

  struct SupportedFeatureKey {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    bool operator==(const SupportedFeatureKey&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("MinVersion", min_version);
      f("MaxVersion", max_version);
    }
  };

  struct FinalizedFeatureKey {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;

    bool operator==(const FinalizedFeatureKey&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("MaxVersionLevel", max_version_level);
      f("MinVersionLevel", min_version_level);
    }
  };

  ErrorCode error_code = ErrorCode::NONE;
  std::vector<ApiVersion> api_keys;  ///< Kafka sorts by key; clients do not rely on it
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features;
  /// -1: unknown, and finalized_features means nothing
  std::int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features;
  bool zk_migration_ready = false;  ///< always false: there is no ZooKeeper here

  bool operator==(const ApiVersionsResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("ApiKeys", api_keys);
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("SupportedFeatures", supported_features, since(3).tag(0).ignorable());
    f("FinalizedFeaturesEpoch", finalized_features_epoch, since(3).tag(1).ignorable());
    f("FinalizedFeatures", finalized_features, since(3).tag(2).ignorable());
    f("ZkMigrationReady", zk_migration_ready, since(3).tag(3).ignorable());
  }
};

}  // namespace kscope::protocol
