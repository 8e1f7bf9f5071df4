// DescribeQuorum (key 55): who leads the metadata log, and how far is everybody?
//
// What kafka-metadata-quorum.sh shows: the leader's view of every voter's and observer's log end.
// v1 adds the times of the last fetch and of being caught up (KIP-836), v2 messages, nodes and
// directory ids (KIP-853).
// Called by: client/ (admin). Answered by: raft/.
// Read next: messages/broker_registration.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"
#include "engine/protocol/voter_parts.h"

namespace kscope::protocol {

struct DescribeQuorumRequest {
  static constexpr const char* kName = "DescribeQuorumRequest";
  static constexpr ApiKey kApi = ApiKey::DescribeQuorum;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;

  struct PartitionData {
    std::int32_t partition_index = 0;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
    }
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;

    bool operator==(const TopicData&) const = default;
    void describe(auto& f) {
      f("TopicName", topic_name);
      f("Partitions", partitions);
    }
  };

  std::vector<TopicData> topics;

  bool operator==(const DescribeQuorumRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics);
  }
};

struct DescribeQuorumResponse {
  static constexpr const char* kName = "DescribeQuorumResponse";
  static constexpr ApiKey kApi = ApiKey::DescribeQuorum;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;

  struct ReplicaState {
    std::int32_t replica_id = 0;
    Uuid replica_directory_id;
    std::int64_t log_end_offset = 0;  ///< -1: unknown
    std::int64_t last_fetch_timestamp = -1;  ///< -1 for the leader itself
    std::int64_t last_caught_up_timestamp = -1;

    bool operator==(const ReplicaState&) const = default;
    void describe(auto& f) {
      f("ReplicaId", replica_id);
      f("ReplicaDirectoryId", replica_directory_id, since(2));
      f("LogEndOffset", log_end_offset);
      f("LastFetchTimestamp", last_fetch_timestamp, since(1).ignorable());
      f("LastCaughtUpTimestamp", last_caught_up_timestamp, since(1).ignorable());
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;
    std::int64_t high_watermark = 0;
    std::vector<ReplicaState> current_voters;
    std::vector<ReplicaState> observers;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, since(2).nullable().ignorable());
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
      f("HighWatermark", high_watermark);
      f("CurrentVoters", current_voters);
      f("Observers", observers);
    }
  };

  struct TopicData {
    std::string topic_name;
    std::vector<PartitionData> partitions;

    bool operator==(const TopicData&) const = default;
    void describe(auto& f) {
      f("TopicName", topic_name);
      f("Partitions", partitions);
    }
  };

  struct Node {
    std::int32_t node_id = 0;
    std::vector<VoterEndpoint> listeners;

    bool operator==(const Node&) const = default;
    void describe(auto& f) {
      f("NodeId", node_id);
      f("Listeners", listeners);
    }
  };

  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message = "";
  std::vector<TopicData> topics;
  std::vector<Node> nodes;

  bool operator==(const DescribeQuorumResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, since(2).nullable().ignorable());
    f("Topics", topics);
    f("Nodes", nodes, since(2));
  }
};

}  // namespace kscope::protocol
