// NetworkClient: the requesting side of a connection, shared by everyone who asks somebody
// something.
//
// Voters asking voters, brokers asking the controller, followers asking leaders and the clients all
// do the same: keep one connection to a node, number requests, match responses, give up after a
// time. A value type: its whole state can be copied into a checkpoint.
//
// Invariants: in_flight(n) <= max_in_flight; responses arrive in the order of the requests of one
// connection (TCP), so a response always matches the front of the queue; the timer of a node is set
// exactly while something is in flight to it, to the first deadline of all that is.
//
// Kafka: org.apache.kafka.clients.NetworkClient, InFlightRequests. The first request on a
// connection is ApiVersions when `negotiate` is set (clients do; inter-broker senders do not,
// because every node here runs the same version - Kafka's do). Unlike Kafka's there is no reconnect
// back-off in here: when to try again after a failure is the caller's to know.
// Called by: raft/, broker/ (lifecycle, AlterPartition, fetchers), client/.
// Read next: protocol/messages/api_versions.h
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/env/env.h"
#include "engine/protocol/frame.h"

namespace kscope::protocol {

/// A second line to a node, so that what is urgent does not wait behind what is slow: a broker
/// works on one request of a connection at a time, and a Fetch may take half a second. To all of
/// NetworkClient it is a node of its own; only connect() and the frames see the real one. Kafka's
/// consumers reach their group's coordinator under `Integer.MAX_VALUE - nodeId` in the same way.
constexpr NodeId second_line_to(NodeId node) { return NodeId(0x7fff'ffff - node.value()); }
constexpr NodeId node_behind(NodeId line) {
  return line.value() > 0x3fff'ffff ? second_line_to(line) : line;
}

/// What the caller wants to recognise an answer by; meaning is the caller's.
using RequestTag = std::int64_t;
/// Tag of the client's own ApiVersions requests; callers use others. It only ever shows up among
/// requests that died.
inline constexpr RequestTag kNegotiationTag = -1;

struct NetworkClientOptions {
  env::Listener listener = env::Listener::Broker;
  env::ConnectionPurpose purpose = env::ConnectionPurpose::Client;
  env::TimerKind timeout_timer = env::TimerKind::ClientRequest;
  /// The timer's key is this plus the node id of the peer: tells clients of one node apart that
  /// share a kind of timer.
  std::int64_t timer_key_base = 0;
  Duration request_timeout = seconds(30);
  std::size_t max_in_flight = 5;
  std::string client_id;
  bool negotiate = false;
};

struct InFlight {
  NodeId to;
  ConnectionId connection;
  CorrelationId correlation;
  ApiKey api{};
  std::int16_t version = 0;
  RequestTag tag = 0;
  FrameId frame;
  Instant sent_at{};
  Instant deadline{};
};

/// A response that arrived, its body still encoded; decode with protocol::decode_body<T>.
struct Arrived {
  InFlight request;
  Blob body;       ///< after the response header
  FrameId frame;   ///< of the response (0 when unknown)
};

class NetworkClient {
 public:
  NetworkClient() = default;
  explicit NetworkClient(NetworkClientOptions options) : options_(std::move(options)) {}

  /// REQUIRES can_send(to). Opens a connection if there is none. With `expect_response` false
  /// (acks=0) nothing is remembered. `timeout` is for requests that brokers hold for long
  /// (JoinGroup); without it, request_timeout counts.
  template <class Request>
  InFlight send(env::Env& env, NodeId to, const Request& request, std::int16_t version,
                RequestTag tag, bool expect_response = true,
                std::optional<Duration> timeout = std::nullopt) {
    KCHECK(can_send(to));
    const RequestHeader header{Request::kApi, version, CorrelationId(next_correlation_++),
                               options_.client_id};
    return dispatch(env, to, header, encode_request(header, request), tag, expect_response,
                    timeout.value_or(options_.request_timeout));
  }
  /// Fewer than max_in_flight are under way to that node and, with negotiate, versions are known.
  bool can_send(NodeId to) const;
  /// With `negotiate`: the highest version both sides know; nullopt until ApiVersions was answered.
  /// Calling it for an unknown node starts the connection and the negotiation. Also nullopt if the
  /// two sides have no version in common; negotiated() tells the two apart. Without `negotiate`:
  /// our_max.
  std::optional<std::int16_t> usable_version(env::Env& env, NodeId to, ApiKey api,
                                             std::int16_t our_min, std::int16_t our_max);

  /// The node answered ApiVersions on the connection that is open.
  bool negotiated(NodeId node) const;

  /// A frame arrived on one of our connections. Nothing if it was the client's own ApiVersions, or
  /// if the response makes no sense. The connection is closed then and owns() becomes false;
  /// calling on_closed for it gives the requests that died, or else on_timeout does at once.
  std::optional<Arrived> on_frame(env::Env& env, ConnectionId connection, const Blob& frame);
  /// The connection broke: the requests that died with it, oldest first, a negotiation included.
  std::vector<InFlight> on_closed(env::Env& env, ConnectionId connection);
  /// The timeout timer of `node` fired: closes the connection if a request is overdue and returns
  /// what died with it.
  std::vector<InFlight> on_timeout(env::Env& env, NodeId node);
  /// Closes the connection to `node` on purpose; returns what died with it.
  std::vector<InFlight> disconnect(env::Env& env, NodeId node);

  bool owns(ConnectionId connection) const;
  /// The node, or the second line to it, that this connection of ours was opened for.
  NodeId owner(ConnectionId connection) const { return owners_.at(connection); }
  std::size_t in_flight(NodeId node) const;
  std::vector<InFlight> all_in_flight() const;  ///< ordered by node, then age

 private:
  struct Peer {
    ConnectionId connection;
    std::deque<InFlight> in_flight;
    bool negotiated = false;
    bool broken = false;  ///< closed by us because of nonsense; its requests were not yet reported
    std::map<std::int16_t, std::pair<std::int16_t, std::int16_t>> versions;  // api -> min, max

    bool connected() const { return connection != ConnectionId(); }
    Instant first_deadline() const;  // REQUIRES something in flight
  };
  InFlight dispatch(env::Env& env, NodeId to, const RequestHeader& header, Blob frame,
                    RequestTag tag, bool expect_response, Duration timeout);
  Peer& connected_peer(env::Env& env, NodeId to);
  void negotiate(env::Env& env, NodeId to, std::int16_t version);
  void take_versions(env::Env& env, NodeId from, const Arrived& arrived);
  void give_up_on(env::Env& env, NodeId node);
  std::vector<InFlight> forget(env::Env& env, NodeId node);
  void arm_timeout(env::Env& env, NodeId node);
  std::int64_t timer_key(NodeId node) const { return options_.timer_key_base + node.value(); }

  NetworkClientOptions options_;
  std::map<NodeId, Peer> peers_;
  std::map<ConnectionId, NodeId> owners_;
  std::int32_t next_correlation_ = 0;
};

}  // namespace kscope::protocol
