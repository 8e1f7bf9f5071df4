// BrokerServer: the broker half of a node, as one value.
//
// Everything comes in here: frames, closed connections, timers, committed metadata. Each call is
// handed to whoever owns it, and before it returns everything that it made possible is done, too:
// parked requests that can be answered now, ISR wishes for the controller, free handlers that can
// take the next request. So between two calls nothing is left undone that needs no new input.
//
// A starting broker reads the metadata log but does not act on it before the controller says that
// it has caught up with its own registration. Otherwise a broker that was away would, for a moment,
// lead what it led when it stopped.
//
// Called by: cluster/node. Kafka: kafka.server.BrokerServer, BrokerMetadataPublisher.
// Read next: broker/broker_parts.h, broker/request_channel.h, cluster/node.h
#pragma once

#include <optional>

#include "engine/broker/broker_parts.h"
#include "engine/metadata/metadata_delta.h"

namespace kscope::broker {

class BrokerServer {
 public:
  BrokerServer() = default;
  /// Opens and recovers the logs, then begins to register. The error is the disk's.
  Result<void> start(env::Env& env, const BrokerConfig& config);

  /// A request of a client or follower at this broker, or a response to one of its own requests.
  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is not one of the broker's.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);
  /// Committed metadata has moved on to `image`; `delta` names what changed since the last call.
  void on_metadata(env::Env& env, const metadata::MetadataImage& image,
                   const metadata::MetadataDelta& delta);
  /// Where the active controller is believed to be. Requests that wait for one are sent at the next
  /// look of their channel, at most 100 ms later.
  void set_controller(std::optional<NodeId> controller);

  /// Controlled shutdown: leaderships move away first. Ends in shutdown_complete().
  void begin_shutdown(env::Env& env);
  bool shutdown_complete() const {
    return asked_to_stop_ && state() == event::BrokerState::ShuttingDown;
  }
  /// Checkpoints, closes the logs, leaves the clean-shutdown marker. Nothing may be called after
  /// it.
  void finish_shutdown(env::Env& env);
  /// The only log directory failed: the broker has fallen silent and its process should be ended,
  /// as Kafka's ends itself.
  bool failed() const { return parts_.replicas.log_dir_failed(); }

  event::BrokerState state() const { return parts_.lifecycle.state(); }
  BrokerEpoch broker_epoch() const { return parts_.lifecycle.broker_epoch(); }
  /// How much of the metadata log it has taken in (exclusive).
  Offset metadata_offset() const { return parts_.metadata.offset(); }
  /// It has taken up its replicas and serves requests.
  bool serving() const { return serving_; }
  const replication::ReplicaManager& replicas() const { return parts_.replicas; }
  const RequestChannel& requests() const { return parts_.requests; }
  std::size_t delayed_produces() const { return parts_.produces.size(); }
  std::size_t delayed_fetches() const { return parts_.fetches.size(); }
  std::size_t delayed_deletes() const { return parts_.deletes.size(); }
  const BrokerConfig& config() const { return parts_.config; }
  const BrokerParts& parts() const { return parts_; }

 private:
  void on_response(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame);
  void on_controller_reply(env::Env& env, Channel channel, const ControllerReply& reply);
  void on_lifecycle_news(env::Env& env, const LifecycleNews& news);
  void on_channel_timer(env::Env& env, std::int64_t key);
  void on_delayed_operation(env::Env& env, std::int64_t id);
  void start_serving(env::Env& env);
  void take_up(env::Env& env, const metadata::MetadataDelta& delta);
  /// Works with the dynamic settings of the image from now on (broker_server_config.cc).
  void apply_dynamic_config(env::Env& env);
  NodeToControllerChannel& channel(Channel which);

  /// Does what the call made possible, until nothing is left.
  void settle(env::Env& env);
  void carry_out_effects(env::Env& env);

  BrokerParts parts_;
  bool serving_ = false;
  bool asked_to_stop_ = false;
};

}  // namespace kscope::broker
