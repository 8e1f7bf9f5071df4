// ListPartitionReassignments (key 46): which partitions are being moved, from where to where
// (KIP-455).
//
// Real Kafka: ReplicationControlManager.listPartitionReassignments.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: metadata/reassignment.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ListPartitionReassignmentsRequest {
  static constexpr const char* kName = "ListPartitionReassignmentsRequest";
  static constexpr ApiKey kApi = ApiKey::ListPartitionReassignments;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct ListPartitionReassignmentsTopics {
    std::string name;
    std::vector<std::int32_t> partition_indexes;

    bool operator==(const ListPartitionReassignmentsTopics&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("PartitionIndexes", partition_indexes);
    }
  };

  std::int32_t timeout_ms = 60000;
  std::optional<std::vector<ListPartitionReassignmentsTopics>> topics;  ///< null: all

  bool operator==(const ListPartitionReassignmentsRequest&) const = default;
  void describe(auto& f) {
    f("TimeoutMs", timeout_ms);
    f("Topics", topics, nullable());
  }
};

struct ListPartitionReassignmentsResponse {
  static constexpr const char* kName = "ListPartitionReassignmentsResponse";
  static constexpr ApiKey kApi = ApiKey::ListPartitionReassignments;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct OngoingTopicReassignment {
    struct OngoingPartitionReassignment {
      std::int32_t partition_index = 0;
      std::vector<std::int32_t> replicas;
      std::vector<std::int32_t> adding_replicas;
      std::vector<std::int32_t> removing_replicas;

      bool operator==(const OngoingPartitionReassignment&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("Replicas", replicas);
        f("AddingReplicas", adding_replicas);
        f("RemovingReplicas", removing_replicas);
      }
    };

    std::string name;
    std::vector<OngoingPartitionReassignment> partitions;

    bool operator==(const OngoingTopicReassignment&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message = "";
  std::vector<OngoingTopicReassignment> topics;

  bool operator==(const ListPartitionReassignmentsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable());
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
