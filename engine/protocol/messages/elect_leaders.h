// ElectLeaders (key 43): move leadership to the preferred replica, or elect an unclean leader.
//
// v1 adds the kind of election (KIP-460): 0 elects the first replica of the assignment if it is in
// sync, 1 elects any live replica and may lose records. v2 is flexible.
// Real Kafka: ReplicationControlManager.electLeaders.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: messages/alter_partition.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ElectLeadersRequest {
  static constexpr const char* kName = "ElectLeadersRequest";
  static constexpr ApiKey kApi = ApiKey::ElectLeaders;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct TopicPartitions {
    std::string topic;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
    void describe(auto& f) {
      f("Topic", topic);
      f("Partitions", partitions);
    }
  };

  std::int8_t election_type = 0;  ///< 0 preferred, 1 unclean
  /// null: all partitions
  std::optional<std::vector<TopicPartitions>> topic_partitions{std::in_place};
  std::int32_t timeout_ms = 60000;

  bool operator==(const ElectLeadersRequest&) const = default;
  void describe(auto& f) {
    f("ElectionType", election_type, since(1));
    f("TopicPartitions", topic_partitions, nullable());
    f("TimeoutMs", timeout_ms);
  }
};

struct ElectLeadersResponse {
  static constexpr const char* kName = "ElectLeadersResponse";
  static constexpr ApiKey kApi = ApiKey::ElectLeaders;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct PartitionResult {
    std::int32_t partition_id = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";

    bool operator==(const PartitionResult&) const = default;
    void describe(auto& f) {
      f("PartitionId", partition_id);
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, nullable());
    }
  };

  struct ReplicaElectionResult {
    std::string topic;
    std::vector<PartitionResult> partition_result;

    bool operator==(const ReplicaElectionResult&) const = default;
    void describe(auto& f) {
      f("Topic", topic);
      f("PartitionResult", partition_result);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::vector<ReplicaElectionResult> replica_election_results;

  bool operator==(const ElectLeadersResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code, since(1));
    f("ReplicaElectionResults", replica_election_results);
  }
};

}  // namespace kscope::protocol
