// What consumers tell each other through a classic group: subscription and assignment.
//
// The coordinator passes these bytes on and does not look inside: JoinGroup carries the one,
// SyncGroup the other, GroupMetadataValue keeps both. version:int16 and then the fields; a version
// that is not known yet is read as the newest one that is, since fields are only ever added.
//
// Written by: consumers. Real Kafka: ConsumerProtocol. Read next: records/group_records.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ConsumerProtocolPartitions {
  std::string topic;
  std::vector<std::int32_t> partitions;

  bool operator==(const ConsumerProtocolPartitions&) const = default;
  void describe(auto& f) {
    f("Topic", topic);
    f("Partitions", partitions);
  }
};

struct ConsumerProtocolSubscription {
  static constexpr const char* kName = "ConsumerProtocolSubscription";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 3;

  std::vector<std::string> topics;
  std::optional<Blob> user_data;
  std::vector<ConsumerProtocolPartitions> owned_partitions;
  std::int32_t generation_id = -1;
  std::optional<std::string> rack_id;

  bool operator==(const ConsumerProtocolSubscription&) const = default;
  void describe(auto& f) {
    f("Topics", topics);
    f("UserData", user_data, nullable());
    f("OwnedPartitions", owned_partitions, since(1).ignorable());
    f("GenerationId", generation_id, since(2).ignorable());
    f("RackId", rack_id, since(3).nullable(3).ignorable());
  }
};

struct ConsumerProtocolAssignment {
  static constexpr const char* kName = "ConsumerProtocolAssignment";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 3;

  std::vector<ConsumerProtocolPartitions> assigned_partitions;
  std::optional<Blob> user_data;

  bool operator==(const ConsumerProtocolAssignment&) const = default;
  void describe(auto& f) {
    f("AssignedPartitions", assigned_partitions);
    f("UserData", user_data, nullable());
  }
};

}  // namespace kscope::protocol
