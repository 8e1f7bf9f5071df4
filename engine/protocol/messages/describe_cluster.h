// DescribeCluster (key 60): the cluster's id, its brokers and its controller.
//
// Metadata without the topics, for admin tools (KIP-700). v1 can ask a controller for the
// controllers (KIP-919).
// Called by: client/ (admin), real clients. Answered by: broker/.
// Read next: messages/create_topics.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DescribeClusterRequest {
  static constexpr const char* kName = "DescribeClusterRequest";
  static constexpr ApiKey kApi = ApiKey::DescribeCluster;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;  ///< 1 brokers, 2 controllers

  bool operator==(const DescribeClusterRequest&) const = default;
  void describe(auto& f) {
    f("IncludeClusterAuthorizedOperations", include_cluster_authorized_operations);
    f("EndpointType", endpoint_type, since(1));
  }
};

struct DescribeClusterResponse {
  static constexpr const char* kName = "DescribeClusterResponse";
  static constexpr ApiKey kApi = ApiKey::DescribeCluster;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct DescribeClusterBroker {
    std::int32_t broker_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const DescribeClusterBroker&) const = default;
    void describe(auto& f) {
      f("BrokerId", broker_id);
      f("Host", host);
      f("Port", port);
      f("Rack", rack, nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;
  std::string cluster_id;
  std::int32_t controller_id = -1;
  std::vector<DescribeClusterBroker> brokers;
  std::int32_t cluster_authorized_operations = kOperationsNotAsked;

  bool operator==(const DescribeClusterResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable());
    f("EndpointType", endpoint_type, since(1));
    f("ClusterId", cluster_id);
    f("ControllerId", controller_id);
    f("Brokers", brokers);
    f("ClusterAuthorizedOperations", cluster_authorized_operations);
  }
};

}  // namespace kscope::protocol
