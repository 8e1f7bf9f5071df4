// AlterPartitionReassignments (key 45): move replicas to other brokers, or call a move off
// (KIP-455).
//
// The answer only says that the move has begun: the new replicas are added and copy the log, and
// the old ones leave once all the new ones are in the ISR.
// Real Kafka: ReplicationControlManager.alterPartitionReassignments.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: messages/list_partition_reassignments.h, metadata/reassignment.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct AlterPartitionReassignmentsRequest {
  static constexpr const char* kName = "AlterPartitionReassignmentsRequest";
  static constexpr ApiKey kApi = ApiKey::AlterPartitionReassignments;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct ReassignableTopic {
    struct ReassignablePartition {
      std::int32_t partition_index = 0;
      std::optional<std::vector<std::int32_t>> replicas;  ///< null: cancel what is under way

      bool operator==(const ReassignablePartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("Replicas", replicas, nullable());
      }
    };

    std::string name;
    std::vector<ReassignablePartition> partitions;

    bool operator==(const ReassignableTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t timeout_ms = 60000;
  std::vector<ReassignableTopic> topics;

  bool operator==(const AlterPartitionReassignmentsRequest&) const = default;
  void describe(auto& f) {
    f("TimeoutMs", timeout_ms);
    f("Topics", topics);
  }
};

struct AlterPartitionReassignmentsResponse {
  static constexpr const char* kName = "AlterPartitionReassignmentsResponse";
  static constexpr ApiKey kApi = ApiKey::AlterPartitionReassignments;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct ReassignableTopicResponse {
    struct ReassignablePartitionResponse {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::NONE;
      std::optional<std::string> error_message = "";

      bool operator==(const ReassignablePartitionResponse&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("ErrorCode", error_code);
        f("ErrorMessage", error_message, nullable());
      }
    };

    std::string name;
    std::vector<ReassignablePartitionResponse> partitions;

    bool operator==(const ReassignableTopicResponse&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message = "";
  std::vector<ReassignableTopicResponse> responses;

  bool operator==(const AlterPartitionReassignmentsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable());
    f("Responses", responses);
  }
};

}  // namespace kscope::protocol
