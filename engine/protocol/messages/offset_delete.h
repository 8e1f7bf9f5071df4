// OffsetDelete (key 47): forget what this group has committed for these partitions.
//
// Refused partition by partition with GROUP_SUBSCRIBED_TO_TOPIC while a member reads the topic
// (KIP-496), since the next commit would bring the offset back.
// Called by: client/ (admin). Answered by: coordinator/offsets.
// Real Kafka: OffsetMetadataManager.deleteOffsets. Read next: messages/consumer_group_heartbeat.h
#pragma once

#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct OffsetDeleteRequest {
  static constexpr const char* kName = "OffsetDeleteRequest";
  static constexpr ApiKey kApi = ApiKey::OffsetDelete;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = kNeverFlexible;

  struct OffsetDeleteRequestTopic {
    struct OffsetDeleteRequestPartition {
      std::int32_t partition_index = 0;

      bool operator==(const OffsetDeleteRequestPartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
      }
    };

    std::string name;
    std::vector<OffsetDeleteRequestPartition> partitions;

    bool operator==(const OffsetDeleteRequestTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::string group_id;
  std::vector<OffsetDeleteRequestTopic> topics;

  bool operator==(const OffsetDeleteRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("Topics", topics);
  }
};

struct OffsetDeleteResponse {
  static constexpr const char* kName = "OffsetDeleteResponse";
  static constexpr ApiKey kApi = ApiKey::OffsetDelete;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = kNeverFlexible;

  struct OffsetDeleteResponseTopic {
    struct OffsetDeleteResponsePartition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::NONE;

      bool operator==(const OffsetDeleteResponsePartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("ErrorCode", error_code);
      }
    };

    std::string name;
    std::vector<OffsetDeleteResponsePartition> partitions;

    bool operator==(const OffsetDeleteResponseTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  ErrorCode error_code = ErrorCode::NONE;
  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetDeleteResponseTopic> topics;

  bool operator==(const OffsetDeleteResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("ThrottleTimeMs", throttle_time_ms);
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
