// AlterPartition (key 56): a leader asks the controller to change the ISR of its partitions.
//
// The leader may not shrink or grow the ISR by itself: it proposes, with the leader epoch and
// partition epoch that it knows, and the controller accepts only if both are still current. Until
// the answer the leader counts with the larger of both sets (the "maximal ISR", KIP-497), so
// whichever way it goes no acknowledged record is lost.
//
// v1 adds the recovery state after unclean elections (KIP-704), v2 replaces names by topic ids, v3
// replaces the list of ids by ids with broker epochs, so that a restarted follower cannot slip in
// with its old progress (KIP-903).
// Invariant: exactly one of new_isr (below v3) and new_isr_with_epochs is used.
// Real Kafka: AlterPartitionManager, ReplicationControlManager.alterPartition.
// Called by: replication/. Answered by: metadata/.
// Read next: records/partition_records.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct AlterPartitionRequest {
  static constexpr const char* kName = "AlterPartitionRequest";
  static constexpr ApiKey kApi = ApiKey::AlterPartition;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = 0;

  struct BrokerState {
    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;

    bool operator==(const BrokerState&) const = default;
    void describe(auto& f) {
      f("BrokerId", broker_id);
      f("BrokerEpoch", broker_epoch);
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    std::int32_t leader_epoch = 0;
    std::vector<std::int32_t> new_isr;  ///< below v3
    std::vector<BrokerState> new_isr_with_epochs;  ///< from v3 on
    std::int8_t leader_recovery_state = 0;  ///< 1: recovering from an unclean election
    std::int32_t partition_epoch = 0;  ///< compare-and-set against the controller's

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("LeaderEpoch", leader_epoch);
      f("NewIsr", new_isr, versions(0, 2));
      f("NewIsrWithEpochs", new_isr_with_epochs, since(3));
      f("LeaderRecoveryState", leader_recovery_state, since(1));
      f("PartitionEpoch", partition_epoch);
    }
  };

  struct TopicData {
    std::string topic_name;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    bool operator==(const TopicData&) const = default;
    void describe(auto& f) {
      f("TopicName", topic_name, versions(0, 1).ignorable());
      f("TopicId", topic_id, since(2).ignorable());
      f("Partitions", partitions);
    }
  };

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = -1;
  std::vector<TopicData> topics;

  bool operator==(const AlterPartitionRequest&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
    f("Topics", topics);
  }
};

struct AlterPartitionResponse {
  static constexpr const char* kName = "AlterPartitionResponse";
  static constexpr ApiKey kApi = ApiKey::AlterPartition;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = 0;

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;
    std::vector<std::int32_t> isr;
    std::int8_t leader_recovery_state = 0;
    std::int32_t partition_epoch = 0;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
      f("Isr", isr);
      f("LeaderRecoveryState", leader_recovery_state, since(1).ignorable());
      f("PartitionEpoch", partition_epoch);
    }
  };

  struct TopicData {
    std::string topic_name;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    bool operator==(const TopicData&) const = default;
    void describe(auto& f) {
      f("TopicName", topic_name, versions(0, 1).ignorable());
      f("TopicId", topic_id, since(2).ignorable());
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::vector<TopicData> topics;

  bool operator==(const AlterPartitionResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
