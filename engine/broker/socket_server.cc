// The ends of the request path: the acceptor, and the network threads that read requests and send
// responses. See broker/request_channel.h. Kafka: SocketServer.Acceptor, SocketServer.Processor.
#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/broker/request_channel.h"
#include "engine/broker/service_times.h"

namespace kscope::broker {

bool RequestChannel::processor_blocked(std::int32_t processor) const {
  return processors_[static_cast<std::size_t>(processor)].held.has_value();
}

// ---- acceptor ---------------------------------------------------------------------------------

// Round robin, as Kafka's acceptor. A connection is known here from its first frame on.
Connection& RequestChannel::accept(env::Env& env, const env::ConnectionInfo& info) {
  if (Connection* known = find(info.id)) return *known;
  Connection fresh;
  fresh.info = info;
  fresh.processor = next_processor_;
  next_processor_ = (next_processor_ + 1) % processors_.size();
  env.events.emit(env.node, event::ConnectionAccepted{info.id, info.peer,
                                                      static_cast<std::int32_t>(fresh.processor)});
  return connections_.emplace(info.id, std::move(fresh)).first->second;
}

void RequestChannel::on_frame(env::Env& env, const env::ConnectionInfo& info, const Blob& frame,
                              FrameId id) {
  if (frame.size() > static_cast<std::size_t>(config_.max_request_bytes) + 4) {
    refuse(env, info, event::CloseReason::OversizedFrame);
    return;
  }
  Connection& connection = accept(env, info);
  connection.waiting.push_back({frame, id, env.events.cause()});
  if (connection.under_way || connection.waiting.size() > 1) return;
  processors_[connection.processor].readable.push_back(info.id);
  run_processor(env, connection.processor);
}

// ---- network threads --------------------------------------------------------------------------

void RequestChannel::on_processor_done(env::Env& env, std::int64_t number) {
  KCHECK(number >= 0 && static_cast<std::size_t>(number) < processors_.size());
  processors_[static_cast<std::size_t>(number)].timer_set = false;
  run_processor(env, static_cast<std::size_t>(number));
}

// One round of Kafka's Processor.run: new responses first, then what has arrived.
void RequestChannel::run_processor(env::Env& env, std::size_t number) {
  Processor& processor = processors_[number];
  if (!hand_over_held(env, number)) return;
  while (!processor.held && !(processor.responses.empty() && processor.readable.empty())) {
    if (env.now() < processor.busy_until) {
      if (!std::exchange(processor.timer_set, true)) {
        env.timers.set(env::TimerKind::NetworkThreadDone, static_cast<std::int64_t>(number),
                       processor.busy_until);
      }
      return;
    }
    if (!processor.responses.empty()) {
      send_one(env, number);
    } else {
      read_one(env, number);
    }
  }
}

void RequestChannel::read_one(env::Env& env, std::size_t number) {
  Processor& processor = processors_[number];
  const ConnectionId id = processor.readable.front();
  processor.readable.erase(processor.readable.begin());
  Connection* connection = find(id);
  if (connection == nullptr || connection->waiting.empty()) return;  // closed meanwhile
  const Connection::WaitingFrame next = connection->waiting.front();
  connection->waiting.erase(connection->waiting.begin());
  const event::CauseScope scope(env.events, next.cause);
  auto parsed = protocol::parse_request(next.frame);
  if (!parsed.ok()) {
    close(env, id, event::CloseReason::MalformedFrame);
    return;
  }
  RequestUnderWay& mine = connection->under_way.emplace();
  mine.frame = next.id;
  mine.api = parsed->header.api;
  mine.bytes = static_cast<std::int32_t>(next.frame.size());
  mine.start = mine.dequeued = mine.local_done = env.now();
  processor.busy_until = env.now() + network_time(next.frame.size());
  QueuedRequest request{{id, connection->info.peer, next.id, std::move(parsed->header)},
                        std::move(parsed->body),
                        env.now(),
                        next.cause};
  if (queue_.size() < static_cast<std::size_t>(config_.max_queued)) {
    return queue_request(env, std::move(request), network_time(next.frame.size()));
  }
  processor.held = std::move(request);
  env.events.emit(env.node, event::ProcessorBlocked{static_cast<std::int32_t>(number),
                                                    static_cast<std::int32_t>(queue_.size())});
}

// A request that found the queue full goes in first. False: there is still no room.
bool RequestChannel::hand_over_held(env::Env& env, std::size_t number) {
  Processor& processor = processors_[number];
  if (!processor.held) return true;
  if (queue_.size() >= static_cast<std::size_t>(config_.max_queued)) return false;
  QueuedRequest request = std::move(*processor.held);
  processor.held.reset();
  const Duration waited = env.now() - request.since;
  const event::CauseScope scope(env.events, request.cause);
  env.events.emit(env.node, event::ProcessorUnblocked{static_cast<std::int32_t>(number), waited});
  queue_request(env, std::move(request), waited);
  return true;
}

void RequestChannel::queue_request(env::Env& env, QueuedRequest request, Duration read) {
  const FrameId frame = request.context.frame;
  const ApiKey api = request.context.header.api;
  queue_.push_back(std::move(request));
  env.events.emit(env.node,
                  event::RequestQueued{frame, api, static_cast<std::int32_t>(queue_.size()), read});
}

// ---- responses --------------------------------------------------------------------------------

void RequestChannel::queue_response(env::Env& env, Processor::Response response) {
  Connection* connection = find(response.to);
  if (connection == nullptr) return;  // nobody is there any more
  KCHECK(connection->under_way);
  RequestUnderWay& mine = *connection->under_way;
  mine.stage = RequestStage::ResponseQueue;
  mine.responded = env.now();
  const std::size_t number = connection->processor;
  Processor& processor = processors_[number];
  const FrameId frame = mine.frame;
  const ApiKey api = mine.api;
  processor.responses.push_back(std::move(response));
  const event::CauseScope scope(env.events, processor.responses.back().cause);
  const bool waits = processor.held || env.now() < processor.busy_until;
  if (waits) {
    env.events.emit(env.node,
                    event::ResponseQueued{frame, api, static_cast<std::int32_t>(number),
                                          static_cast<std::int32_t>(processor.responses.size())});
  }
  run_processor(env, number);
}

void RequestChannel::send_one(env::Env& env, std::size_t number) {
  Processor& processor = processors_[number];
  Processor::Response response = std::move(processor.responses.front());
  processor.responses.pop_front();
  Connection* connection = find(response.to);
  if (connection == nullptr) return;
  const event::CauseScope scope(env.events, response.cause);
  complete(env, *connection, response);
  if (response.frame.size() > 0) {
    const Duration send = network_time(response.frame.size());
    processor.busy_until = env.now() + send;
    env.network.send(response.to, std::move(response.frame), response.info, send);
  }
  connection->under_way.reset();  // unmuted: what the client sent meanwhile can be read
  if (!connection->waiting.empty()) processor.readable.push_back(response.to);
}

void RequestChannel::complete(env::Env& env, Connection& connection,
                              const Processor::Response& response) {
  const RequestUnderWay& mine = *connection.under_way;
  event::RequestCompleted parts;
  parts.frame = mine.frame;
  parts.api = mine.api;
  parts.processor = static_cast<std::int16_t>(connection.processor);
  parts.request_bytes = mine.bytes;
  parts.response_bytes = static_cast<std::int32_t>(response.frame.size());
  parts.peer = connection.info.peer;
  parts.request_queue = mine.dequeued - mine.start;
  // A request can be answered out of purgatory before its own handler is done with it: then the
  // handler's time ends with the answer.
  const Instant local_done = std::min(mine.local_done, mine.responded);
  parts.local = local_done - mine.dequeued;
  parts.remote = mine.responded - local_done;
  parts.response_queue = env.now() - mine.responded;
  if (response.frame.size() > 0) parts.response_send = network_time(response.frame.size());
  env.events.emit(env.node, parts);
}

}  // namespace kscope::broker
