// Records of __consumer_offsets about groups of the new consumer protocol (KIP-848).
//
// Where a classic group is one record, such a group is many: its epoch, what it knows of the topics
// it is subscribed to, its members, the assignment that it wants, and how far each member has come
// towards it. So a heartbeat of one member changes one small record. Versions 3 to 8 of the key.
//
// Written by: the group coordinator. Real Kafka: GroupCoordinatorRecordHelpers, ConsumerGroup.
// Read next: records/coordinator_record.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

/// The partitions of one topic, as the assignments below list them.
struct AssignedTopicPartitions {
  Uuid topic_id;
  std::vector<std::int32_t> partitions;

  bool operator==(const AssignedTopicPartitions&) const = default;
  void describe(auto& f) {
    f("TopicId", topic_id);
    f("Partitions", partitions);
  }
};

struct ConsumerGroupMetadataKey {
  static constexpr const char* kName = "ConsumerGroupMetadataKey";
  static constexpr std::int16_t kMinVersion = 3, kMaxVersion = 3, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 3;

  std::string group_id;

  bool operator==(const ConsumerGroupMetadataKey&) const = default;
  void describe(auto& f) { f("GroupId", group_id); }
};

struct ConsumerGroupMetadataValue {
  static constexpr const char* kName = "ConsumerGroupMetadataValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t epoch = 0;

  bool operator==(const ConsumerGroupMetadataValue&) const = default;
  void describe(auto& f) { f("Epoch", epoch); }
};

struct ConsumerGroupPartitionMetadataKey {
  static constexpr const char* kName = "ConsumerGroupPartitionMetadataKey";
  static constexpr std::int16_t kMinVersion = 4, kMaxVersion = 4, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 4;

  std::string group_id;

  bool operator==(const ConsumerGroupPartitionMetadataKey&) const = default;
  void describe(auto& f) { f("GroupId", group_id); }
};

struct ConsumerGroupPartitionMetadataValue {
  static constexpr const char* kName = "ConsumerGroupPartitionMetadataValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  struct PartitionMetadata {
    std::int32_t partition = 0;
    std::vector<std::string> racks;

    bool operator==(const PartitionMetadata&) const = default;
    void describe(auto& f) {
      f("Partition", partition);
      f("Racks", racks);
    }
  };
  struct TopicMetadata {
    Uuid topic_id;
    std::string topic_name;
    std::int32_t num_partitions = 0;
    std::vector<PartitionMetadata> partition_metadata;  ///< empty: no racks are known

    bool operator==(const TopicMetadata&) const = default;
    void describe(auto& f) {
      f("TopicId", topic_id);
      f("TopicName", topic_name);
      f("NumPartitions", num_partitions);
      f("PartitionMetadata", partition_metadata);
    }
  };

  std::vector<TopicMetadata> topics;

  bool operator==(const ConsumerGroupPartitionMetadataValue&) const = default;
  void describe(auto& f) { f("Topics", topics); }
};

struct ConsumerGroupMemberMetadataKey {
  static constexpr const char* kName = "ConsumerGroupMemberMetadataKey";
  static constexpr std::int16_t kMinVersion = 5, kMaxVersion = 5, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 5;

  std::string group_id, member_id;

  bool operator==(const ConsumerGroupMemberMetadataKey&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("MemberId", member_id);
  }
};

struct ConsumerGroupMemberMetadataValue {
  static constexpr const char* kName = "ConsumerGroupMemberMetadataValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  struct ClassicProtocol {
    std::string name;  ///< "range" …
    Blob metadata;     ///< ConsumerProtocolSubscription

