// NetworkModel: TCP connections between the nodes of a simulated cluster, and everything that can
// go wrong with them.
//
// A plain value: it holds connections and the frames on them, and nothing that points outside. The
// queue, the clock, luck and the sink of events come in with every call as a NetworkContext, so
// that a checkpoint of the network is a copy. It hands out promises ("frame 17 may arrive at 1.203
// s") and is asked back when the time has come; a promise that was overtaken (cut, delayed, closed)
// is then simply refused. So nothing ever has to be taken out of the queue again.
//
// What it keeps to, and where real TCP is richer:
//   - Frames of one direction of one connection arrive in the order they were sent. Nothing is
//     ordered across connections. A frame is only ever lost together with its connection.
//   - The first frame waits for the handshake (one round trip).
//   - A cut link is silent: frames on it stall, as retransmission does, and go on when the link is
//     healed. An established connection stays open over a cut for as long as nobody closes it; it
//     is the requester's time-out that gives up. A connection attempt gives up after
//     kConnectionSetupTimeout (Kafka: socket.connection.setup.timeout.ms).
//   - close() is a FIN: what was sent before still arrives, then the peer learns of it. What was
//     under way to the closer is lost.
//   - A process that dies closes all its connections. What had left it arrives; a reply whose disk
//     work was not paid for had not left it and is gone. A power loss does the same here (in
//     reality nobody would send a FIN, and the peer would need a time-out).
//   - A paused process accepts bytes (its kernel does) but does not read: its frames wait.
//
// Invariants: the arrivals of a lane never decrease; an `ending` comes after all frames of its
// lane.
//
// Called by: sim/world through a thin env::Network. Emits: event/network_events.h and the Link*
// events. Real Kafka: org.apache.kafka.common.network.Selector over java.nio.
// Read next: sim/disk.h, sim/world.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/cluster/snapshot.h"
#include "engine/env/network.h"
#include "engine/env/random.h"
#include "engine/event/sink.h"

namespace kscope::sim {

/// Kafka: socket.connection.setup.timeout.ms, without its growth and jitter.
inline constexpr Duration kConnectionSetupTimeout = seconds(10);
/// One way, from a node to itself (a combined node's broker to its own controller).
inline constexpr Duration kLoopbackLatency = micros(50);

/// Where the network puts its promises. The world queues them and comes back with
/// arrive()/closed().
class NetworkSchedule {
 public:
  virtual ~NetworkSchedule() = default;
  virtual void arrive(Instant at, ConnectionId connection, FrameId frame, NodeId to) = 0;
  virtual void closed(Instant at, ConnectionId connection, NodeId side) = 0;
  /// The bytes of a frame, told just before its FrameSent event.
  virtual void bytes_of(FrameId frame, const Blob& bytes) = 0;
};

struct NetworkContext {
  Instant now{};
  env::Random& latency;
  event::Sink& events;
  NetworkSchedule& schedule;
};

/// Which direction: requests run from the opener to the acceptor, responses back.
struct Link {
  NodeId from, to;
  auto operator<=>(const Link&) const = default;
};

/// A frame that has arrived; hand it to info's node. `event` is its FrameDelivered, the cause of
/// all that follows.
struct Delivery {
  NodeId to;
  env::ConnectionInfo info;
  FrameId frame;
  Blob bytes;
  EventSeq event;
};

/// A node has to be told that a connection is gone.
struct Closing {
  NodeId side;
  env::ConnectionInfo info;
  event::CloseReason reason{};
  EventSeq event;
};

/// What left the cluster for a real client, in order; the bytes are empty when the connection
/// closed.
struct OutsideFrame {
  ConnectionId connection;
  Blob bytes;
  bool closed = false;
};

class NetworkModel {
 public:
  NetworkModel() = default;
  NetworkModel(Duration latency_min, Duration latency_max)
      : latency_min_(latency_min), latency_max_(latency_max) {}

  // ---- what nodes do ------------------------------------------------------------------------
  ConnectionId connect(NetworkContext ctx, NodeId from, NodeId to, env::Listener listener,
                       env::ConnectionPurpose purpose);
  /// The frame departs at `departs` (>= now). FrameId 0: the connection is closed, nothing
  /// happened.
  FrameId send(NetworkContext ctx, NodeId from, ConnectionId connection, Blob frame,
               const env::FrameInfo& info, Instant departs);
  void close(NetworkContext ctx, NodeId from, ConnectionId connection);

  // ---- what the queue brings back -----------------------------------------------------------
  /// Nothing if the promise no longer holds (moved, stalled, lost), or if it went outside.
  std::optional<Delivery> arrived(NetworkContext ctx, ConnectionId connection, FrameId frame);
  std::optional<Closing> closed(NetworkContext ctx, ConnectionId connection, NodeId side);

  // ---- processes come and go ----------------------------------------------------------------
  /// From now on connections to it are accepted. Only brokers and controllers listen.
  void node_listens(NodeId node) { listening_.insert(node); }
  /// Its process is gone: PeerDied for a crash, ByPeer for a clean stop.
  void node_gone(NetworkContext ctx, NodeId node, event::CloseReason reason);
  void pause(NodeId node) { paused_.insert(node); }
  /// Everything that waited is promised for now, in the order in which it had come.
  void resume(NetworkContext ctx, NodeId node);

