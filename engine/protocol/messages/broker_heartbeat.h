// BrokerHeartbeat (key 63): I am alive, and this far in the metadata log.
//
// A fenced broker asks with it to be unfenced, and is once it has caught up with its own
// registration; a broker that wants to stop asks with it to be relieved of its leaderships first.
// Silence for broker.session.timeout.ms gets the broker fenced. v1 reports failed log directories
// (KIP-858).
// Real Kafka: BrokerLifecycleManager, BrokerHeartbeatManager. KIP-631.
// Called by: broker/. Answered by: metadata/.
// Read next: messages/alter_partition.h
#pragma once

#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct BrokerHeartbeatRequest {
  static constexpr const char* kName = "BrokerHeartbeatRequest";
  static constexpr ApiKey kApi = ApiKey::BrokerHeartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = -1;
  std::int64_t current_metadata_offset = 0;  ///< last one replayed
  bool want_fence = false;  ///< false once the broker is ready to serve
  bool want_shut_down = false;
  std::vector<Uuid> offline_log_dirs;

  bool operator==(const BrokerHeartbeatRequest&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
    f("CurrentMetadataOffset", current_metadata_offset);
    f("WantFence", want_fence);
    f("WantShutDown", want_shut_down);
    f("OfflineLogDirs", offline_log_dirs, since(1).tag(0));
  }
};

struct BrokerHeartbeatResponse {
  static constexpr const char* kName = "BrokerHeartbeatResponse";
  static constexpr ApiKey kApi = ApiKey::BrokerHeartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  bool is_caught_up = false;  ///< with the broker's own registration
  bool is_fenced = true;
  bool should_shut_down = false;  ///< no leadership is left: stop now

  bool operator==(const BrokerHeartbeatResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("IsCaughtUp", is_caught_up);
    f("IsFenced", is_fenced);
    f("ShouldShutDown", should_shut_down);
  }
};

}  // namespace kscope::protocol
