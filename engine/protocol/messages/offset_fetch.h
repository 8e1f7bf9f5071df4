// OffsetFetch (key 9): from where does this group read on?
//
// A consumer asks it for the partitions it was assigned; null instead of topics asks for all that
// the group ever committed. A partition without a commit is answered with offset -1 and no error:
// then auto.offset.reset decides.
//
// v2 adds the group's error and the null list, v5 leader epochs (KIP-320), v6 is flexible, v7 may
// ask for stable offsets only, which waits for open transactions (KIP-447). v8 asks for many groups
// at once and moves everything into `groups` (KIP-709); v9 adds member and epoch (KIP-848).
// Called by: client/ (consumer, admin). Answered by: coordinator/offsets.
// Real Kafka: OffsetMetadataManager.fetchOffsets. Read next: messages/offset_delete.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct OffsetFetchRequest {
  static constexpr const char* kName = "OffsetFetchRequest";
  static constexpr ApiKey kApi = ApiKey::OffsetFetch;
  static constexpr std::int16_t kMinVersion = 1, kMaxVersion = 9, kFlexible = 6;

  struct OffsetFetchRequestTopic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;

    bool operator==(const OffsetFetchRequestTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("PartitionIndexes", partition_indexes);
    }
  };

  struct OffsetFetchRequestGroup {
    struct OffsetFetchRequestTopics {
      std::string name;
      std::vector<std::int32_t> partition_indexes;

      bool operator==(const OffsetFetchRequestTopics&) const = default;
      void describe(auto& f) {
        f("Name", name);
        f("PartitionIndexes", partition_indexes);
      }
    };

    std::string group_id;
    std::optional<std::string> member_id;  ///< null: no member of the consumer protocol
    std::int32_t member_epoch = -1;  ///< -1: not a member of it
    std::optional<std::vector<OffsetFetchRequestTopics>> topics{std::in_place};  ///< null: all

    bool operator==(const OffsetFetchRequestGroup&) const = default;
    void describe(auto& f) {
      f("GroupId", group_id);
      f("MemberId", member_id, since(9).nullable(9).ignorable());
      f("MemberEpoch", member_epoch, since(9).ignorable());
      f("Topics", topics, nullable());
    }
  };

  std::string group_id;
  std::optional<std::vector<OffsetFetchRequestTopic>> topics{std::in_place};  ///< null: all
  std::vector<OffsetFetchRequestGroup> groups;
  bool require_stable = false;  ///< UNSTABLE_OFFSET_COMMIT while a transaction is open

  bool operator==(const OffsetFetchRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id, versions(1, 7));
    f("Topics", topics, versions(1, 7).nullable(2));
    f("Groups", groups, since(8));
    f("RequireStable", require_stable, since(7));
  }
};

struct OffsetFetchResponse {
  static constexpr const char* kName = "OffsetFetchResponse";
  static constexpr ApiKey kApi = ApiKey::OffsetFetch;
  static constexpr std::int16_t kMinVersion = 1, kMaxVersion = 9, kFlexible = 6;

  struct OffsetFetchResponseTopic {
    struct OffsetFetchResponsePartition {
      std::int32_t partition_index = 0;
      std::int64_t committed_offset = 0;  ///< -1: nothing was committed
      std::int32_t committed_leader_epoch = -1;
      std::optional<std::string> metadata = "";
      ErrorCode error_code = ErrorCode::NONE;

      bool operator==(const OffsetFetchResponsePartition&) const = default;
      void describe(auto& f) {
        f("PartitionIndex", partition_index);
        f("CommittedOffset", committed_offset);
        f("CommittedLeaderEpoch", committed_leader_epoch, since(5).ignorable());
        f("Metadata", metadata, nullable());
        f("ErrorCode", error_code);
      }
    };

    std::string name;
    std::vector<OffsetFetchResponsePartition> partitions;

    bool operator==(const OffsetFetchResponseTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  struct OffsetFetchResponseGroup {
    struct OffsetFetchResponseTopics {
      struct OffsetFetchResponsePartitions {
        std::int32_t partition_index = 0;
        std::int64_t committed_offset = 0;  ///< -1: nothing was committed
        std::int32_t committed_leader_epoch = -1;
        std::optional<std::string> metadata = "";
        ErrorCode error_code = ErrorCode::NONE;

        bool operator==(const OffsetFetchResponsePartitions&) const = default;
        void describe(auto& f) {
          f("PartitionIndex", partition_index);
          f("CommittedOffset", committed_offset);
          f("CommittedLeaderEpoch", committed_leader_epoch);
          f("Metadata", metadata, nullable());
          f("ErrorCode", error_code);
        }
      };

      std::string name;
      std::vector<OffsetFetchResponsePartitions> partitions;

      bool operator==(const OffsetFetchResponseTopics&) const = default;
      void describe(auto& f) {
        f("Name", name);
        f("Partitions", partitions);
      }
    };

    std::string group_id;
    std::vector<OffsetFetchResponseTopics> topics;
    ErrorCode error_code = ErrorCode::NONE;

    bool operator==(const OffsetFetchResponseGroup&) const = default;
    void describe(auto& f) {
      f("GroupId", group_id);
      f("Topics", topics);
      f("ErrorCode", error_code);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetFetchResponseTopic> topics;
  ErrorCode error_code = ErrorCode::NONE;  ///< v2 to v7: of the group
  std::vector<OffsetFetchResponseGroup> groups;

  bool operator==(const OffsetFetchResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(3).ignorable());
    f("Topics", topics, versions(1, 7));
    f("ErrorCode", error_code, versions(2, 7).ignorable());
    f("Groups", groups, since(8));
  }
};

}  // namespace kscope::protocol
