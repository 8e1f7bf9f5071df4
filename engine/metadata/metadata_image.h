// MetadataImage: what the metadata log says, folded up to some offset.
//
// Topics, partitions, brokers and configurations have no other existence than the records in
// `__cluster_metadata`. Every node folds the same records in the same order, so two images at the
// same offset are equal (C7), and "which metadata does this broker have?" has a number as its
// answer. apply() is that fold, and nothing else changes an image.
//
// Two images live in a controller: the committed one (shared_server follows the high watermark with
// it, as on every broker) and the active controller's own, which is ahead by what it has decided
// but the quorum has not committed yet.
//
// Invariants: offset() is one past the last applied record; C2 to C4 of the partitions hold because
// quorum_controller only decides such records.
//
// Called by: metadata_loader, quorum_controller, broker/ (reads), cluster/ (the snapshot).
// Kafka: org.apache.kafka.image.MetadataImage, and the replay() methods of the controller's
// managers, which keep the same facts a second time in timeline data structures.
// Read next: metadata/metadata_delta.h, metadata/quorum_controller.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/partition.h"
#include "engine/protocol/records/metadata_record.h"

namespace kscope::metadata {

/// Kafka: org.apache.kafka.metadata.PartitionRegistration.
struct PartitionRegistration {
  std::vector<NodeId> replicas;      ///< in order of preference; the first is the preferred leader
  std::vector<NodeId> isr;           // Invariant (C3): not empty, a subset of replicas
  std::optional<NodeId> leader;      // Invariant (C3): absent or in isr
  bool recovering = false;           ///< elected uncleanly and not yet back in order (KIP-704)
  LeaderEpoch leader_epoch;          // Invariant (C4): grows with every change of leader
  std::int32_t partition_epoch = 0;  // Invariant (C4): grows with every change
  std::vector<Uuid> directories;     ///< one per replica (KIP-858); we only carry them along
  std::vector<NodeId> removing;      ///< of a move: replicas that leave at its end (KIP-455)
  std::vector<NodeId> adding;        ///< … and those that came with it
  std::vector<NodeId> elr;           ///< eligible leader replicas (KIP-966); not in isr
  std::vector<NodeId> last_known_elr;  ///< at most one: who led when the ISR became empty

  bool is_replica(NodeId broker) const;
  bool in_isr(NodeId broker) const;
  bool is_reassigning() const { return !removing.empty() || !adding.empty(); }
  bool has_preferred_leader() const { return leader == replicas.front(); }
  /// What a change record makes of it. A leader field, even with the same leader, is a new epoch.
  PartitionRegistration merged(const protocol::PartitionChangeRecord& change) const;
  protocol::PartitionRecord to_record(const Uuid& topic, std::int32_t partition) const;
  static PartitionRegistration from_record(const protocol::PartitionRecord& record);
  bool operator==(const PartitionRegistration&) const = default;
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::map<std::int32_t, PartitionRegistration> partitions;
  bool operator==(const TopicImage&) const = default;
};

struct BrokerEndpoint {
  std::string name;  ///< of the listener: "PLAINTEXT"
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const BrokerEndpoint&) const = default;
};

/// Kafka: org.apache.kafka.metadata.BrokerRegistration.
struct BrokerRegistration {
  NodeId id;
  BrokerEpoch epoch;  // Invariant (C1): offset of the incarnation's first registration record
  Uuid incarnation;
  Offset registered_at;  ///< offset of the latest registration record
  std::vector<BrokerEndpoint> endpoints;
  std::optional<std::string> rack;
  std::vector<Uuid> log_dirs;
  bool fenced = true;  ///< known, but may not lead, join an ISR, or be shown to clients
  bool in_controlled_shutdown = false;
  /// May lead and be in an ISR (Kafka: ClusterControlManager.isActive).
  bool is_active() const { return !fenced && !in_controlled_shutdown; }
  bool operator==(const BrokerRegistration&) const = default;
};

