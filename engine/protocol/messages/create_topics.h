// CreateTopics (key 19): make these topics.
//
// Any broker accepts it and forwards it to the active controller, which decides the placement,
// writes TopicRecord and PartitionRecords to the metadata log and answers once they are committed.
// Clients then wait for the metadata to reach the broker that they talk to.
//
// v1 adds the dry run, v4 the defaults -1 for partitions and replication factor (KIP-464), v5 is
// flexible and tells the resulting configuration (KIP-525), v7 the topic's id.
// Real Kafka: ReplicationControlManager.createTopics.
// Called by: client/ (admin), broker/ (auto creation). Answered by: metadata/ through broker/.
// Read next: records/topic_records.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct CreateTopicsRequest {
  static constexpr const char* kName = "CreateTopicsRequest";
  static constexpr ApiKey kApi = ApiKey::CreateTopics;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 7, kFlexible = 5;

  struct CreatableReplicaAssignment {
    std::int32_t partition_index = 0;
    std::vector<std::int32_t> broker_ids;  ///< the first is the preferred leader

    bool operator==(const CreatableReplicaAssignment&) const = default;
    void describe(auto& f) {
      f("PartitionIndex", partition_index);
      f("BrokerIds", broker_ids);
    }
  };

  struct CreatableTopicConfig {
    std::string name;
    std::optional<std::string> value = "";

    bool operator==(const CreatableTopicConfig&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Value", value, nullable());
    }
  };

  struct CreatableTopic {
    std::string name;
    std::int32_t num_partitions = 0;  ///< -1: the broker's default, or assignments say
    std::int16_t replication_factor = 0;  ///< -1: likewise
    std::vector<CreatableReplicaAssignment> assignments;
    std::vector<CreatableTopicConfig> configs;

    bool operator==(const CreatableTopic&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("NumPartitions", num_partitions);
      f("ReplicationFactor", replication_factor);
      f("Assignments", assignments);
      f("Configs", configs);
    }
  };

  std::vector<CreatableTopic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;  ///< a dry run

  bool operator==(const CreateTopicsRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics);
    f("timeoutMs", timeout_ms);
    f("validateOnly", validate_only, since(1));
  }
};

struct CreateTopicsResponse {
  static constexpr const char* kName = "CreateTopicsResponse";
  static constexpr ApiKey kApi = ApiKey::CreateTopics;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 7, kFlexible = 5;

  struct CreatableTopicConfigs {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    std::int8_t config_source = -1;  ///< 1 topic, 4 static broker, 5 default
    bool is_sensitive = false;

    bool operator==(const CreatableTopicConfigs&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Value", value, nullable(5));
      f("ReadOnly", read_only);
      f("ConfigSource", config_source);
      f("IsSensitive", is_sensitive);
    }
  };

  struct CreatableTopicResult {
    std::string name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message = "";  ///< the schema's default is empty, not null
    std::int16_t topic_config_error_code = 0;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs{std::in_place};

    bool operator==(const CreatableTopicResult&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("TopicId", topic_id, since(7).ignorable());
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, since(1).nullable().ignorable());
      f("TopicConfigErrorCode", topic_config_error_code, since(5).tag(0).ignorable());
      f("NumPartitions", num_partitions, since(5).ignorable());
      f("ReplicationFactor", replication_factor, since(5).ignorable());
      f("Configs", configs, since(5).nullable().ignorable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics;

  bool operator==(const CreateTopicsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(2).ignorable());
    f("Topics", topics);
  }
};

}  // namespace kscope::protocol
