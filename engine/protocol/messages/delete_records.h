// DeleteRecords (key 21): forget everything before these offsets.
//
// Nothing is overwritten: each replica moves its log start, and whole segments before it go with
// the next retention check. The answer comes when every live replica has moved, and names the low
// watermark, the smallest log start among them (KIP-107). An offset of -1 stands for the high
// watermark. v2 is flexible; v1 only promised to answer before throttling.
// Real Kafka: ReplicaManager.deleteRecords, DelayedDeleteRecords.
// Called by: client/ (admin). Answered by: the partition's leader, broker/.
// Read next: messages/elect_leaders.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DeleteRecordsRequest {
  static constexpr const char* kName = "DeleteRecordsRequest";
  static constexpr ApiKey kApi = ApiKey::DeleteRecords;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct DeleteRecordsPartition {
    std::int32_t partition_index = 0;
    std::int64_t offset = 0;  ///< the first one to stay; -1: the high watermark

    bool operator==(const DeleteRecordsPartition&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("Offset", offset);
    }
  };

  struct DeleteRecordsTopic {
    std::string name;
    std::vector<DeleteRecordsPartition> partitions;

    bool operator==(const DeleteRecordsTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::vector<DeleteRecordsTopic> topics;
  std::int32_t timeout_ms = 0;

  bool operator==(const DeleteRecordsRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics);
    f("TimeoutMs", timeout_ms);
  }
};

struct DeleteRecordsResponse {
  static constexpr const char* kName = "DeleteRecordsResponse";
  static constexpr ApiKey kApi = ApiKey::DeleteRecords;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;

  struct DeleteRecordsPartitionResult {
    std::int32_t partition_index = 0;
    std::int64_t low_watermark = 0;  ///< -1 with an error
    ErrorCode error_code = ErrorCode::NONE;

    bool operator==(const DeleteRecordsPartitionResult&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("LowWatermark", low_watermark);
      f("ErrorCode", error_code);
    }
  };

  struct DeleteRecordsTopicResult {
    std::string name;
    std::vector<DeleteRecordsPartitionResult> partitions;

    bool operator==(const DeleteRecordsTopicResult&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeleteRecordsTopicResult> topics;

  bool operator==(const DeleteRecordsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
