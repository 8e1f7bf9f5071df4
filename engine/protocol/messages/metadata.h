// Metadata (key 3): who is in the cluster, and who leads what?
//
// Clients find leaders with it and ask again whenever a leader told them NOT_LEADER_OR_FOLLOWER.
// Any broker answers, from its own copy of the metadata log, so an answer may be a little old;
// leader epochs (v7) let clients notice and ignore an older one (KIP-320).
//
// v0 takes an empty list for "all topics", v1 and later null. v4 adds the switch for auto creation,
// v5 offline replicas, v9 is flexible, v10 adds topic ids (KIP-516), v11 drops the cluster's
// authorized operations again in favour of DescribeCluster (KIP-700), v12 allows asking by topic
// id.
// Real Kafka: MetadataRequest, KafkaApis.handleTopicMetadataRequest.
// Called by: client/, real clients. Answered by: broker/.
// Read next: messages/produce.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct MetadataRequest {
  static constexpr const char* kName = "MetadataRequest";
  static constexpr ApiKey kApi = ApiKey::Metadata;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 12, kFlexible = 9;

  struct MetadataRequestTopic {
    Uuid topic_id;
    std::optional<std::string> name = "";  ///< null only from v10: asked for by id

    bool operator==(const MetadataRequestTopic&) const = default;
    void describe(auto& f) {
      f("TopicId", topic_id, since(10).ignorable());
      f("Name", name, nullable(10));
    }
  };

  /// null (v0: empty): all topics
  std::optional<std::vector<MetadataRequestTopic>> topics{std::in_place};
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  bool operator==(const MetadataRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics, nullable(1));
    f("AllowAutoTopicCreation", allow_auto_topic_creation, since(4));
    f("IncludeClusterAuthorizedOperations", include_cluster_authorized_operations, versions(8, 10));
    f("IncludeTopicAuthorizedOperations", include_topic_authorized_operations, since(8));
  }
};

struct MetadataResponse {
  static constexpr const char* kName = "MetadataResponse";
  static constexpr ApiKey kApi = ApiKey::Metadata;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 12, kFlexible = 9;

  struct MetadataResponseBroker {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const MetadataResponseBroker&) const = default;
    void describe(auto& f) {
      f("NodeId", node_id);
      f("Host", host);
      f("Port", port);
      f("Rack", rack, since(1).nullable().ignorable());
    }
  };

  struct MetadataResponsePartition {
    ErrorCode error_code = ErrorCode::NONE;  ///< LEADER_NOT_AVAILABLE without a leader
    std::int32_t partition_index = 0;
    std::int32_t leader_id = 0;  ///< -1: there is none
    std::int32_t leader_epoch = -1;
    std::vector<std::int32_t> replica_nodes;  ///< in order of preference
    std::vector<std::int32_t> isr_nodes;
    std::vector<std::int32_t> offline_replicas;

    bool operator==(const MetadataResponsePartition&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("PartitionIndex", partition_index);
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch, since(7).ignorable());
      f("ReplicaNodes", replica_nodes);
      f("IsrNodes", isr_nodes);
      f("OfflineReplicas", offline_replicas, since(5).ignorable());
    }
  };

  struct MetadataResponseTopic {
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> name = "";  ///< null only from v12: asked for by an unknown id
    Uuid topic_id;
    bool is_internal = false;
    std::vector<MetadataResponsePartition> partitions;
    /// a bit field; the default means "not asked for"
    std::int32_t topic_authorized_operations = kOperationsNotAsked;

    bool operator==(const MetadataResponseTopic&) const = default;
    void describe(auto& f) {
      f("ErrorCode", error_code);
      f("Name", name, nullable(12));
      f("TopicId", topic_id, since(10).ignorable());
      f("IsInternal", is_internal, since(1).ignorable());
      f("Partitions", partitions);
      f("TopicAuthorizedOperations", topic_authorized_operations, since(8));
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<MetadataResponseBroker> brokers;
  std::optional<std::string> cluster_id;
  std::int32_t controller_id = -1;  ///< must name a live broker: admin clients send to it
  std::vector<MetadataResponseTopic> topics;
  std::int32_t cluster_authorized_operations = kOperationsNotAsked;

  bool operator==(const MetadataResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(3).ignorable());
    f("Brokers", brokers);
    f("ClusterId", cluster_id, since(2).nullable().ignorable());
    f("ControllerId", controller_id, since(1).ignorable());
    f("Topics", topics);
    f("ClusterAuthorizedOperations", cluster_authorized_operations, versions(8, 10));
  }
};

}  // namespace kscope::protocol
