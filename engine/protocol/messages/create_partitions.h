// CreatePartitions (key 37): more partitions for topics that exist (KIP-195).
//
// There is no way back, and keyed records go elsewhere from now on: hash(key) mod n has a new n.
// v2 is flexible; v3 may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
// Real Kafka: ReplicationControlManager.createPartitions.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: messages/alter_partition_reassignments.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct CreatePartitionsRequest {
  static constexpr const char* kName = "CreatePartitionsRequest";
  static constexpr ApiKey kApi = ApiKey::CreatePartitions;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = 2;

  struct CreatePartitionsTopic {
    struct CreatePartitionsAssignment {
      std::vector<std::int32_t> broker_ids;

      bool operator==(const CreatePartitionsAssignment&) const = default;
      void describe(auto& f) {
        f("BrokerIds", broker_ids);
      }
    };

    std::string name;
    std::int32_t count = 0;  ///< how many there shall be in all
    /// null: placed by the controller
    std::optional<std::vector<CreatePartitionsAssignment>> assignments{std::in_place};

    bool operator==(const CreatePartitionsTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Count", count);
      f("Assignments", assignments, nullable());
    }
  };

  std::vector<CreatePartitionsTopic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;

  bool operator==(const CreatePartitionsRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics);
    f("TimeoutMs", timeout_ms);
    f("ValidateOnly", validate_only);
  }
};

struct CreatePartitionsResponse {
  static constexpr const char* kName = "CreatePartitionsResponse";
  static constexpr ApiKey kApi = ApiKey::CreatePartitions;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = 2;

  struct CreatePartitionsTopicResult {
    std::string name;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = std::nullopt;

    bool operator==(const CreatePartitionsTopicResult&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatePartitionsTopicResult> results;

  bool operator==(const CreatePartitionsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Results", results);
  }
};

}  // namespace kscope::protocol
