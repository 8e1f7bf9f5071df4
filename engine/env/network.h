// The network as a node sees it: connections that carry frames in order, or break.
//
// The model is TCP: first in, first out within one connection, no order across connections, and a
// frame is only ever lost together with its connection. Therefore there is no "drop one message"
// here; retries always go over a new connection, as they do in Kafka.
//
// Called by: protocol/network_client (requests) and broker/ and raft/ (responses).
// Implemented by: sim/network (a model with faults); frames of real clients are carried by live/.
// Real Kafka: org.apache.kafka.common.network.Selector.
// Read next: protocol/network_client.h
#pragma once

#include <optional>

#include "engine/base/api_key.h"
#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace kscope::env {

/// The two doors of a combined node (Kafka: `listeners` and `controller.listener.names`).
enum class Listener : std::uint8_t { Broker, Controller };

/// What the opener uses a connection for; each purpose has its own connection, as in Kafka.
enum class ConnectionPurpose : std::uint8_t {
  RaftPeer,            ///< voter or observer to a voter
  BrokerToController,  ///< registration, heartbeat, AlterPartition, forwarded requests
  ReplicaFetcher,      ///< follower to leader
  Client,              ///< producers, consumers, admin clients, real ones included
};

const char* to_string(Listener listener);
const char* to_string(ConnectionPurpose purpose);

/// What a frame is, for the events and the inspector; the bytes say the same, but a response's
/// bytes do not name their API.
struct FrameInfo {
  ApiKey api = ApiKey::ApiVersions;
  std::int16_t version = 0;
  CorrelationId correlation;
  bool is_response = false;
};

/// One end of a connection as handed to the node with every frame.
struct ConnectionInfo {
  ConnectionId id;
  NodeId peer;
  Listener listener = Listener::Broker;           ///< the door at the accepting side
  ConnectionPurpose purpose = ConnectionPurpose::Client;
  bool opened_here = false;  ///< true at the side that called connect(): it sends requests
};

class Network {
 public:
  virtual ~Network() = default;
  /// Never blocks and never fails at once: if nobody listens there, `on_closed` follows after the
  /// time a refusal (or a time-out over a cut link) takes. Frames may be sent right away.
  virtual ConnectionId connect(NodeId to, Listener listener, ConnectionPurpose purpose) = 0;
  /// `frame` is a whole Kafka frame: 4-byte size, header, body. It departs `after` from now, or
  /// once the disk work done earlier in the same call has completed, whichever is later: nothing
  /// that must be persisted before a reply can be overtaken by the reply. Silently nothing on a
  /// closed connection (the closer already knows). Returns the frame's id.
  virtual FrameId send(ConnectionId connection, Blob frame, const FrameInfo& info,
                       Duration after = Duration{0}) = 0;
  /// The other side gets on_closed after the network's latency; this side gets none.
  virtual void close(ConnectionId connection) = 0;
};

}  // namespace kscope::env
