// Events of the stages that a request passes in a broker: acceptor, network thread, response queue.
// The stages in between (request queue, handler, purgatory) have theirs in broker_events.h.
// Emitted by broker/. Read next: broker/request_channel.h
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Kafka: Acceptor.assignNewConnection. From now on this network thread alone serves it.
struct ConnectionAccepted {
  static constexpr Info kInfo{"ConnectionAccepted", Subject::Broker, Weight::Detail,
                              "{node} accepts the connection of {peer}: network thread "
                              "{processor} serves it"};
  ConnectionId connection;
  NodeId peer;
  std::int32_t processor = 0;
  void describe(auto&& v) const {
    v("connection", connection); v("peer", peer); v("processor", processor);
  }
};

/// The request queue is full: this thread stands still with a request in its hand, and all of its
/// connections with it, those that wait for a response included.
struct ProcessorBlocked {
  static constexpr Info kInfo{"ProcessorBlocked", Subject::Broker, Weight::Change,
                              "{node}: network thread {processor} stands still, the request queue "
                              "is full ({depth} waiting)"};
  std::int32_t processor = 0;
  std::int32_t depth = 0;
  void describe(auto&& v) const { v("processor", processor); v("depth", depth); }
};

struct ProcessorUnblocked {
  static constexpr Info kInfo{"ProcessorUnblocked", Subject::Broker, Weight::Change,
                              "{node}: network thread {processor} goes on after {waited}"};
  std::int32_t processor = 0;
  Duration waited{};
  void describe(auto&& v) const { v("processor", processor); v("waited", waited); }
};

/// A response is ready and its network thread is busy. One that is sent at once is not told here.
struct ResponseQueued {
  static constexpr Info kInfo{"ResponseQueued", Subject::Broker, Weight::Detail,
                              "{node}: the {api} response waits for network thread {processor} "
                              "({depth} waiting)"};
  FrameId frame;  ///< the request's
  ApiKey api{};
  std::int32_t processor = 0;
  std::int32_t depth = 0;
  void describe(auto&& v) const {
    v("frame", frame); v("api", api); v("processor", processor); v("depth", depth);
  }
};

/// The network thread has the response (acks=0: has heard that there is none) and sends it.
/// Kafka: kafka.network.RequestMetrics; the five parts add up to TotalTimeMs.
struct RequestCompleted {
  static constexpr Info kInfo{"RequestCompleted", Subject::Broker, Weight::Detail,
                              "{node} completes {api} of {peer} after {total}: "
                              "{request_queue} in the request queue, {local} in the handler, "
                              "{remote} waiting for others, {response_queue} in the response "
                              "queue, {response_send} to send"};
  FrameId frame;  ///< the request's
  ApiKey api{};
  std::int16_t processor = 0;
  std::int32_t request_bytes = 0, response_bytes = 0;
  NodeId peer;
  Duration request_queue{}, local{}, remote{}, throttle{}, response_queue{}, response_send{};
  Duration total() const { return request_queue + local + remote + response_queue + response_send; }
  void describe(auto&& v) const {
    v("frame", frame); v("api", api); v("processor", processor);
    v("peer", peer); v("request_bytes", request_bytes);
    v("response_bytes", response_bytes); v("request_queue", request_queue); v("local", local);
    v("remote", remote); v("throttle", throttle); v("response_queue", response_queue);
    v("response_send", response_send); v("total", total());
  }
};

}  // namespace kscope::event
