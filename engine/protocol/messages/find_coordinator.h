// FindCoordinator (key 10): which broker coordinates this group or this transactional id?
//
// The answer is the leader of the partition of __consumer_offsets (or __transaction_state) that the
// key hashes to. v1 adds the kind of key, v3 is flexible, v4 asks for many keys at once (KIP-699)
// and moves the answer into `coordinators`; the fields of a single answer exist only below v4.
// Called by: client/, real clients. Answered by: broker/.
// Read next: messages/init_producer_id.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct FindCoordinatorRequest {
  static constexpr const char* kName = "FindCoordinatorRequest";
  static constexpr ApiKey kApi = ApiKey::FindCoordinator;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 6, kFlexible = 3;

  std::string key;
  std::int8_t key_type = 0;  ///< 0 group, 1 transactional id, 2 share group
  std::vector<std::string> coordinator_keys;

  bool operator==(const FindCoordinatorRequest&) const = default;
  void describe(auto& f) {
    f("Key", key, versions(0, 3));
    f("KeyType", key_type, since(1));
    f("CoordinatorKeys", coordinator_keys, since(4));
  }
};

struct FindCoordinatorResponse {
  static constexpr const char* kName = "FindCoordinatorResponse";
  static constexpr ApiKey kApi = ApiKey::FindCoordinator;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 6, kFlexible = 3;

  struct Coordinator {
    std::string key;
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";

    bool operator==(const Coordinator&) const = default;
    void describe(auto& f) {
      f("Key", key);
      f("NodeId", node_id);
      f("Host", host);
      f("Port", port);
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable(4));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message = "";
  std::int32_t node_id = 0;
  std::string host;
  std::int32_t port = 0;
  std::vector<Coordinator> coordinators;

  bool operator==(const FindCoordinatorResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code, versions(0, 3));
    f("ErrorMessage", error_message, versions(1, 3).nullable().ignorable());
    f("NodeId", node_id, versions(0, 3));
    f("Host", host, versions(0, 3));
    f("Port", port, versions(0, 3));
    f("Coordinators", coordinators, since(4));
  }
};

}  // namespace kscope::protocol
