#include "engine/broker/request_channel.h"

#include "engine/base/check.h"
#include "engine/broker/service_times.h"

namespace kscope::broker {

RequestChannel::RequestChannel(const RequestChannelConfig& config)
    : config_(config),
      readable_(static_cast<std::size_t>(config.network_threads)),
      handlers_(static_cast<std::size_t>(config.io_threads)) {}

// ---- network threads --------------------------------------------------------------------------

std::size_t RequestChannel::thread_of(ConnectionId connection) const {
  return static_cast<std::size_t>(connection.value() % readable_.size());
}

bool RequestChannel::network_thread_blocked(std::int32_t thread) const {
  return !readable_[static_cast<std::size_t>(thread)].empty();
}

void RequestChannel::on_frame(env::Env& env, const env::ConnectionInfo& connection,
                              const Blob& frame, FrameId id) {
  if (frame.size() > static_cast<std::size_t>(config_.max_request_bytes) + 4) {
    refuse(env, connection, event::CloseReason::OversizedFrame);
    return;
  }
  Connection& c = connections_.try_emplace(connection.id, Connection{connection, false, {}})
                      .first->second;
  c.waiting.push_back({frame, id});
  if (c.muted || c.waiting.size() > 1) return;
  readable_[thread_of(connection.id)].push_back(connection.id);
  run_network_thread(env, thread_of(connection.id));
}

void RequestChannel::run_network_thread(env::Env& env, std::size_t thread) {
  std::vector<ConnectionId>& readable = readable_[thread];
  std::size_t done = 0;
  while (done < readable.size() && queue_.size() < static_cast<std::size_t>(config_.max_queued)) {
    read_one(env, readable[done++]);
  }
  readable.erase(readable.begin(), readable.begin() + static_cast<std::ptrdiff_t>(done));
}

void RequestChannel::read_one(env::Env& env, ConnectionId id) {
  const auto it = connections_.find(id);
  if (it == connections_.end() || it->second.waiting.empty()) return;  // closed meanwhile
  Connection& connection = it->second;
  const WaitingFrame next = connection.waiting.front();
  connection.waiting.erase(connection.waiting.begin());
  auto request = protocol::parse_request(next.frame);
  if (!request.ok()) {
    close(env, id, event::CloseReason::MalformedFrame);
    return;
  }
  connection.muted = true;
  const ApiKey api = request->header.api;
  queue_.push_back({{id, connection.info.peer, next.id, std::move(request->header)},
                    std::move(request->body), env.now()});
  env.events.emit(env.node, event::RequestQueued{next.id, api,
                                                 static_cast<std::int32_t>(queue_.size())});
}

void RequestChannel::unmute(env::Env& env, ConnectionId connection) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return;
  it->second.muted = false;
  if (it->second.waiting.empty()) return;
  readable_[thread_of(connection)].push_back(connection);
  run_network_thread(env, thread_of(connection));
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
    env.events.emit(env.node, event::RequestStarted{request.context.frame, handlers_[i].api,
                                                    static_cast<std::int32_t>(i)});
    for (std::size_t t = 0; t < readable_.size(); ++t) run_network_thread(env, t);
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
  for (ConnectionId connection : std::exchange(handler.answered, {})) unmute(env, connection);
}

// ---- responses --------------------------------------------------------------------------------

void RequestChannel::done_with(env::Env& env, ConnectionId connection) {
  if (current_) {
    handlers_[*current_].answered.push_back(connection);
  } else {
    unmute(env, connection);
  }
}

void RequestChannel::respond_nothing(env::Env& env, const RequestContext& to) {
  done_with(env, to.connection);
}

void RequestChannel::send(env::Env& env, const RequestContext& to, std::int16_t version,
                          Blob frame) {
  const Duration after = current_ ? service_time(handlers_[*current_].api) : Duration{0};
  const protocol::RequestHeader& header = to.header;
  env.network.send(to.connection, std::move(frame),
                   {header.api, version, header.correlation, true}, after);
  done_with(env, to.connection);
}

}  // namespace kscope::broker
