// QuorumController: the active controller, when this node's turn comes.
//
// The controller is an ordinary user of the metadata log. A request is *decided* into records
// (cluster_control, replication_control), the records are appended and replayed onto its own image
// at once, so that the next decision builds on them, and the answer waits until the quorum has
// committed the last of them. Nobody is ever told of something that could still be lost.
//
//   request ─▶ decide (pure) ─▶ append ─▶ replay ─▶ [waits until it is committed] ─▶ answer
//
// Losing the leadership is simple because of that: everything that waits is answered with
// NOT_CONTROLLER, and the image, with what it was ahead of the quorum, is thrown away. Becoming the
// leader is simple, too: once the first record of our epoch is committed, everything before it is,
// and the committed image is the whole truth to begin with.
//
// Invariants:
//   active only while the raft member leads, in the same epoch, and has committed into that epoch;
//   image() is the committed image plus the records of this epoch appended since, in order;
//   answers leave in the order of the requests: the offsets in the purgatory never decrease.
//
// Real Kafka runs this on a thread of its own, batches appends for up to 25 ms and reverts its
// state with timeline data structures instead of copying the committed image.
//
// Called by: shared_server. Emits: ControllerActivated, ControllerDeactivated and
// AlterPartitionRejected.
// Kafka: org.apache.kafka.controller.QuorumController, ControllerApis. KIP-500, KIP-631.
// Read next: metadata/cluster_control.h, metadata/replication_control.h
#pragma once

#include <deque>
#include <optional>

#include "engine/metadata/broker_heartbeats.h"
#include "engine/metadata/cluster_control.h"
#include "engine/metadata/controller_result.h"
#include "engine/protocol/messages/allocate_producer_ids.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/raft/raft_client.h"

namespace kscope::metadata {

/// Where the answer to a request has to go, and in which wrapping.
struct ReplyTo {
  ConnectionId connection;
  protocol::RequestHeader header;
  /// The request came in an Envelope: a broker forwarded it for a client (KIP-590).
  std::optional<protocol::RequestHeader> envelope;
};

class QuorumController {
 public:
  QuorumController() = default;
  explicit QuorumController(const ControllerConfig& config) : config_(config) {}

  /// Whether requests of this API are for the controller.
  static bool handles(ApiKey api);
  /// REQUIRES handles(request.header.api). Bytes that make no sense cost the connection.
  void on_request(env::Env& env, raft::KafkaRaftClient& raft, ConnectionId from,
                  const protocol::ParsedRequest& request);
  void on_closed(ConnectionId connection);
  /// For timers of kind ControllerTick.
  void on_timer(env::Env& env, raft::KafkaRaftClient& raft, std::int64_t key);

  /// To be called whenever the raft member may have changed its role or its high watermark:
  /// activates, deactivates, and sends the answers that have become true. `committed`: the image up
  /// to the high watermark.
  void follow(env::Env& env, raft::KafkaRaftClient& raft, const MetadataImage& committed);

  bool is_active() const { return active_epoch_.has_value(); }
  std::optional<std::int32_t> active_epoch() const { return active_epoch_; }
  /// What it has decided so far, committed or not. REQUIRES is_active().
  const MetadataImage& image() const { return image_; }
  const BrokerHeartbeats& heartbeats() const { return heartbeats_; }
  std::size_t waiting() const { return purgatory_.size(); }

 private:
  struct Waiting {
    Offset until;  ///< true once the high watermark is here
    ReplyTo to;
    Blob request;  ///< its body, for the case that we have to refuse after all
    Blob frame;    ///< the answer
  };
  enum Tick : std::int64_t { kSessions, kBalance, kUnclean };

  void activate(env::Env& env, raft::KafkaRaftClient& raft, const MetadataImage& committed);
  void deactivate(env::Env& env);
  void complete(env::Env& env, Offset committed);
  void serve(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to, const Blob& body);
  void serve_admin(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to,
                   const Blob& body);
  void refuse(env::Env& env, const ReplyTo& to, const Blob& body, ErrorCode error);

  /// Decodes, decides, appends, replays, and queues the answer.
  template <class Request, class Decide>
  void process(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to, const Blob& body,
               Decide decide);
  /// The offset of the last record; nullopt if we no longer lead. Replays onto image_.
  std::optional<Offset> write(env::Env& env, raft::KafkaRaftClient& raft, const Records& records);

  ControllerResult<protocol::BrokerRegistrationResponse> on_registration(
      env::Env& env, const raft::KafkaRaftClient& raft,
      const protocol::BrokerRegistrationRequest& request);
  ControllerResult<protocol::BrokerHeartbeatResponse> on_heartbeat(
      env::Env& env, const raft::KafkaRaftClient& raft,
      const protocol::BrokerHeartbeatRequest& request);
  ControllerResult<protocol::AllocateProducerIdsResponse> on_allocate_producer_ids(
      const protocol::AllocateProducerIdsRequest& request) const;
  void tell_rejections(env::Env& env, const protocol::AlterPartitionRequest& request,
                       const protocol::AlterPartitionResponse& response);

  ControllerView view(const env::Env& env) const {
    return {image_, heartbeats_, config_, env.now()};
  }
  void schedule_sessions(env::Env& env);
  /// After a change of the image: is there anything to balance or to rescue?
  void schedule_elections(env::Env& env);

  ControllerConfig config_;
  std::optional<std::int32_t> active_epoch_;
  MetadataImage image_;          // empty unless active
  BrokerHeartbeats heartbeats_;  // likewise
  std::deque<Waiting> purgatory_;
  std::optional<Instant> session_check_;  ///< when the session timer fires
  bool balance_scheduled_ = false;
  bool unclean_scheduled_ = false;
};

}  // namespace kscope::metadata
