// RequestChannel: the way of a request through a broker, as stages with limits.
//
//   connection --> acceptor --> network thread --> request queue --> handler --> purgatory
//                             (num.network.threads) (queued.max.requests) (num.io.threads)  |
//       sent <-- network thread <-- response queue (one for each network thread) <----------+
//
// Three mechanisms keep an overloaded broker alive, and all are here to be watched. A connection is
// *muted* from the moment its request is read until the response leaves: a client that pipelines
// gets one request at a time into the broker, and its answers in order. The queue is bounded: a
// network thread with a request in its hand and no room for it stands still, and with it all of its
// connections, those with a finished response included; TCP then slows the senders down. And a
// connection belongs to one network thread for life, so one thread's misery is not another's.
//
// A handler's work happens at the instant it takes the request; what it answers is ready, and the
// handler free, when service time and disk time have passed. A network thread works on one frame
// after the other; what it does happens at once, and then it is busy for network_time(). So in a
// quiet broker nothing waits, and no timer is set for it.
//
// Each request carries the instants at which it passed from stage to stage; RequestCompleted tells
// the differences under the names of Kafka's RequestMetrics.
//
// Invariants:
//   queue_.size() <= queued.max.requests
//   a connection has at most one request in the queue, in a handler or in purgatory (muted)
//   nobody waits in the queue while a handler is free, between two calls of the broker
//   a network thread that has work and is neither busy nor blocked does not exist between two calls
//
// Called by: broker_server. Kafka: SocketServer (Acceptor, Processor), RequestChannel,
// RequestMetrics, KafkaRequestHandlerPool.
// Read next: broker/socket_server.cc (acceptor and network threads), broker/kafka_apis.h
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/env/env.h"
#include "engine/protocol/frame.h"

namespace kscope::broker {

/// What a response needs to find its way back.
struct RequestContext {
  ConnectionId connection;
  NodeId peer;
  FrameId frame;
  protocol::RequestHeader header;
};

struct QueuedRequest {
  RequestContext context;
  Blob body;
  Instant since{};  ///< a network thread had read it: Kafka's startTimeNanos
  EventSeq cause;   ///< what brought it here, whoever made room for it later
};

struct RequestChannelConfig {
  std::int32_t network_threads = 3;
  std::int32_t io_threads = 8;
  std::int32_t max_queued = 500;
  std::int32_t max_request_bytes = protocol::kMaxFrameBytes;
};

/// Where a request is. Remote: its handler is done with it and the answer depends on others (in
/// purgatory, or forwarded to the controller).
enum class RequestStage : std::uint8_t { Queue, Handler, Remote, ResponseQueue };

/// A request between being read and being answered, with the instants of RequestMetrics.
struct RequestUnderWay {
  FrameId frame;
  ApiKey api{};
  std::int32_t bytes = 0;
  RequestStage stage = RequestStage::Queue;
  std::int32_t handler = -1;
  Instant start{}, dequeued{}, local_done{}, responded{};
};

/// A client's or follower's connection, from its first frame on.
struct Connection {
  struct WaitingFrame {
    Blob frame;
    FrameId id;
    EventSeq cause;
  };
  env::ConnectionInfo info;
  std::size_t processor = 0;
  std::vector<WaitingFrame> waiting;         ///< arrived and not read yet, oldest first
  std::optional<RequestUnderWay> under_way;  ///< while there is one the connection is muted
};

/// Kafka: Processor, one network thread.
struct Processor {
  std::vector<ConnectionId> readable;   ///< with something to read, in order of arrival
  std::optional<QueuedRequest> held;    ///< read, and no room in the queue: the thread stands still
  struct Response {
    ConnectionId to;
    env::FrameInfo info;
    Blob frame;  ///< empty: acks=0, nothing is sent
    EventSeq cause;
  };
  std::deque<Response> responses;       ///< the response queue
  Instant busy_until{};
  bool timer_set = false;
};

class RequestChannel {
 public:
  RequestChannel() = default;
  explicit RequestChannel(const RequestChannelConfig& config);

  /// A request arrived. A frame that is no request closes its connection, and only that.
  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                FrameId id);
  void on_closed(ConnectionId connection) { connections_.erase(connection); }
  /// TimerKind::NetworkThreadDone.
  void on_processor_done(env::Env& env, std::int64_t processor);

  /// A free handler takes the oldest request and becomes current(); nothing if there is neither.
  std::optional<QueuedRequest> start_next(env::Env& env);
  /// The current handler's work is decided. It stays busy for its service time plus `disk`.
  void finish_current(env::Env& env, Duration disk);
  /// TimerKind::HandlerDone.
  void on_handler_done(env::Env& env, std::int64_t handler);

  /// Puts a response into the response queue of its connection's network thread. Out of a handler
  /// it gets there when that handler is done; otherwise (purgatory's timer, news of the
  /// controller) at once.
  template <class Response>
  void respond(env::Env& env, const RequestContext& to, const Response& response) {
    respond_as(env, to, to.header.version, response);
  }
  /// In another version than the request's: ApiVersions answers unknown versions in version 0.
  template <class Response>
  void respond_as(env::Env& env, const RequestContext& to, std::int16_t version,
                  const Response& response) {
    answer(env, to, version,
           protocol::encode_response(version, to.header.correlation, response));
  }
  /// num.io.threads, changed while it runs. A busy handler too many ends with its request.
  void set_io_threads(std::int32_t count);
  /// acks=0: the client waits for nothing, the connection may go on.
  void respond_nothing(env::Env& env, const RequestContext& to);
  void close(env::Env& env, ConnectionId connection, event::CloseReason reason);
  /// The same for a connection that may be new.
  void refuse(env::Env& env, const env::ConnectionInfo& connection, event::CloseReason reason);

  std::size_t queue_depth() const { return queue_.size(); }
  const std::deque<QueuedRequest>& queue() const { return queue_; }
  std::int32_t busy_handlers() const;
  const RequestChannelConfig& config() const { return config_; }
  const std::map<ConnectionId, Connection>& connections() const { return connections_; }
  const std::vector<Processor>& processors() const { return processors_; }
  /// True while this network thread stands still because the queue is full.
  bool processor_blocked(std::int32_t processor) const;

 private:
  struct Handler {
    bool busy = false;
    ApiKey api{};
    Instant since{};
    ConnectionId working_for;
    FrameId frame;
    std::vector<Processor::Response> answered;  // ready when the handler is done
  };

  // socket_server.cc
  Connection& accept(env::Env& env, const env::ConnectionInfo& connection);
  void run_processor(env::Env& env, std::size_t number);
  void read_one(env::Env& env, std::size_t number);
  bool hand_over_held(env::Env& env, std::size_t number);
  void queue_request(env::Env& env, QueuedRequest request, Duration read);
  void queue_response(env::Env& env, Processor::Response response);
  void send_one(env::Env& env, std::size_t number);
  void complete(env::Env& env, Connection& connection, const Processor::Response& response);
  // request_channel.cc
  void answer(env::Env& env, const RequestContext& to, std::int16_t version, Blob frame);
  Connection* find(ConnectionId connection);

  RequestChannelConfig config_;
  std::map<ConnectionId, Connection> connections_;
  std::vector<Processor> processors_;
  std::size_t next_processor_ = 0;  // the acceptor's turn
  std::deque<QueuedRequest> queue_;
  std::vector<Handler> handlers_;
  std::optional<std::size_t> current_;  // the handler whose work is being done in this call
};

}  // namespace kscope::broker
