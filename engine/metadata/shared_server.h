// SharedServer: the half of a node that deals with metadata, whether it is a controller or not.
//
//   controller listener ─▶ raft client ─(committed records)─▶ loader ─▶ image, delta ─▶ broker half
//                     └──▶ controller (voters only) ─(records)─▶ raft client
//
// Every call that may have moved the raft member ends in settle(): first the committed records
// become state, then the controller sees what that means for it. So at the end of every call image,
// role and controller agree with each other.
//
// Invariant: image() is the fold of the log up to the member's high watermark.
// Called by: cluster/node. Kafka: kafka.server.SharedServer, with the raft manager and the loader.
// Read next: raft/raft_client.h, metadata/metadata_loader.h, metadata/quorum_controller.h
#pragma once

#include <optional>

#include "engine/metadata/metadata_loader.h"
#include "engine/metadata/quorum_controller.h"
#include "engine/metadata/settings.h"
#include "engine/raft/raft_client.h"

namespace kscope::metadata {

class SharedServer {
 public:
  SharedServer() = default;
  /// Opens the metadata log and joins the quorum (shared_server_config makes the configuration).
  static Result<SharedServer> start(env::Env& env, const SharedServerConfig& config);

  /// A request at the controller listener or an answer on a connection of ours. False: not for us.
  bool on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False: not one of our timers.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);

  /// The committed metadata as far as this node knows it.
  const MetadataImage& image() const { return loader_.image(); }
  /// What changed in image() since the last call.
  std::optional<MetadataDelta> take_delta() { return loader_.take_delta(); }
  /// Where requests to the controller go: the leader of the quorum, if one is known.
  std::optional<NodeId> controller_node() const;
  bool controller_active() const { return controller_ && controller_->is_active(); }

  /// The quorum's part of a clean shutdown: give up the leadership, wait until it is taken.
  void begin_shutdown(env::Env& env);
  bool shutdown_complete() const { return raft_.shutdown_complete(); }
  /// Closes the log cleanly. Nothing may be called after it.
  void finish_shutdown(env::Env& env) { raft_.close(env); }

  /// Set once this half cannot go on: its disk failed, or the log holds what must not be there. A
  /// process of Kafka's would exit; ours falls silent, and the node should be stopped.
  const std::optional<Error>& failure() const { return failure_ ? failure_ : raft_.failure(); }

  const raft::KafkaRaftClient& raft() const { return raft_; }
  /// nullptr on a node without the controller role.
  const QuorumController* controller() const { return controller_ ? &*controller_ : nullptr; }

 private:
  void settle(env::Env& env);
  void maybe_snapshot(env::Env& env);

  raft::KafkaRaftClient raft_;
  MetadataLoader loader_;
  SnapshotGenerator generator_;
  std::optional<Instant> snapshot_timer_;  ///< when it fires
  std::optional<QuorumController> controller_;
  std::optional<Error> failure_;
};

}  // namespace kscope::metadata
