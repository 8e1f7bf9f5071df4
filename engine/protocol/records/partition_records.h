// Metadata records about partitions: replicas, ISR, leader.
//
// PartitionRecord tells the whole state, PartitionChangeRecord only what differs, with a null or a
// special number for "as before". Applying a change adds 1 to the partition epoch always, and 1 to
// the leader epoch when the record names a leader, even the same one: that is how a controller
// fences requests that were on their way. kWriteVersion is what a controller of metadata.version
// 3.9-IV0 writes; v2 waits for eligible leader replicas (KIP-966), a preview in 3.9.
// Real Kafka: PartitionChangeBuilder (decides), PartitionRegistration.merge (applies). KIP-631.
// Written by: metadata/.
// Read next: records/cluster_records.h
#pragma once

#include <optional>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct PartitionRecord {
  static constexpr const char* kName = "PartitionRecord";
  static constexpr std::int16_t kRecordType = 3;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 1;

  std::int32_t partition_id = -1;
  Uuid topic_id;
  std::vector<std::int32_t> replicas;  ///< in order of preference
  std::vector<std::int32_t> isr;
  std::vector<std::int32_t> removing_replicas;
  std::vector<std::int32_t> adding_replicas;
  std::int32_t leader = -1;               ///< -1: none
  std::int8_t leader_recovery_state = 0;  ///< 1: after an unclean election, still recovering
  std::int32_t leader_epoch = -1;
  std::int32_t partition_epoch = -1;  ///< counts every change
  std::vector<Uuid> directories;      ///< one for each replica, in the same order
  std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
  std::optional<std::vector<std::int32_t>> last_known_elr;

  bool operator==(const PartitionRecord&) const = default;
  void describe(auto& f) {
    f("PartitionId", partition_id);
    f("TopicId", topic_id);
    f("Replicas", replicas);
    f("Isr", isr);
    f("RemovingReplicas", removing_replicas);
    f("AddingReplicas", adding_replicas);
    f("Leader", leader);
    f("LeaderRecoveryState", leader_recovery_state, tag(0));
    f("LeaderEpoch", leader_epoch);
    f("PartitionEpoch", partition_epoch);
    f("Directories", directories, since(1));
    f("EligibleLeaderReplicas", eligible_leader_replicas, since(2).nullable().tag(1));
    f("LastKnownElr", last_known_elr, since(2).nullable().tag(2));
  }
};

struct PartitionChangeRecord {
  static constexpr const char* kName = "PartitionChangeRecord";
  static constexpr std::int16_t kRecordType = 5;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 1;

  std::int32_t partition_id = -1;
  Uuid topic_id;
  std::optional<std::vector<std::int32_t>> isr;  ///< null: as before
  static constexpr std::int32_t kLeaderUnchanged = -2;
  std::int32_t leader = kLeaderUnchanged;             ///< -1: none
  std::optional<std::vector<std::int32_t>> replicas;  ///< null: as before
  std::optional<std::vector<std::int32_t>> removing_replicas;
  std::optional<std::vector<std::int32_t>> adding_replicas;
  std::int8_t leader_recovery_state = -1;  ///< -1: as before
  std::optional<std::vector<Uuid>> directories;
  std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
  std::optional<std::vector<std::int32_t>> last_known_elr;

  bool operator==(const PartitionChangeRecord&) const = default;
  void describe(auto& f) {
    f("PartitionId", partition_id);
    f("TopicId", topic_id);
    f("Isr", isr, nullable().tag(0));
    f("Leader", leader, tag(1));
    f("Replicas", replicas, nullable().tag(2));
    f("RemovingReplicas", removing_replicas, nullable().tag(3));
    f("AddingReplicas", adding_replicas, nullable().tag(4));
    f("LeaderRecoveryState", leader_recovery_state, tag(5));
    f("Directories", directories, since(1).nullable().tag(8));
    f("EligibleLeaderReplicas", eligible_leader_replicas, since(2).nullable().tag(6));
    f("LastKnownElr", last_known_elr, since(2).nullable().tag(7));
  }
};

}  // namespace kscope::protocol
