// OffsetCommit (key 8): so far has this group read.
//
// A consumer stores its position, which is the offset of the next record it wants. The coordinator
// writes one record per partition into __consumer_offsets and answers when they are committed. A
// member says its generation, so that one who was thrown out cannot overwrite the new owner's
// offset (ILLEGAL_GENERATION); whoever manages partitions by itself says -1 and an empty member id.
//
// v2 to v4 carry a retention time, which became the broker's setting in v5 (KIP-211). v6 adds the
// leader epoch (KIP-320), v7 static members (KIP-345), v8 is flexible, v9 lets members of the
// consumer protocol say their epoch (KIP-848). v0 went to ZooKeeper and v1 said the time of the
// commit; neither is served.
// Called by: client/ (consumer, admin). Answered by: coordinator/offsets.
// Real Kafka: OffsetMetadataManager.commitOffset. Read next: messages/offset_fetch.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct OffsetCommitRequest {
  static constexpr const char* kName = "OffsetCommitRequest";
  static constexpr ApiKey kApi = ApiKey::OffsetCommit;
  static constexpr std::int16_t kMinVersion = 2, kMaxVersion = 9, kFlexible = 8;

  struct OffsetCommitRequestTopic {
    struct OffsetCommitRequestPartition {
      std::int32_t partition_index = 0;
      std::int64_t committed_offset = 0;  ///< of the next record to read
      std::int32_t committed_leader_epoch = -1;  ///< of the last record read
      std::optional<std::string> committed_metadata = "";  ///< free text of the client

      bool operator==(const OffsetCommitRequestPartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("CommittedOffset", committed_offset);
        f("CommittedLeaderEpoch", committed_leader_epoch, since(6).ignorable());
        f("CommittedMetadata", committed_metadata, nullable());
      }
    };

    std::string name;
    std::vector<OffsetCommitRequestPartition> partitions;

    bool operator==(const OffsetCommitRequestTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::string group_id;
  std::int32_t generation_id_or_member_epoch = -1;  ///< -1: no member
  std::string member_id;
  std::optional<std::string> group_instance_id;  ///< of a static member
  std::int64_t retention_time_ms = -1;  ///< -1: as the broker keeps them
  std::vector<OffsetCommitRequestTopic> topics;

  bool operator==(const OffsetCommitRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("GenerationIdOrMemberEpoch", generation_id_or_member_epoch);
    f("MemberId", member_id);
    f("GroupInstanceId", group_instance_id, since(7).nullable(7));
    f("RetentionTimeMs", retention_time_ms, versions(2, 4).ignorable());
    f("Topics", topics);
  }
};

struct OffsetCommitResponse {
  static constexpr const char* kName = "OffsetCommitResponse";
  static constexpr ApiKey kApi = ApiKey::OffsetCommit;
  static constexpr std::int16_t kMinVersion = 2, kMaxVersion = 9, kFlexible = 8;

  struct OffsetCommitResponseTopic {
    struct OffsetCommitResponsePartition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::NONE;

      bool operator==(const OffsetCommitResponsePartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("ErrorCode", error_code);
      }
    };

    std::string name;
    std::vector<OffsetCommitResponsePartition> partitions;

    bool operator==(const OffsetCommitResponseTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetCommitResponseTopic> topics;

  bool operator==(const OffsetCommitResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(3).ignorable());
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
