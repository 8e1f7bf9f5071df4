// Records of __consumer_offsets: what groups have committed, and who is in them.
//
// A group's state is a fold over these records. The key says what a record is about, and its
// version says of what kind: a compacted topic keeps the newest value of each key, and a value of
// null is the end of what the key names. Keys and values are version:int16 and then the fields.
//
//   key version   0, 1            2              3 … 8
//                 OffsetCommit    GroupMetadata  groups of the new protocol
//
// Invariant: versions of keys do not overlap among the kinds.
// Written by: the group coordinator. Real Kafka: GroupCoordinatorRecordHelpers,
// CoordinatorRecordSerde. KIP-915: values only get tagged fields from version 4 on.
// Read next: records/consumer_group_records.h, records/coordinator_record.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct OffsetCommitKey {
  static constexpr const char* kName = "OffsetCommitKey";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 1;

  std::string group, topic;
  std::int32_t partition = 0;

  bool operator==(const OffsetCommitKey&) const = default;
  void describe(auto& f) {
    f("Group", group);
    f("Topic", topic);
    f("Partition", partition);
  }
};

struct OffsetCommitValue {
  static constexpr const char* kName = "OffsetCommitValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;
  static constexpr std::int16_t kWriteVersion = 3;

  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  std::string metadata;
  std::int64_t commit_timestamp = 0;
  std::int64_t expire_timestamp = -1;  ///< version 1 only: then the client decided (KIP-211)

  bool operator==(const OffsetCommitValue&) const = default;
  void describe(auto& f) {
    f("Offset", offset);
    f("LeaderEpoch", leader_epoch, since(3).ignorable());
    f("Metadata", metadata);
    f("CommitTimestamp", commit_timestamp);
    f("ExpireTimestamp", expire_timestamp, versions(1, 1).ignorable());
  }
};

struct GroupMetadataKey {
  static constexpr const char* kName = "GroupMetadataKey";
  static constexpr std::int16_t kMinVersion = 2, kMaxVersion = 2, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 2;

  std::string group;

  bool operator==(const GroupMetadataKey&) const = default;
  void describe(auto& f) { f("Group", group); }
};

/// A group of the classic protocol, with the assignment of its generation.
struct GroupMetadataValue {
  static constexpr const char* kName = "GroupMetadataValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 4, kFlexible = 4;
  static constexpr std::int16_t kWriteVersion = 3;

  struct MemberMetadata {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id, client_host;
    std::int32_t rebalance_timeout = -1, session_timeout = 0;
    Blob subscription, assignment;  ///< for "consumer": see consumer_protocol.h

    bool operator==(const MemberMetadata&) const = default;
    void describe(auto& f) {
      f("MemberId", member_id);
      f("GroupInstanceId", group_instance_id, since(3).nullable(3).ignorable());
      f("ClientId", client_id);
      f("ClientHost", client_host);
      f("RebalanceTimeout", rebalance_timeout, since(1).ignorable());
      f("SessionTimeout", session_timeout);
      f("Subscription", subscription);
      f("Assignment", assignment);
    }
  };

  std::string protocol_type;
  std::int32_t generation = 0;
  std::optional<std::string> protocol, leader;
  std::int64_t current_state_timestamp = -1;
  std::vector<MemberMetadata> members;

  bool operator==(const GroupMetadataValue&) const = default;
  void describe(auto& f) {
    f("ProtocolType", protocol_type);
    f("Generation", generation);
    f("Protocol", protocol, nullable());
    f("Leader", leader, nullable());
    f("CurrentStateTimestamp", current_state_timestamp, since(2).ignorable());
    f("Members", members);
  }
};

}  // namespace kscope::protocol