class MetadataImage {
 public:
  /// Takes on the record at `at`, the next offset. Records about things that are not there (a topic
  /// already removed) change nothing. REQUIRES at >= offset().
  void apply(const protocol::MetadataRecord& record, Offset at);
  /// The same for a record of a snapshot: all of them stand for `last`, the last record before its
  /// end, in whatever order they come.
  void apply_from_snapshot(const protocol::MetadataRecord& record, Offset last);
  /// Control records and the ends of batches move the offset on without a change.
  void advance_to(Offset offset) { offset_ = offset; }

  Offset offset() const { return offset_; }
  const std::map<std::string, TopicImage>& topics() const { return topics_; }
  const TopicImage* topic(const std::string& name) const;
  const TopicImage* topic(const Uuid& id) const;
  const PartitionRegistration* partition(const TopicPartition& tp) const;
  const PartitionRegistration* partition(const Uuid& topic, std::int32_t index) const;

  const std::map<NodeId, BrokerRegistration>& brokers() const { return brokers_; }
  const BrokerRegistration* broker(NodeId id) const;
  bool is_active(NodeId broker) const;

  /// The topic's own settings ("min.insync.replicas" -> "2"); defaults are not included.
  const std::map<std::string, std::string>& topic_config(const std::string& topic) const;
  /// The cluster-wide dynamic settings of brokers, and what one has on top of them (KIP-226).
  const std::map<std::string, std::string>& cluster_config() const { return cluster_config_; }
  const std::map<std::string, std::string>& broker_config(NodeId broker) const;
  const std::map<NodeId, std::map<std::string, std::string>>& broker_configs() const {
    return broker_configs_;
  }
  /// Of a ConfigRecord's resource; empty if nothing is set.
  const std::map<std::string, std::string>& config_of(std::int8_t type,
                                                      const std::string& name) const;
  const std::map<std::string, std::int16_t>& features() const { return features_; }
  std::int64_t next_producer_id() const { return next_producer_id_; }

  bool operator==(const MetadataImage&) const = default;

 private:
  void replay(const protocol::RegisterBrokerRecord& r, Offset at);
  void replay(const protocol::UnregisterBrokerRecord& r, Offset at);
  void replay(const protocol::BrokerRegistrationChangeRecord& r, Offset at);
  void replay(const protocol::FenceBrokerRecord& r, Offset at);
  void replay(const protocol::UnfenceBrokerRecord& r, Offset at);
  void replay(const protocol::TopicRecord& r, Offset at);
  void replay(const protocol::RemoveTopicRecord& r, Offset at);
  void replay(const protocol::PartitionRecord& r, Offset at);
  void replay(const protocol::PartitionChangeRecord& r, Offset at);
  void replay(const protocol::ConfigRecord& r, Offset at);
  void replay(const protocol::FeatureLevelRecord& r, Offset at);
  void replay(const protocol::ProducerIdsRecord& r, Offset at);
  void replay(const protocol::NoOpRecord& r, Offset at);
  PartitionRegistration* find(const Uuid& topic, std::int32_t index);

  Offset offset_;
  std::map<std::string, TopicImage> topics_;
  std::map<Uuid, std::string> names_;  // Invariant: the inverse of topics_[name].id
  std::map<NodeId, BrokerRegistration> brokers_;
  std::map<std::string, std::map<std::string, std::string>> topic_configs_;
  std::map<std::string, std::string> cluster_config_;
  std::map<NodeId, std::map<std::string, std::string>> broker_configs_;  // none of them empty
  std::map<std::string, std::int16_t> features_;
  std::int64_t next_producer_id_ = 0;
};

/// Types of ConfigRecord (Kafka: ConfigResource.Type).
inline constexpr std::int8_t kTopicResource = 2;
inline constexpr std::int8_t kBrokerResource = 4;

}  // namespace kscope::metadata
