// Vote (key 52): a candidate asks a voter for its vote in an epoch.
//
// A voter grants at most one vote per epoch, writes it to its quorum-state file before it answers,
// and refuses a candidate whose log ends earlier than its own, compared by (epoch of the last
// record, end offset). Together with a majority that makes every committed record survive every
// election.
//
// Shaped as topics and partitions although there is only __cluster_metadata-0: the quorum was meant
// to serve more than one log one day. v1 adds directory ids (KIP-853), v2
// the pre-vote (KIP-996), which Kafka has from 4.0 on; here it is a switch that is off.
// Invariant: candidate_epoch is the candidate's own, already raised and persisted.
// Real Kafka: KafkaRaftClient.handleVoteRequest. KIP-595.
// Called and answered by: raft/.
// Read next: messages/begin_quorum_epoch.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct VoteRequest {
  static constexpr const char* kName = "VoteRequest";
  static constexpr ApiKey kApi = ApiKey::Vote;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;

  struct PartitionData {
    std::int32_t partition_index = 0;
    std::int32_t candidate_epoch = 0;  ///< already raised and persisted by the candidate
    std::int32_t candidate_id = 0;
    Uuid candidate_directory_id;
    Uuid voter_directory_id;
    std::int32_t last_offset_epoch = 0;  ///< epoch of the last record in the candidate's log
    std::int64_t last_offset = 0;  ///< despite the name the log end offset, exclusive
    bool pre_vote = false;  ///< only asking (KIP-996): nobody raises an epoch or writes anything

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("CandidateEpoch", candidate_epoch);
      f("CandidateId", candidate_id);
      f("CandidateDirectoryId", candidate_directory_id, since(1).ignorable());
      f("VoterDirectoryId", voter_directory_id, since(1).ignorable());
      f("LastOffsetEpoch", last_offset_epoch);
      f("LastOffset", last_offset);
      f("PreVote", pre_vote, since(2));
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

  std::optional<std::string> cluster_id;
  std::int32_t voter_id = -1;  ///< whom it is meant for
  std::vector<TopicData> topics;

  bool operator==(const VoteRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("VoterId", voter_id, since(1).ignorable());
    f("Topics", topics);
  }
};

struct VoteResponse {
  static constexpr const char* kName = "VoteResponse";
  static constexpr ApiKey kApi = ApiKey::Vote;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::int32_t leader_id = 0;  ///< -1: unknown to the voter
    std::int32_t leader_epoch = 0;  ///< the voter's; larger than ours: step down
    bool vote_granted = false;

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
      f("VoteGranted", vote_granted);
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

  bool operator==(const VoteResponse&) const = default;
  void describe(auto& f) {
    f("ErrorCode", error_code);
    f("Topics", topics);
    f("NodeEndpoints", node_endpoints, since(1).tag(0));
  }
};

}  // namespace kscope::protocol
