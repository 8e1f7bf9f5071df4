// BrokerRegistration (key 62): a broker process announces itself to the controller.
//
// The answer's broker epoch is the offset of the registration record; every later request of this
// process carries it, so that a controller can tell it from the broker's previous life. The
// incarnation id tells two processes with the same broker id apart: the second is refused while the
// first one's session lasts.
//
// v1 and v3 serve the migration from ZooKeeper, v2 adds log directories (KIP-858), v3 the previous
// broker epoch (KIP-966), v4 lets a feature's minimum be 0 (KIP-1022).
// Real Kafka: BrokerLifecycleManager, ClusterControlManager.registerBroker. KIP-631.
// Called by: broker/. Answered by: metadata/.
// Read next: messages/broker_heartbeat.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct BrokerRegistrationRequest {
  static constexpr const char* kName = "BrokerRegistrationRequest";
  static constexpr ApiKey kApi = ApiKey::BrokerRegistration;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 0;

  struct Listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    std::int16_t security_protocol = 0;

    bool operator==(const Listener&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Host", host);
      f("Port", port);
      f("SecurityProtocol", security_protocol);
    }
  };

  struct Feature {
    std::string name;
    std::int16_t min_supported_version = 0;
    std::int16_t max_supported_version = 0;

    bool operator==(const Feature&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("MinSupportedVersion", min_supported_version);
      f("MaxSupportedVersion", max_supported_version);
    }
  };

  std::int32_t broker_id = 0;
  std::string cluster_id;
  Uuid incarnation_id;  ///< new for every start of the process
  std::vector<Listener> listeners;
  std::vector<Feature> features;
  std::optional<std::string> rack = "";
  bool is_migrating_zk_broker = false;
  std::vector<Uuid> log_dirs;
  std::int64_t previous_broker_epoch = -1;  ///< from a clean shutdown; -1 otherwise

  bool operator==(const BrokerRegistrationRequest&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("ClusterId", cluster_id);
    f("IncarnationId", incarnation_id);
    f("Listeners", listeners);
    f("Features", features);
    f("Rack", rack, nullable());
    f("IsMigratingZkBroker", is_migrating_zk_broker, since(1));
    f("LogDirs", log_dirs, since(2).ignorable());
    f("PreviousBrokerEpoch", previous_broker_epoch, since(3).ignorable());
  }
};

struct BrokerRegistrationResponse {
  static constexpr const char* kName = "BrokerRegistrationResponse";
  static constexpr ApiKey kApi = ApiKey::BrokerRegistration;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 0;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::int64_t broker_epoch = -1;  ///< offset of the registration record

  bool operator==(const BrokerRegistrationResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("BrokerEpoch", broker_epoch);
  }
};

}  // namespace kscope::protocol
