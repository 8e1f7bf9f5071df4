#include "engine/metadata/shared_server.h"

namespace kscope::metadata {
namespace {

// Keys of MetadataSnapshot.
constexpr std::int64_t kGenerate = 0, kClean = 1;
constexpr Duration kCleanInterval = seconds(60);  // KafkaRaftClient.SnapshotCleanIntervalMs

}  // namespace

Result<SharedServer> SharedServer::start(env::Env& env, const SharedServerConfig& config) {
  SharedServer server;
  KTRY_ASSIGN(server.raft_, raft::KafkaRaftClient::open(env, config.raft));
  if (config.has_controller) server.controller_ = QuorumController(config.controller);
  server.generator_ = SnapshotGenerator(config.snapshots, env.now());
  env.timers.set(env::TimerKind::MetadataSnapshot, kClean, env.now() + kCleanInterval);
  server.settle(env);
  if (server.failure()) return *server.failure();
  return server;
}

bool SharedServer::on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame,
                            FrameId) {
  if (from.opened_here) {
    if (!raft_.on_response(env, from, frame)) return false;
    settle(env);
    return true;
  }
  if (from.listener != env::Listener::Controller) return false;
  const auto request = protocol::parse_request(frame);
  if (failure()) return true;
  if (request.ok() && raft::KafkaRaftClient::handles(request->header.api)) {
    raft_.on_request(env, from, *request);
  } else if (request.ok() && controller_ && QuorumController::handles(request->header.api)) {
    controller_->on_request(env, raft_, from.id, *request);
  } else {
    env.network.close(from.id);
  }
  settle(env);
  return true;
}

void SharedServer::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  raft_.on_closed(env, connection);
  if (controller_ && !connection.opened_here) controller_->on_closed(connection.id);
  settle(env);
}

bool SharedServer::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  if (kind == env::TimerKind::ControllerTick) {
    if (controller_ && !failure()) controller_->on_timer(env, raft_, key);
  } else if (kind == env::TimerKind::MetadataSnapshot) {
    if (key == kGenerate) snapshot_timer_.reset();
    if (key == kClean && !failure()) {
      if (const auto cleaned = raft_.clean(env); !cleaned.ok()) failure_ = cleaned.error();
      env.timers.set(env::TimerKind::MetadataSnapshot, kClean, env.now() + kCleanInterval);
    }
  } else if (!raft_.on_timer(env, kind, key)) {
    return false;
  }
  settle(env);
  return true;
}

std::optional<NodeId> SharedServer::controller_node() const {
  // A leader that has resigned still counts as the leader of its epoch, but serves nobody.
  if (raft_.leader() == raft_.config().node && !raft_.is_leader()) return std::nullopt;
  return raft_.leader();
}

void SharedServer::begin_shutdown(env::Env& env) {
  raft_.begin_shutdown(env);
  settle(env);
}

void SharedServer::settle(env::Env& env) {
  if (failure()) return;
  const auto advanced = loader_.advance(env, raft_, generator_);
  if (!advanced.ok()) {
    failure_ = advanced.error();
    return;
  }
  if (!controller_) return maybe_snapshot(env);
  controller_->follow(env, raft_, loader_.image());
  // Taking over wrote records; in a quorum of one they are committed by now.
  const auto again = loader_.advance(env, raft_, generator_);
  if (!again.ok()) {
    failure_ = again.error();
    return;
  }
  controller_->follow(env, raft_, loader_.image());
  maybe_snapshot(env);
}

void SharedServer::maybe_snapshot(env::Env& env) {
  if (failure()) return;
  const std::size_t before = raft_.snapshots().size();
  generator_.run(env, raft_, loader_.image());
  if (raft_.snapshots().size() != before) {
    if (const auto cleaned = raft_.clean(env); !cleaned.ok()) failure_ = cleaned.error();
  }
  const auto next = generator_.next_by_time();
  if (!next || snapshot_timer_) return;
  snapshot_timer_ = next;
  env.timers.set(env::TimerKind::MetadataSnapshot, kGenerate, *next);
}

}  // namespace kscope::metadata
