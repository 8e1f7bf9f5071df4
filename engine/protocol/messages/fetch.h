// Fetch (key 1): give me the log of these partitions from these offsets.
//
// The one way in which records leave a leader: consumers, followers (a replica id of 0 or more) and
// KRaft voters all pull with it. A follower's fetch offset is also its acknowledgement: fetching at
// N proves that it holds everything before N, and from the smallest such N in the ISR follows the
// high watermark. `last_fetched_epoch` (v12) lets the leader see that the follower's history has
// left its own; the answer then carries `diverging_epoch` instead of records and the follower
// truncates (KIP-595).
//
// v4 brings batches v2 and the last stable offset, v5 the log start, v7 fetch sessions (KIP-227),
// v9 the epoch that fences stale leaders (KIP-320), v10 zstd, v11 reading from followers (KIP-392),
// v12 flexible versions and divergence, v13 topic ids instead of names (KIP-516), v15 the replica's
// epoch (KIP-903), v16 endpoints of the current leaders (KIP-951), v17 directory ids (KIP-853).
// Invariant: records are whole batches as stored; only the last may be cut, and readers must ignore
// it.
// Real Kafka: FetchRequest, FetchResponse, ReplicaManager.fetchMessages,
// KafkaRaftClient.handleFetchRequest.
// Called by: replication/, raft/, client/ (consumer). Answered by: broker/, raft/.
// Read next: messages/list_offsets.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct FetchRequest {
  static constexpr const char* kName = "FetchRequest";
  static constexpr ApiKey kApi = ApiKey::Fetch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 17, kFlexible = 12;

  struct ReplicaState {
    std::int32_t replica_id = -1;
    std::int64_t replica_epoch = -1;  ///< broker epoch of the follower's process (KIP-903)

    bool operator==(const ReplicaState&) const = default;
    void describe(auto& f) {
      f("ReplicaId", replica_id);
      f("ReplicaEpoch", replica_epoch);
    }
  };

  struct FetchPartition {
    std::int32_t partition = 0;
    std::int32_t current_leader_epoch = -1;  ///< as the fetcher knows it; -1: do not fence
    std::int64_t fetch_offset = 0;  ///< everything below is held by the fetcher
    std::int32_t last_fetched_epoch = -1;  ///< epoch of the record before fetch_offset
    std::int64_t log_start_offset = -1;  ///< of the follower's own log
    std::int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;

    bool operator==(const FetchPartition&) const = default;
    void describe(auto& f) {
      f("Partition", partition);
      f("CurrentLeaderEpoch", current_leader_epoch, since(9).ignorable());
      f("FetchOffset", fetch_offset);
      f("LastFetchedEpoch", last_fetched_epoch, since(12));
      f("LogStartOffset", log_start_offset, since(5).ignorable());
      f("PartitionMaxBytes", partition_max_bytes);
      f("ReplicaDirectoryId", replica_directory_id, since(17).tag(0).ignorable());
    }
  };

  struct FetchTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<FetchPartition> partitions;

    bool operator==(const FetchTopic&) const = default;
    void describe(auto& f) {
      f("Topic", topic, versions(0, 12).ignorable());
      f("TopicId", topic_id, since(13).ignorable());
      f("Partitions", partitions);
    }
  };

  struct ForgottenTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<std::int32_t> partitions;

    bool operator==(const ForgottenTopic&) const = default;
    void describe(auto& f) {
      f("Topic", topic, versions(0, 12).ignorable());
      f("TopicId", topic_id, since(13).ignorable());
      f("Partitions", partitions);
    }
  };

  std::optional<std::string> cluster_id;  ///< only KRaft voters fill it in
  std::int32_t replica_id = -1;  ///< -1: a consumer. From v15 on in replica_state
  ReplicaState replica_state;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;  ///< the leader waits for so much, at most max_wait_ms
  /// soft: the first batch is sent whole even if it is larger (KIP-74)
  std::int32_t max_bytes = 2147483647;
  std::int8_t isolation_level = 0;  ///< 0 read_uncommitted, 1 read_committed
  std::int32_t session_id = 0;  ///< 0: no session
  std::int32_t session_epoch = -1;  ///< -1: sessionless, 0: asks for a new session
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;  ///< partitions to take out of the session
  std::string rack_id;

  bool operator==(const FetchRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, since(12).nullable().tag(0).ignorable());
    f("ReplicaId", replica_id, versions(0, 14));
    f("ReplicaState", replica_state, since(15).tag(1));
    f("MaxWaitMs", max_wait_ms);
    f("MinBytes", min_bytes);
    f("MaxBytes", max_bytes, since(3).ignorable());
    f("IsolationLevel", isolation_level, since(4).ignorable());
    f("SessionId", session_id, since(7).ignorable());
    f("SessionEpoch", session_epoch, since(7).ignorable());
    f("Topics", topics);
    f("ForgottenTopicsData", forgotten_topics_data, since(7));
    f("RackId", rack_id, since(11).ignorable());
  }
};

