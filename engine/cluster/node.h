// Node: one process of the cluster, as Kafka runs it with process.roles=broker,controller.
//
// A node is two servers that share a metadata log: SharedServer (the raft client, the metadata
// image and, on a voter, the controller) and BrokerServer (request path, replicas, life cycle).
// This file is only the switchboard between them: a frame goes to whoever owns the door or the
// connection it came through, and every committed change of metadata is handed to the broker half.
//
// Invariants: without a running process there is no state in memory (servers_ is empty), and
// everything a restart knows comes from the disk; `incarnation` grows with every start.
//
// Called by: sim/world. Kafka: kafka.server.KafkaRaftServer, SharedServer.
// Read next: metadata/shared_server.h, broker/broker_server.h, cluster/client_node.h
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/broker/broker_server.h"
#include "engine/cluster/snapshot.h"
#include "engine/env/env.h"
#include "engine/metadata/shared_server.h"

namespace kscope::cluster {

/// What stays the same over all incarnations of a node: its properties file.
struct NodeConfig {
  NodeId id;
  std::vector<NodeId> voters;                  ///< controller.quorum.voters
  std::string cluster_id;
  std::map<std::string, std::string> settings; ///< Kafka's names
  broker::AdvertisedEndpoints endpoints;
  bool is_voter() const;
};

class Node {
 public:
  Node() = default;
  explicit Node(NodeConfig config) : config_(std::move(config)) {}

  /// Starts a process: reads the disk, joins the quorum, registers. An error here is what a person
  /// would see in the log of a broker that does not come up (bad config, unreadable disk).
  Result<void> start(env::Env& env);
  /// Controlled shutdown; `stopped()` turns true once the controller has let the broker go.
  void begin_shutdown(env::Env& env);
  bool shutdown_complete() const;
  /// Writes the clean-shutdown marker and closes logs. REQUIRES running().
  void finish_shutdown(env::Env& env);
  /// It cannot go on (its only disk failed): Kafka's process would halt itself now.
  bool failed() const;
  /// The process is gone; nothing is written.
  void kill();

  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  void on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);

  bool running() const { return servers_.has_value(); }
  const NodeConfig& config() const { return config_; }
  /// REQUIRES running().
  const metadata::SharedServer& shared() const { return servers_->shared; }
  const broker::BrokerServer& broker() const { return servers_->broker; }

  QuorumView quorum_view() const;
  BrokerView broker_view(Instant now) const;

 private:
  struct Servers {
    metadata::SharedServer shared;
    broker::BrokerServer broker;
  };
  void pass_on_metadata(env::Env& env);

  NodeConfig config_;
  std::optional<Servers> servers_;
  bool quorum_leaving_ = false;  ///< the broker half is done with its shutdown
};

}  // namespace kscope::cluster
