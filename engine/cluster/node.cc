#include "engine/cluster/node.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/cluster/node_views.h"

namespace kscope::cluster {

bool NodeConfig::is_voter() const {
  return std::find(voters.begin(), voters.end(), id) != voters.end();
}

Result<void> Node::start(env::Env& env) {
  KCHECK(!running());
  KTRY_ASSIGN(const broker::BrokerConfig broker_config,
              broker::BrokerConfig::parse(config_.id, config_.cluster_id, config_.endpoints,
                                          config_.settings));
  KTRY_ASSIGN(const metadata::SharedServerConfig shared_config,
              metadata::shared_server_config(config_.id, config_.voters, config_.cluster_id,
                                             config_.settings));
  KTRY_ASSIGN(metadata::SharedServer shared, metadata::SharedServer::start(env, shared_config));
  broker::BrokerServer broker;
  KTRY(broker.start(env, broker_config));
  servers_.emplace(Servers{std::move(shared), std::move(broker)});
  pass_on_metadata(env);
  return {};
}

// Frames, timers and closed connections go to the half that knows them; both halves can have moved
// the metadata afterwards (a fetched batch, a heartbeat of our own answered in place).
void Node::on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                    FrameId id) {
  if (!running()) return;
  if (!servers_->shared.on_frame(env, connection, frame, id)) {
    servers_->broker.on_frame(env, connection, frame, id);
  }
  pass_on_metadata(env);
}

void Node::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  if (!running()) return;
  servers_->shared.on_closed(env, connection);
  servers_->broker.on_closed(env, connection);
  pass_on_metadata(env);
}

void Node::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  if (!running()) return;
  if (!servers_->shared.on_timer(env, kind, key)) servers_->broker.on_timer(env, kind, key);
  pass_on_metadata(env);
}

void Node::pass_on_metadata(env::Env& env) {
  servers_->broker.set_controller(servers_->shared.controller_node());
  if (const std::optional<metadata::MetadataDelta> delta = servers_->shared.take_delta()) {
    servers_->broker.on_metadata(env, servers_->shared.image(), *delta);
  }
  // Kafka orders it so: the broker leaves first, while its controller can still arrange that.
  if (servers_->broker.shutdown_complete() && !quorum_leaving_) {
    quorum_leaving_ = true;
    servers_->shared.begin_shutdown(env);
  }
}

void Node::begin_shutdown(env::Env& env) {
  KCHECK(running());
  servers_->broker.begin_shutdown(env);
  pass_on_metadata(env);
}

bool Node::shutdown_complete() const {
  return running() && quorum_leaving_ && servers_->shared.shutdown_complete();
}

bool Node::failed() const {
  return running() && (servers_->broker.failed() || servers_->shared.failure().has_value());
}

void Node::finish_shutdown(env::Env& env) {
  KCHECK(running());
  servers_->broker.finish_shutdown(env);
  servers_->shared.finish_shutdown(env);
}

void Node::kill() {
  servers_.reset();
  quorum_leaving_ = false;
}

QuorumView Node::quorum_view() const { return cluster::quorum_view(servers_->shared); }

BrokerView Node::broker_view(Instant now) const {
  return cluster::broker_view(servers_->broker, servers_->shared.image().offset(), now);
}

}  // namespace kscope::cluster
