// GroupConfig: what the coordinator of consumer groups may be told, by Kafka's names.
//
// Plain values with Kafka 3.9's defaults. All are read at start and none can be changed live, as
// in Kafka (KIP-1030 and its group configurations come after 3.9).
//
// Filled by: broker/broker_config. Called by: everything in coordinator/.
// Kafka: GroupCoordinatorConfig. Read next: coordinator/group/group_context.h
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/record/compression.h"

namespace kscope::coordinator {

/// Kafka: ConsumerGroupMigrationPolicy. May a group with members change its protocol?
enum class MigrationPolicy : std::uint8_t { Disabled, Upgrade, Downgrade, Bidirectional };

struct GroupConfig {
  // The classic protocol.
  Duration min_session_timeout = seconds(6);         ///< group.min.session.timeout.ms
  Duration max_session_timeout = seconds(1800);      ///< group.max.session.timeout.ms
  Duration initial_rebalance_delay = seconds(3);     ///< group.initial.rebalance.delay.ms
  std::int32_t max_size = std::numeric_limits<std::int32_t>::max();  ///< group.max.size
  /// How long a JoinGroup of a newcomer may wait (CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS, which
  /// no setting changes). It has no session yet: it cannot send heartbeats while it waits.
  Duration new_member_join_timeout = seconds(300);

  // The consumer protocol (KIP-848).
  /// group.coordinator.rebalance.protocols
  std::vector<std::string> rebalance_protocols{"classic"};
  Duration consumer_session_timeout = seconds(45);          ///< group.consumer.session.timeout.ms
  Duration consumer_heartbeat_interval = seconds(5);       ///< group.consumer.heartbeat.interval.ms
  std::int32_t consumer_max_size =
      std::numeric_limits<std::int32_t>::max();             ///< group.consumer.max.size
  /// group.consumer.assignors; the first is the default
  std::vector<std::string> assignors{"uniform", "range"};
  /// group.consumer.migration.policy
  MigrationPolicy migration_policy = MigrationPolicy::Disabled;

  // Offsets and their topic.
  std::int32_t offset_metadata_max_bytes = 4096;            ///< offset.metadata.max.bytes
  Duration offsets_retention = seconds(10'080 * 60);        ///< offsets.retention.minutes
  Duration offsets_retention_check = millis(600'000);       ///< offsets.retention.check.interval.ms
  Duration offset_commit_timeout = seconds(5);              ///< offsets.commit.timeout.ms
  std::int32_t offsets_topic_partitions = 50;               ///< offsets.topic.num.partitions
  std::int16_t offsets_topic_replication_factor = 3;        ///< offsets.topic.replication.factor
  std::int32_t offsets_topic_segment_bytes = 104'857'600;   ///< offsets.topic.segment.bytes
  record::Codec offsets_topic_codec = record::Codec::None;  ///< offsets.topic.compression.codec
  std::int32_t offsets_load_buffer_size = 5 * 1024 * 1024;  ///< offsets.load.buffer.size

  bool consumer_protocol_enabled() const {
    for (const std::string& protocol : rebalance_protocols) {
      if (protocol == "consumer") return true;
    }
    return false;
  }
  bool may_upgrade() const {
    return migration_policy == MigrationPolicy::Upgrade ||
           migration_policy == MigrationPolicy::Bidirectional;
  }
  bool may_downgrade() const {
    return migration_policy == MigrationPolicy::Downgrade ||
           migration_policy == MigrationPolicy::Bidirectional;
  }
};

}  // namespace kscope::coordinator
