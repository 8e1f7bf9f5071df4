// OffsetForLeaderEpoch (key 23): where does this leader epoch end in your log?
//
// The question that replaced truncation to the high watermark (KIP-101): if my last record is of
// epoch E and E ends at offset N with you, everything of mine from N on was never committed.
// Followers of 3.x ask inside Fetch instead (v12); consumers still use this to detect that a log
// was truncated under them (KIP-320).
//
// v1 also answers the epoch found, which may be smaller than the one asked for, v2 adds fencing and
// the throttle time, v3 the replica id, v4 is flexible.
// Called by: replication/, client/. Answered by: broker/.
// Read next: storage/leader_epoch_cache.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct OffsetForLeaderEpochRequest {
  static constexpr const char* kName = "OffsetForLeaderEpochRequest";
  static constexpr ApiKey kApi = ApiKey::OffsetForLeaderEpoch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  struct OffsetForLeaderPartition {
    std::int32_t partition = 0;
    std::int32_t current_leader_epoch = -1;
    std::int32_t leader_epoch = 0;  ///< the epoch whose end is asked for

    bool operator==(const OffsetForLeaderPartition&) const = default;
    void describe(auto& f) {
      f("Partition", partition);
      f("CurrentLeaderEpoch", current_leader_epoch, since(2).ignorable());
      f("LeaderEpoch", leader_epoch);
    }
  };

  struct OffsetForLeaderTopic {
    std::string topic;
    std::vector<OffsetForLeaderPartition> partitions;

    bool operator==(const OffsetForLeaderTopic&) const = default;
    void describe(auto& f) {
      f("Topic", topic);
      f("Partitions", partitions);
    }
  };

  std::int32_t replica_id = -2;  ///< -2: debugging tool, as when the field did not exist
  std::vector<OffsetForLeaderTopic> topics;

  bool operator==(const OffsetForLeaderEpochRequest&) const = default;
  void describe(auto& f) {
    f("ReplicaId", replica_id, since(3).ignorable());
    f("Topics", topics);
  }
};

struct OffsetForLeaderEpochResponse {
  static constexpr const char* kName = "OffsetForLeaderEpochResponse";
  static constexpr ApiKey kApi = ApiKey::OffsetForLeaderEpoch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;

  struct EpochEndOffset {
    ErrorCode error_code = ErrorCode::NONE;
    std::int32_t partition = 0;
    std::int32_t leader_epoch = -1;  ///< largest epoch <= the one asked for
    std::int64_t end_offset = -1;  ///< exclusive; -1: nothing that old

    bool operator==(const EpochEndOffset&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("Partition", partition);
      f("LeaderEpoch", leader_epoch, since(1).ignorable());
      f("EndOffset", end_offset);
    }
  };

  struct OffsetForLeaderTopicResult {
    std::string topic;
    std::vector<EpochEndOffset> partitions;

    bool operator==(const OffsetForLeaderTopicResult&) const = default;
    void describe(auto& f) {
      f("Topic", topic);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics;

  bool operator==(const OffsetForLeaderEpochResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(2).ignorable());
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
