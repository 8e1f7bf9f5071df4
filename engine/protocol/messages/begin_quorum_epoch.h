// BeginQuorumEpoch (key 53): the winner of an election tells the other voters that it leads.
//
// Kafka's leader does not push records, so without this a voter that did not vote for the winner
// would have to wait for its own time-out to learn the name. Sent again until each voter answered
// or began to fetch. v1 is flexible and adds endpoints and directory ids (KIP-853).
// Real Kafka: KafkaRaftClient.handleBeginQuorumEpochRequest. KIP-595.
// Called and answered by: raft/.
// Read next: messages/end_quorum_epoch.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct BeginQuorumEpochRequest {
  static constexpr const char* kName = "BeginQuorumEpochRequest";
  static constexpr ApiKey kApi = ApiKey::BeginQuorumEpoch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;

  struct PartitionData {
    std::int32_t partition_index = 0;
    Uuid voter_directory_id;
    std::int32_t leader_id = 0;
    std::int32_t leader_epoch = 0;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("VoterDirectoryId", voter_directory_id, since(1).ignorable());
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
  std::int32_t voter_id = -1;  ///< whom it is meant for
  std::vector<TopicData> topics;
  std::vector<LeaderEndpoint> leader_endpoints;

  bool operator==(const BeginQuorumEpochRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("VoterId", voter_id, since(1).ignorable());
    f("Topics", topics);
    f("LeaderEndpoints", leader_endpoints, since(1).ignorable());
  }
};

struct BeginQuorumEpochResponse {
  static constexpr const char* kName = "BeginQuorumEpochResponse";
  static constexpr ApiKey kApi = ApiKey::BeginQuorumEpoch;
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

  bool operator==(const BeginQuorumEpochResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("Topics", topics);
    f("NodeEndpoints", node_endpoints, since(1).tag(0));
  }
};

}  // namespace kscope::protocol