struct FetchResponse {
  static constexpr const char* kName = "FetchResponse";
  static constexpr ApiKey kApi = ApiKey::Fetch;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 17, kFlexible = 12;

  struct EpochEndOffset {
    std::int32_t epoch = -1;
    std::int64_t end_offset = -1;

    bool operator==(const EpochEndOffset&) const = default;
    void describe(auto& f) {
      f("Epoch", epoch);
      f("EndOffset", end_offset);
    }
  };

  struct LeaderIdAndEpoch {
    std::int32_t leader_id = -1;
    std::int32_t leader_epoch = -1;

    bool operator==(const LeaderIdAndEpoch&) const = default;
    void describe(auto& f) {
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
    }
  };

  struct SnapshotId {
    std::int64_t end_offset = -1;
    std::int32_t epoch = -1;

    bool operator==(const SnapshotId&) const = default;
    void describe(auto& f) {
      f("EndOffset", end_offset);
      f("Epoch", epoch);
    }
  };

  struct AbortedTransaction {
    std::int64_t producer_id = 0;
    std::int64_t first_offset = 0;

    bool operator==(const AbortedTransaction&) const = default;
    void describe(auto& f) {
      f("ProducerId", producer_id);
      f("FirstOffset", first_offset);
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::int64_t high_watermark = 0;  ///< exclusive: everything below it is committed
    std::int64_t last_stable_offset = -1;  ///< no open transaction begins before it
    std::int64_t log_start_offset = -1;
    EpochEndOffset diverging_epoch;  ///< set: truncate to it before fetching on
    LeaderIdAndEpoch current_leader;  ///< whom to ask instead
    SnapshotId snapshot_id;  ///< set: load this snapshot first (KRaft only)
    /// null for read_uncommitted
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{std::in_place};
    std::int32_t preferred_read_replica = -1;  ///< another replica to read from (KIP-392)
    Blob records;  ///< batches; the last may be cut short

    bool operator==(const PartitionData&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("ErrorCode", error_code);
      f("HighWatermark", high_watermark);
      f("LastStableOffset", last_stable_offset, since(4).ignorable());
      f("LogStartOffset", log_start_offset, since(5).ignorable());
      f("DivergingEpoch", diverging_epoch, since(12).tag(0));
      f("CurrentLeader", current_leader, since(12).tag(1));
      f("SnapshotId", snapshot_id, since(12).tag(2));
      f("AbortedTransactions", aborted_transactions, since(4).nullable().ignorable());
      f("PreferredReadReplica", preferred_read_replica, since(11));
      f("Records", records, nullable().records());
    }
  };

  struct FetchableTopicResponse {
    std::string topic;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    bool operator==(const FetchableTopicResponse&) const = default;
    void describe(auto& f) {
      f("Topic", topic, versions(0, 12).ignorable());
      f("TopicId", topic_id, since(13).ignorable());
      f("Partitions", partitions);
    }
  };

  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const NodeEndpoint&) const = default;
    void describe(auto& f) {
      f("NodeId", node_id);
      f("Host", host);
      f("Port", port);
      f("Rack", rack, nullable(16));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::int32_t session_id = 0;  ///< 0: no session
  std::vector<FetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;

  bool operator==(const FetchResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("ErrorCode", error_code, since(7).ignorable());
    f("SessionId", session_id, since(7));
    f("Responses", responses);
    f("NodeEndpoints", node_endpoints, since(16).tag(0));
  }
};

}  // namespace kscope::protocol
