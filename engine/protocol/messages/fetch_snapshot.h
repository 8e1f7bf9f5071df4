// FetchSnapshot (key 59): give me a piece of this snapshot of the metadata log.
//
// When a Fetch asks for offsets that the leader has already folded into a snapshot, the answer
// names the snapshot, and the replica loads it in pieces with this request before it fetches on
// (KIP-630). A snapshot is named by the offset after its last record and that record's epoch. v1
// adds directory ids.
// Real Kafka: KafkaRaftClient.handleFetchSnapshotRequest.
// Called and answered by: raft/.
// Read next: messages/describe_quorum.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct FetchSnapshotRequest {
  static constexpr const char* kName = "FetchSnapshotRequest";
  static constexpr ApiKey kApi = ApiKey::FetchSnapshot;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct SnapshotId {
    std::int64_t end_offset = 0;  ///< exclusive
    std::int32_t epoch = 0;

    bool operator==(const SnapshotId&) const = default;
    void describe(auto& f) {
      f("EndOffset", end_offset);
      f("Epoch", epoch);
    }
  };

  struct PartitionSnapshot {
    std::int32_t partition = 0;
    std::int32_t current_leader_epoch = 0;
    SnapshotId snapshot_id;
    std::int64_t position = 0;  ///< byte to go on from
    Uuid replica_directory_id;

    bool operator==(const PartitionSnapshot&) const = default;
    void describe(auto& f) {
      f("Partition", partition);
      f("CurrentLeaderEpoch", current_leader_epoch);
      f("SnapshotId", snapshot_id);
      f("Position", position);
      f("ReplicaDirectoryId", replica_directory_id, since(1).tag(0).ignorable());
    }
  };

  struct TopicSnapshot {
    std::string name;
    std::vector<PartitionSnapshot> partitions;

    bool operator==(const TopicSnapshot&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  std::optional<std::string> cluster_id;
  std::int32_t replica_id = -1;
  std::int32_t max_bytes = 2147483647;
  std::vector<TopicSnapshot> topics;

  bool operator==(const FetchSnapshotRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable().tag(0));
    f("ReplicaId", replica_id);
    f("MaxBytes", max_bytes);
    f("Topics", topics);
  }
};

struct FetchSnapshotResponse {
  static constexpr const char* kName = "FetchSnapshotResponse";
  static constexpr ApiKey kApi = ApiKey::FetchSnapshot;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct SnapshotId {
    std::int64_t end_offset = 0;
    std::int32_t epoch = 0;

    bool operator==(const SnapshotId&) const = default;
    void describe(auto& f) {
      f("EndOffset", end_offset);
      f("Epoch", epoch);
    }
  };

  struct LeaderIdAndEpoch {
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;

    bool operator==(const LeaderIdAndEpoch&) const = default;
    void describe(auto& f) {
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
    }
  };

  struct PartitionSnapshot {
    std::int32_t index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    SnapshotId snapshot_id;
    LeaderIdAndEpoch current_leader;
    std::int64_t size = 0;
    std::int64_t position = 0;
    Blob unaligned_records;  ///< cut anywhere, even inside a batch

    bool operator==(const PartitionSnapshot&) const = default;
    void describe(auto& f) {
      f("Index", index);
      f("ErrorCode", error_code);
      f("SnapshotId", snapshot_id);
      f("CurrentLeader", current_leader, tag(0));
      f("Size", size);
      f("Position", position);
      f("UnalignedRecords", unaligned_records, FieldSpec{}.records());
    }
  };

  struct TopicSnapshot {
    std::string name;
    std::vector<PartitionSnapshot> partitions;

    bool operator==(const TopicSnapshot&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Partitions", partitions);
    }
  };

  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::uint16_t port = 0;

    bool operator==(const NodeEndpoint&) const = default;
    void describe(auto& f) {
      f("NodeId", node_id);
      f("Host", host);
      f("Port", port);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::vector<TopicSnapshot> topics;
  std::vector<NodeEndpoint> node_endpoints;

  bool operator==(const FetchSnapshotResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("Topics", topics);
    f("NodeEndpoints", node_endpoints, since(1).tag(0));
  }
};

}  // namespace kscope::protocol
