// ClusterClient: one client's lines to a whole cluster.
//
// protocol::NetworkClient knows connections; this adds what it takes to deal with a cluster of
// them: which broker to ask for metadata, when to ask, and to leave a broker alone for a while
// after it refused us. Producer, consumer and admin client stand on it.
//
// Every entry point is non-blocking. The owner calls ready() before it sends; a nullopt means "not
// yet", and the owner runs again when something arrives or its wake-up (next_wake) is due.
//
// Kafka: the upper half of org.apache.kafka.clients.NetworkClient (ClusterConnectionStates,
// DefaultMetadataUpdater, leastLoadedNode). One frame per connection may wait for ApiVersions.
// Invariants: at most one Metadata request is under way; tags passed to send() are > 0.
// Called by: kafka_producer, kafka_consumer, admin_client.
// Read next: client/record_accumulator.h
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/client/client_config.h"
#include "engine/client/metadata.h"
#include "engine/client/wakeup.h"
#include "engine/protocol/network_client.h"

namespace kscope::client {

/// What came of a frame, a broken connection or a timer. Metadata is dealt with inside.
struct Outcome {
  std::optional<protocol::Arrived> arrived;
  std::vector<protocol::InFlight> failed;  ///< oldest first
  ErrorCode failure = ErrorCode::NETWORK_EXCEPTION;  ///< or REQUEST_TIMED_OUT: why they failed
  bool metadata_changed = false;
  std::optional<NodeId> disconnected;  ///< a node, or a second line to one
};

class ClusterClient {
 public:
  ClusterClient() = default;
  ClusterClient(const CommonConfig& config, std::vector<NodeId> bootstrap,
                std::size_t max_in_flight, bool allow_auto_topic_creation);

  /// The version to use with that broker, or nullopt if it cannot take a request now: no connection
  /// yet (one is being opened), backing off, or too many requests under way.
  std::optional<std::int16_t> ready(env::Env& env, NodeId node, ApiKey api, std::int16_t our_min,
                                    std::int16_t our_max);
  /// It can be reached and has no version of that request in common with us.
  bool lacks(env::Env& env, NodeId node, ApiKey api, std::int16_t our_min, std::int16_t our_max) {
    return network_.negotiated(node) && !network_.usable_version(env, node, api, our_min, our_max);
  }
  /// REQUIRES ready() gave `version`. tag > 0.
  template <class Request>
  protocol::InFlight send(env::Env& env, NodeId node, const Request& request, std::int16_t version,
                          protocol::RequestTag tag, bool expect_response = true,
                          std::optional<Duration> timeout = std::nullopt) {
    KCHECK(tag > 0);
    return network_.send(env, node, request, version, tag, expect_response, timeout);
  }
  /// Hangs up on purpose and backs off; what was under way is returned as failed.
  Outcome disconnect(env::Env& env, NodeId node);

  Outcome on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame);
  Outcome on_closed(env::Env& env, const env::ConnectionInfo& connection);
  Outcome on_request_timeout(env::Env& env, NodeId node);

  /// Sends a Metadata request if one is due and some broker can take it; otherwise arms the timer
  /// (ClientMetadata) for when it will be.
  void maybe_update_metadata(env::Env& env);
  void metadata_timer_fired() { metadata_timer_.fired(); }
  /// The broker that can answer soonest, to ask something that any broker can answer.
  std::optional<NodeId> least_loaded_node(env::Env& env);
  /// When a broker that we back off from may be tried again; nullopt if none is backed off.
  std::optional<Instant> next_reconnect_at(Instant now) const;

  Metadata& metadata() { return metadata_; }
  const Metadata& metadata() const { return metadata_; }
  std::size_t in_flight(NodeId node) const { return network_.in_flight(node); }
  void close_all(env::Env& env);

 private:
  /// Kafka: ClusterConnectionStates.NodeConnectionState.
  struct Link {
    bool connecting = false;         // opened or opening, versions not known yet
    bool connected = false;          // versions known
    std::int32_t failures = 0;       // in a row
    Instant retry_at{};              // invariant: only looked at while not connecting or connected
  };
  Outcome disconnected(env::Env& env, NodeId node, std::vector<protocol::InFlight> died,
                       ErrorCode why);
  bool take_metadata(env::Env& env, const protocol::Arrived& arrived);

  CommonConfig config_;
  protocol::NetworkClient network_;
  Metadata metadata_;
  std::map<NodeId, Link> links_;
  std::size_t max_in_flight_ = 5;
  bool allow_auto_topic_creation_ = true;
  bool metadata_in_flight_ = false;
  Wakeup metadata_timer_{env::TimerKind::ClientMetadata};
};

}  // namespace kscope::client