  // ---- faults -------------------------------------------------------------------------------
  void cut(NetworkContext ctx, Link link);
  void heal(NetworkContext ctx, Link link);
  void heal_all(NetworkContext ctx);
  /// Adds `extra` to every frame of the link from now on; zero takes the fault away.
  void slow(NetworkContext ctx, Link link, Duration extra);
  /// RST on every connection between the two; everything on them is lost. Both sides learn at once.
  void reset(NetworkContext ctx, NodeId a, NodeId b);
  /// The frame is lost and, as TCP has it, its connection with it. False: not in flight.
  bool lose(NetworkContext ctx, FrameId frame);
  /// Held back; later frames of the same direction wait behind it. False: not in flight.
  bool delay(NetworkContext ctx, FrameId frame, Duration extra);
  /// The next frame of that kind on that link is lost half-way.
  struct Trap {
    ApiKey api{};
    bool response = false;
    Link link;
    bool operator==(const Trap&) const = default;
  };
  void set_trap(const Trap& trap) { traps_.push_back(trap); }

  // ---- real clients -------------------------------------------------------------------------
  /// `outside` is an id that no node has. Frames to and from it travel in no time.
  ConnectionId open_from_outside(NetworkContext ctx, NodeId outside, NodeId to,
                                 env::Listener listener);
  std::vector<OutsideFrame> take_outbox() { return std::exchange(outbox_, {}); }
  bool is_outside(ConnectionId connection) const;

  // ---- for readers --------------------------------------------------------------------------
  bool is_cut(Link link) const { return cuts_.count(link) > 0; }
  std::vector<cluster::FrameView> frames() const;  ///< without labels; ordered by id
  std::vector<cluster::LinkView> links() const;    ///< only those that are cut or slowed
  Blob frame_bytes(FrameId frame) const;           ///< empty if it is not in flight
  std::size_t connection_count() const { return connections_.size(); }
  const std::vector<Trap>& traps() const { return traps_; }
  /// What `side` knows of the connection; nothing if that end is closed.
  std::optional<env::ConnectionInfo> info(ConnectionId connection, NodeId side) const;

 private:
  struct Frame {
    FrameId id;
    Blob bytes;
    env::FrameInfo info;
    Instant sent_at{};
    Instant departs{};
    Instant arrives_at{};
    std::optional<Instant> bursts_at;  // a trap sprang: it will get only so far
    EventSeq sent_event;
  };
  struct Ending {
    Instant at{};
    event::CloseReason reason{};
    bool over_cuts = false;  // resets and time-outs do not travel over the link
    EventSeq cause;
  };
  /// One direction of a connection: lanes[0] runs from the opener to the acceptor.
  struct Lane {
    std::vector<Frame> frames;     // few: a vector beats a deque, also when copied
    std::optional<Ending> ending;  // the receiver's end closes after the frames
    Instant last_arrival{};
  };
  struct End {
    NodeId node;
    bool open = true;
  };
  struct Connection {
    ConnectionId id;
    End ends[2];  // opener, acceptor
    Lane lanes[2];
    env::Listener listener{};
    env::ConnectionPurpose purpose{};
    bool outside = false;
    bool dead = false;                // reset: sends go nowhere
    std::optional<Instant> opens_at;  // nothing: the handshake is stuck behind a cut
    Instant asked_at{};
  };

  using Connections = std::map<ConnectionId, Connection>;

  Duration draw_latency(NetworkContext& ctx, Link link) const;
  bool stalls(const Connection& c, int lane) const;
  int lane_from(const Connection& c, NodeId node) const;
  Link link_of(const Connection& c, int lane) const;
  env::ConnectionInfo info_for(const Connection& c, int end) const;
  void begin_handshake(NetworkContext& ctx, Connection& c);
  void spring_trap(Frame& frame, Link link);
  void lose_frames(NetworkContext& ctx, Connection& c, int lane, Instant departing_after);
  void end_lane(NetworkContext& ctx, Connection& c, int lane, const Ending& ending);
  void kill(NetworkContext& ctx, Connection& c, event::CloseReason reason);
  void leave(NetworkContext& ctx, Connection& c, int end, event::CloseReason reason);
  void promise_again(NetworkContext& ctx, Connection& c, int lane, Instant earliest);
  void stick_handshakes(NetworkContext& ctx, Link link);
  std::optional<Delivery> hand_over(NetworkContext& ctx, Connection& c, int lane);
  bool is_doomed(const Connection& c, int lane, const Frame& frame) const;
  void forget_if_over(Connections::iterator it);
  std::pair<Connection*, std::size_t> find(FrameId frame, int* lane);

  Duration latency_min_ = micros(400);
  Duration latency_max_ = micros(1200);
  Connections connections_;
  std::set<Link> cuts_;
  std::map<Link, Duration> extra_;
  std::set<NodeId> listening_;
  std::set<NodeId> paused_;
  std::vector<Trap> traps_;
  std::vector<OutsideFrame> outbox_;
  std::uint64_t next_connection_ = 1;
  std::uint64_t next_frame_ = 1;
};

}  // namespace kscope::sim
