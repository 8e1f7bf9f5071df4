// ConsumerGroupHeartbeat (key 68): the one request of the new consumer protocol (KIP-848).
//
// Joining, subscribing, giving back and taking over partitions and leaving are all said in
// heartbeats. The coordinator computes the assignment and hands every member its next step, so that
// nobody ever waits for everybody. A field that did not change since the last heartbeat is null, or
// -1.
//
// Epochs: 0 joins, -1 leaves, -2 leaves as a static member that means to come back.
// v1 is 4.0's: it subscribes by a regular expression that the coordinator looks up (3.9's client
// does that by itself, and its coordinator only has the field in its records).
// Called by: client/ (consumer). Answered by: coordinator/group.
// Real Kafka: GroupMetadataManager.consumerGroupHeartbeat. Read next: consumer_group_describe.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ConsumerGroupHeartbeatRequest {
  static constexpr const char* kName = "ConsumerGroupHeartbeatRequest";
  static constexpr ApiKey kApi = ApiKey::ConsumerGroupHeartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
    void describe(auto& f) {
      f("TopicId", topic_id);
      f("Partitions", partitions);
    }
  };

  std::string group_id;
  std::string member_id;  ///< empty: the coordinator makes one
  std::int32_t member_epoch = 0;  ///< 0 joins, -1 leaves, -2 comes back
  std::optional<std::string> instance_id;  ///< of a static member
  std::optional<std::string> rack_id;
  std::int32_t rebalance_timeout_ms = -1;  ///< to give partitions back; -1: as before
  std::optional<std::vector<std::string>> subscribed_topic_names;  ///< null: as before
  std::optional<std::string> subscribed_topic_regex;  ///< null: as before; empty: none any more
  std::optional<std::string> server_assignor;  ///< null: as before, or any
  /// what is held now; null: as before
  std::optional<std::vector<TopicPartitions>> topic_partitions;

  bool operator==(const ConsumerGroupHeartbeatRequest&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("MemberId", member_id);
    f("MemberEpoch", member_epoch);
    f("InstanceId", instance_id, nullable());
    f("RackId", rack_id, nullable());
    f("RebalanceTimeoutMs", rebalance_timeout_ms);
    f("SubscribedTopicNames", subscribed_topic_names, nullable());
    f("SubscribedTopicRegex", subscribed_topic_regex, since(1).nullable(1));
    f("ServerAssignor", server_assignor, nullable());
    f("TopicPartitions", topic_partitions, nullable());
  }
};

struct ConsumerGroupHeartbeatResponse {
  static constexpr const char* kName = "ConsumerGroupHeartbeatResponse";
  static constexpr ApiKey kApi = ApiKey::ConsumerGroupHeartbeat;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
    void describe(auto& f) {
      f("TopicId", topic_id);
      f("Partitions", partitions);
    }
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;  ///< usable at once

    bool operator==(const Assignment&) const = default;
    void describe(auto& f) {
      f("TopicPartitions", topic_partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  std::int32_t member_epoch = 0;
  std::int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment;  ///< null: as before

  bool operator==(const ConsumerGroupHeartbeatResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable());
    f("MemberId", member_id, nullable());
    f("MemberEpoch", member_epoch);
    f("HeartbeatIntervalMs", heartbeat_interval_ms);
    f("Assignment", assignment, nullable());
  }
};

}  // namespace kscope::protocol
