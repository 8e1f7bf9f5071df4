// Node: one process of the cluster, with the roles that process.roles names: broker, controller, or
// both at once.
//
// A node is two servers that share a metadata log: SharedServer (the raft client, the metadata
// image and, with the controller role, the controller) and, with the broker role, BrokerServer
// (request path, replicas, life cycle).
// This file is only the switchboard between them: a frame goes to whoever owns the door or the
// connection it came through, and every committed change of metadata is handed to the broker half.
//
// Invariants: without a running process there is no state in memory (servers_ is empty), and
// everything a restart knows comes from the disk; `incarnation` grows with every start.
//
// The start goes through stages, each told as an event: meta.properties, the metadata log, the
// quorum, the data logs, registration.
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
#include "engine/cluster/storage_format.h"
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
  bool has_broker = true;      ///< process.roles
  bool has_controller = true;
  /// 1: the voters are in the log, and `voters` only tells whom to ask about them (KIP-853).
  std::int16_t kraft_version = 0;
  /// What the disk is formatted with, if it is blank when the process is first started.
  Uuid new_directory_id;
  std::vector<raft::Voter> first_voters;
};

class Node {
 public:
  Node() = default;
  explicit Node(NodeConfig config) : config_(std::move(config)) {}

  /// What a person does once before the first start: kafka-storage format. Nothing if the disk is
  /// not blank.
  Result<void> format_if_blank(env::Env& env) const;
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
  /// Both REQUIRE running(). A node without the broker role has a broker half that does nothing.
  const metadata::SharedServer& shared() const { return servers_->shared; }
  const broker::BrokerServer& broker() const { return servers_->broker; }

  QuorumView quorum_view() const;
  QuorumDetailView quorum_detail_view() const;
  BrokerView broker_view(Instant now) const;

 private:
  struct Servers {
    metadata::SharedServer shared;
    broker::BrokerServer broker;
  };
  Result<metadata::SharedServerConfig> shared_config(env::Env& env) const;
  void pass_on_metadata(env::Env& env);

  NodeConfig config_;
  std::optional<Servers> servers_;
  bool quorum_leaving_ = false;  ///< the broker half is done with its shutdown
};

}  // namespace kscope::cluster
