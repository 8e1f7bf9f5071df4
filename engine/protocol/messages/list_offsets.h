// ListOffsets (key 2): at which offset does this partition begin, end, or reach a time?
//
// A consumer without a position asks it: timestamp -2 is the earliest offset, -1 the latest that
// the isolation level may see, -3 the record with the highest timestamp (v7, KIP-734), anything
// else the first record at or after that time, found through the time index.
//
// v1 answers one offset instead of a list, v2 adds the isolation level, v4 leader epochs, v6 is
// flexible, v8 and v9 serve tiered storage (KIP-405, KIP-1005).
// Trap: the answer's leader_epoch must stay -1 below v4; it is not ignorable.
// Called by: client/ (consumer), real clients. Answered by: broker/.
// Read next: messages/offset_for_leader_epoch.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ListOffsetsRequest {
  static constexpr const char* kName = "ListOffsetsRequest";
  static constexpr ApiKey kApi = ApiKey::ListOffsets;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 9, kFlexible = 6;

  struct ListOffsetsPartition {
    std::int32_t partition_index = 0;
    std::int32_t current_leader_epoch = -1;
    std::int64_t timestamp = 0;  ///< -2 earliest, -1 latest, -3 max timestamp
    std::int32_t max_num_offsets = 1;  ///< v0 only

    bool operator==(const ListOffsetsPartition&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("CurrentLeaderEpoch", current_leader_epoch, since(4).ignorable());
      f("Timestamp", timestamp);
      f("MaxNumOffsets", max_num_offsets, versions(0, 0));
    }
  };

  struct ListOffsetsTopic {
    std::string name;
    std::vector<ListOffsetsPartition> partitions;

    bool operator==(const ListOffsetsTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t replica_id = 0;  ///< -1: a consumer
  std::int8_t isolation_level = 0;
  std::vector<ListOffsetsTopic> topics;

  bool operator==(const ListOffsetsRequest&) const = default;
  void describe(auto& f) {
    f("ReplicaId", replica_id);
    f("IsolationLevel", isolation_level, since(2));
    f("Topics", topics);
  }
};

struct ListOffsetsResponse {
  static constexpr const char* kName = "ListOffsetsResponse";
  static constexpr ApiKey kApi = ApiKey::ListOffsets;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 9, kFlexible = 6;

  struct ListOffsetsPartitionResponse {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::vector<std::int64_t> old_style_offsets;  ///< v0 only
    std::int64_t timestamp = -1;
    std::int64_t offset = -1;
    std::int32_t leader_epoch = -1;  ///< of the record found; keep -1 below v4

    bool operator==(const ListOffsetsPartitionResponse&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("OldStyleOffsets", old_style_offsets, versions(0, 0));
      f("Timestamp", timestamp, since(1));
      f("Offset", offset, since(1));
      f("LeaderEpoch", leader_epoch, since(4));
    }
  };

  struct ListOffsetsTopicResponse {
    std::string name;
    std::vector<ListOffsetsPartitionResponse> partitions;

    bool operator==(const ListOffsetsTopicResponse&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<ListOffsetsTopicResponse> topics;

  bool operator==(const ListOffsetsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(2).ignorable());
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
