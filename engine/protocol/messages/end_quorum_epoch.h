// EndQuorumEpoch (key 54): the leader steps down and names who should follow.
//
// Lets an election start at once instead of after a fetch time-out: the first of the preferred
// successors (the most caught-up voter) becomes a candidate immediately, the others after a growing
// delay. v1 is flexible and names candidates with their directory ids instead (KIP-853).
// Real Kafka: KafkaRaftClient.handleEndQuorumEpochRequest. KIP-595.
// Called and answered by: raft/.
// Read next: messages/fetch_snapshot.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct EndQuorumEpochRequest {
  static constexpr const char* kName = "EndQuorumEpochRequest";
  static constexpr ApiKey kApi = ApiKey::EndQuorumEpoch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;

  struct ReplicaInfo {
    std::int32_t candidate_id = 0;
    Uuid candidate_directory_id;

    bool operator==(const ReplicaInfo&) const = default;
    void describe(auto& f) {
      f("CandidateId", candidate_id);
      f("CandidateDirectoryId", candidate_directory_id);
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;
    std::vector<std::int32_t> preferred_successors;  ///< most caught up first; v0
    std::vector<ReplicaInfo> preferred_candidates;  ///< the same from v1 on

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
      f("PreferredSuccessors", preferred_successors, versions(0, 0).ignorable());
      f("PreferredCandidates", preferred_candidates, since(1).ignorable());
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

  struct LeaderEndpoint {
    std::string name;
    std::string host;
    std::uint16_t port = 0;

    bool operator==(const LeaderEndpoint&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Host", host);
      f("Port", port);
    }
  };

  std::optional<std::string> cluster_id;
  std::vector<TopicData> topics;
  std::vector<LeaderEndpoint> leader_endpoints;

  bool operator==(const EndQuorumEpochRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("Topics", topics);
    f("LeaderEndpoints", leader_endpoints, since(1).ignorable());
  }
};

struct EndQuorumEpochResponse {
  static constexpr const char* kName = "EndQuorumEpochResponse";
  static constexpr ApiKey kApi = ApiKey::EndQuorumEpoch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
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

  ErrorCode error_code = ErrorCode::NONE;
  std::vector<TopicData> topics;
  std::vector<NodeEndpoint> node_endpoints;

  bool operator==(const EndQuorumEpochResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("Topics", topics);
    f("NodeEndpoints", node_endpoints, since(1).tag(0));
  }
};

}  // namespace kscope::protocol
