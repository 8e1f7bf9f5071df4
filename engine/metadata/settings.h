// What the quorum and the controller read from a node's properties, under Kafka's names.
//
// A name that belongs to somebody else (the broker has many) is not looked at here; a value that
// does not parse is an error that names the key, the value and what was expected.
//
// Called by: cluster/node (at the start of a process). Kafka: KafkaConfig, QuorumConfig.
// Read next: metadata/shared_server.h
#pragma once

#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/metadata/snapshot_generator.h"
#include "engine/raft/raft_config.h"

namespace kscope::metadata {

using Settings = std::map<std::string, std::string>;

struct ControllerConfig {
  NodeId node;
  std::string cluster_id;                 ///< empty: registrations are not checked for it
  Duration session_timeout = seconds(9);  ///< broker.session.timeout.ms
  std::int32_t num_partitions = 1;        ///< num.partitions
  std::int16_t replication_factor = 1;    ///< default.replication.factor
  std::int32_t min_insync_replicas = 1;   ///< min.insync.replicas, unless a topic has its own
  bool unclean_leader_election = false;   ///< unclean.leader.election.enable, likewise
  bool eligible_leader_replicas = false;  ///< eligible.leader.replicas.enable (KIP-966, preview)
  bool auto_leader_rebalance = true;      ///< auto.leader.rebalance.enable
  Duration leader_imbalance_check = seconds(300);  ///< leader.imbalance.check.interval.seconds
  /// unclean.leader.election.interval.ms: how often leaderless partitions are looked at.
  Duration unclean_election_check = seconds(300);
  Settings settings;  ///< all the node was started with: the last but one word on a setting
};

struct SharedServerConfig {
  raft::RaftConfig raft;
  ControllerConfig controller;
  SnapshotConfig snapshots;
  /// process.roles names controller. By default: this node is one of the voters.
  bool has_controller = true;
};

Result<SharedServerConfig> shared_server_config(NodeId node, const std::vector<NodeId>& voters,
                                                const std::string& cluster_id,
                                                const Settings& settings);

}  // namespace kscope::metadata
