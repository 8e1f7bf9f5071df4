#include "engine/broker/request_channel.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/broker/service_times.h"

namespace kscope::broker {

RequestChannel::RequestChannel(const RequestChannelConfig& config)
    : config_(config),
      processors_(static_cast<std::size_t>(config.network_threads)),
      handlers_(static_cast<std::size_t>(config.io_threads)) {}

Connection* RequestChannel::find(ConnectionId connection) {
  const auto it = connections_.find(connection);
  return it == connections_.end() ? nullptr : &it->second;
}

// ---- handlers ---------------------------------------------------------------------------------

std::int32_t RequestChannel::busy_handlers() const {
  std::int32_t busy = 0;
  for (const Handler& handler : handlers_) busy += handler.busy ? 1 : 0;
  return busy;
}

std::optional<QueuedRequest> RequestChannel::start_next(env::Env& env) {
  KCHECK(!current_);
  if (queue_.empty()) return std::nullopt;
  for (std::size_t i = 0; i < static_cast<std::size_t>(config_.io_threads); ++i) {
    if (handlers_[i].busy) continue;
    QueuedRequest request = std::move(queue_.front());
    queue_.pop_front();
    current_ = i;
    handlers_[i].busy = true;
    handlers_[i].api = request.context.header.api;
    handlers_[i].since = env.now();
    handlers_[i].working_for = request.context.connection;
    handlers_[i].frame = request.context.frame;
    if (Connection* connection = find(request.context.connection)) {
      RequestUnderWay& mine = *connection->under_way;
      mine.stage = RequestStage::Handler;
      mine.handler = static_cast<std::int32_t>(i);
      mine.dequeued = env.now();
      mine.local_done = Instant::max();
    }
    const event::CauseScope scope(env.events, request.cause);
    env.events.emit(env.node, event::RequestStarted{request.context.frame, handlers_[i].api,
                                                    static_cast<std::int32_t>(i)});
    for (std::size_t t = 0; t < processors_.size(); ++t) {
      if (processors_[t].held) run_processor(env, t);  // there is room for one
    }
    return request;
  }
  return std::nullopt;
}

void RequestChannel::finish_current(env::Env& env, Duration disk) {
  KCHECK(current_);
  const Duration busy = service_time(handlers_[*current_].api) + disk;
  env.timers.set(env::TimerKind::HandlerDone, static_cast<std::int64_t>(*current_),
                 env.now() + busy);
  current_.reset();
}

void RequestChannel::set_io_threads(std::int32_t count) {
  config_.io_threads = count;
  if (handlers_.size() < static_cast<std::size_t>(count)) {
    handlers_.resize(static_cast<std::size_t>(count));
  }
}

void RequestChannel::on_handler_done(env::Env& env, std::int64_t number) {
  KCHECK(number >= 0 && static_cast<std::size_t>(number) < handlers_.size());
  Handler& handler = handlers_[static_cast<std::size_t>(number)];
  handler.busy = false;
  env.events.emit(env.node, event::RequestFinished{static_cast<std::int32_t>(number),
                                                   env.now() - handler.since});
  Connection* connection = find(handler.working_for);
  if (connection != nullptr && connection->under_way &&
      connection->under_way->frame == handler.frame) {
    connection->under_way->stage = RequestStage::Remote;  // unless it is answered right below
    connection->under_way->local_done = env.now();
  }
  for (auto& response : std::exchange(handler.answered, {})) {
    queue_response(env, std::move(response));
  }
}

// ---- responses --------------------------------------------------------------------------------

void RequestChannel::respond_nothing(env::Env& env, const RequestContext& to) {
  answer(env, to, to.header.version, Blob());
}

void RequestChannel::answer(env::Env& env, const RequestContext& to, std::int16_t version,
                            Blob frame) {
  Processor::Response response{to.connection,
                               {to.header.api, version, to.header.correlation, true},
                               std::move(frame),
                               env.events.cause()};
  // Whatever a handler's work brings about, its own answer or one out of purgatory, is ready when
  // that work is done, and so is everything it has written.
  if (current_) {
    handlers_[*current_].answered.push_back(std::move(response));
  } else {
    queue_response(env, std::move(response));
  }
}

void RequestChannel::close(env::Env& env, ConnectionId connection, event::CloseReason reason) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return;
  const env::ConnectionInfo info = it->second.info;
  refuse(env, info, reason);
}

void RequestChannel::refuse(env::Env& env, const env::ConnectionInfo& connection,
                            event::CloseReason reason) {
  connections_.erase(connection.id);
  env.network.close(connection.id);
  env.events.emit(env.node, event::ConnectionClosed{connection.id, connection.peer, reason});
}

}  // namespace kscope::broker
