// RequestChannel: the way of a request through a broker, as stages with limits.
//
//   connection --> network thread --> request queue --> handler --> response, connection unmuted
//                  (num.network.threads)  (queued.max.requests)  (num.io.threads)
//
// Two mechanisms keep an overloaded broker alive, and both are here to be watched. A connection is
// *muted* from the moment its request is read until the response leaves: a client that pipelines
// gets one request at a time into the broker, and its answers in order. And the queue is bounded:
// when it is full the network thread that wants to add to it stops, and with it all of that
// thread's connections; TCP then slows the senders down.
//
// A network thread takes no time here (it parses a header), so it is only visible when it is
// blocked. A handler's work happens at the instant it takes the request; its answer leaves, and the
// handler becomes free, when service time and disk time have passed.
//
// Invariants:
//   queue_.size() <= queued.max.requests
//   a connection has at most one request in the queue, in a handler or in purgatory (muted)
//   nobody waits in the queue while a handler is free, between two calls of the broker
//
// Called by: broker_server. Kafka: SocketServer (Processor), RequestChannel,
// KafkaRequestHandlerPool.
// Read next: broker/kafka_apis.h
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
  Instant since{};
};

struct RequestChannelConfig {
  std::int32_t network_threads = 3;
  std::int32_t io_threads = 8;
  std::int32_t max_queued = 500;
  std::int32_t max_request_bytes = protocol::kMaxFrameBytes;
};

class RequestChannel {
 public:
  RequestChannel() = default;
  explicit RequestChannel(const RequestChannelConfig& config);

  /// A request arrived. A frame that is no request closes its connection, and only that.
  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                FrameId id);
  void on_closed(ConnectionId connection) { connections_.erase(connection); }

  /// A free handler takes the oldest request and becomes current(); nothing if there is neither.
  std::optional<QueuedRequest> start_next(env::Env& env);
  /// The current handler's work is decided. It stays busy for its service time plus `disk`.
  void finish_current(env::Env& env, Duration disk);
  /// TimerKind::HandlerDone.
  void on_handler_done(env::Env& env, std::int64_t handler);

  /// Sends a response. Out of a handler it leaves when that handler's service time is over;
  /// otherwise (purgatory, news of the controller) at once.
  template <class Response>
  void respond(env::Env& env, const RequestContext& to, const Response& response) {
    respond_as(env, to, to.header.version, response);
  }
  /// In another version than the request's: ApiVersions answers unknown versions in version 0.
  template <class Response>
  void respond_as(env::Env& env, const RequestContext& to, std::int16_t version,
                  const Response& response) {
    send(env, to, version,
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
  std::size_t connection_count() const { return connections_.size(); }
  /// True while this network thread waits for room in the queue.
  bool network_thread_blocked(std::int32_t thread) const;

 private:
  struct WaitingFrame {
    Blob frame;
    FrameId id;
  };
  struct Connection {
    env::ConnectionInfo info;
    bool muted = false;
    std::vector<WaitingFrame> waiting;  // arrived and not read yet, oldest first
  };
  struct Handler {
    bool busy = false;
    ApiKey api{};
    Instant since{};
    std::vector<ConnectionId> answered;  // unmuted when the handler is done
  };

  std::size_t thread_of(ConnectionId connection) const;
  void run_network_thread(env::Env& env, std::size_t thread);
  void read_one(env::Env& env, ConnectionId id);
  void unmute(env::Env& env, ConnectionId connection);
  void done_with(env::Env& env, ConnectionId connection);
  void send(env::Env& env, const RequestContext& to, std::int16_t version, Blob frame);

  RequestChannelConfig config_;
  std::map<ConnectionId, Connection> connections_;
  /// For each network thread the connections that have something to read, in order of arrival.
  std::vector<std::vector<ConnectionId>> readable_;
  std::deque<QueuedRequest> queue_;
  std::vector<Handler> handlers_;
  std::optional<std::size_t> current_;  // the handler whose work is being done in this call
};

}  // namespace kscope::broker