    bool operator==(const ClassicProtocol&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Metadata", metadata);
    }
  };
  /// Of a member that speaks the classic protocol, while its group is on its way to KIP-848.
  struct ClassicMemberMetadata {
    std::int32_t session_timeout_ms = 0;
    std::vector<ClassicProtocol> supported_protocols;

    bool operator==(const ClassicMemberMetadata&) const = default;
    void describe(auto& f) {
      f("SessionTimeoutMs", session_timeout_ms);
      f("SupportedProtocols", supported_protocols);
    }
  };

  std::optional<std::string> instance_id, rack_id;
  std::string client_id, client_host;
  std::vector<std::string> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor;
  std::optional<ClassicMemberMetadata> classic_member_metadata;

  bool operator==(const ConsumerGroupMemberMetadataValue&) const = default;
  void describe(auto& f) {
    f("InstanceId", instance_id, nullable());
    f("RackId", rack_id, nullable());
    f("ClientId", client_id);
    f("ClientHost", client_host);
    f("SubscribedTopicNames", subscribed_topic_names);
    f("SubscribedTopicRegex", subscribed_topic_regex, nullable());
    f("RebalanceTimeoutMs", rebalance_timeout_ms);
    f("ServerAssignor", server_assignor, nullable());
    f("ClassicMemberMetadata", classic_member_metadata, nullable().tag(0));
  }
};

struct ConsumerGroupTargetAssignmentMetadataKey {
  static constexpr const char* kName = "ConsumerGroupTargetAssignmentMetadataKey";
  static constexpr std::int16_t kMinVersion = 6, kMaxVersion = 6, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 6;

  std::string group_id;

  bool operator==(const ConsumerGroupTargetAssignmentMetadataKey&) const = default;
  void describe(auto& f) { f("GroupId", group_id); }
};

struct ConsumerGroupTargetAssignmentMetadataValue {
  static constexpr const char* kName = "ConsumerGroupTargetAssignmentMetadataValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t assignment_epoch = 0;

  bool operator==(const ConsumerGroupTargetAssignmentMetadataValue&) const = default;
  void describe(auto& f) { f("AssignmentEpoch", assignment_epoch); }
};

struct ConsumerGroupTargetAssignmentMemberKey {
  static constexpr const char* kName = "ConsumerGroupTargetAssignmentMemberKey";
  static constexpr std::int16_t kMinVersion = 7, kMaxVersion = 7, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 7;

  std::string group_id, member_id;

  bool operator==(const ConsumerGroupTargetAssignmentMemberKey&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("MemberId", member_id);
  }
};

struct ConsumerGroupTargetAssignmentMemberValue {
  static constexpr const char* kName = "ConsumerGroupTargetAssignmentMemberValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::vector<AssignedTopicPartitions> topic_partitions;

  bool operator==(const ConsumerGroupTargetAssignmentMemberValue&) const = default;
  void describe(auto& f) { f("TopicPartitions", topic_partitions); }
};

struct ConsumerGroupCurrentMemberAssignmentKey {
  static constexpr const char* kName = "ConsumerGroupCurrentMemberAssignmentKey";
  static constexpr std::int16_t kMinVersion = 8, kMaxVersion = 8, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 8;

  std::string group_id, member_id;

  bool operator==(const ConsumerGroupCurrentMemberAssignmentKey&) const = default;
  void describe(auto& f) {
    f("GroupId", group_id);
    f("MemberId", member_id);
  }
};

struct ConsumerGroupCurrentMemberAssignmentValue {
  static constexpr const char* kName = "ConsumerGroupCurrentMemberAssignmentValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t member_epoch = 0;
  std::int32_t previous_member_epoch =
      0;                  ///< good as well, if the answer with the new one was lost
  std::int8_t state = 0;  ///< Kafka: MemberState
  std::vector<AssignedTopicPartitions> assigned_partitions;
  std::vector<AssignedTopicPartitions> partitions_pending_revocation;

  bool operator==(const ConsumerGroupCurrentMemberAssignmentValue&) const = default;
  void describe(auto& f) {
    f("MemberEpoch", member_epoch);
    f("PreviousMemberEpoch", previous_member_epoch);
    f("State", state);
    f("AssignedPartitions", assigned_partitions);
    f("PartitionsPendingRevocation", partitions_pending_revocation);
  }
};

}  // namespace kscope::protocol
