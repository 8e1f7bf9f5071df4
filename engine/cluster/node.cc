#include "engine/cluster/node.h"

#include "engine/base/check.h"
#include "engine/cluster/node_views.h"

namespace kscope::cluster {

namespace {

void reached(env::Env& env, event::StartupStage stage) {
  env.events.emit(env.node, event::StartupStageReached{stage});
}

Error wrong_disk(const std::string& what, const std::string& found, const std::string& expected) {
  return {ErrorKind::Invalid,
          "meta.properties is of another " + what + ": found " + found + ", expected " + expected};
}

}  // namespace

Result<void> Node::format_if_blank(env::Env& env) const {
  if (!is_blank(env.disk)) return {};
  FormatOptions options;
  options.properties = {config_.cluster_id, config_.id, config_.new_directory_id};
  options.kraft_version = config_.kraft_version;
  options.first_voters = config_.first_voters;
  return format_storage(env, options);
}

Result<metadata::SharedServerConfig> Node::shared_config(env::Env& env) const {
  KTRY_ASSIGN(const auto found, storage::read_meta_properties(env.disk));
  if (!found) {
    return Error{ErrorKind::NotFound,
                 "no meta.properties in the log directory: it was never formatted "
                 "(kafka-storage.sh format does that)"};
  }
  const storage::MetaProperties& properties = *found;
  if (properties.cluster_id != config_.cluster_id) {
    return wrong_disk("cluster", properties.cluster_id, config_.cluster_id);
  }
  if (properties.node != config_.id) {
    return wrong_disk("node", std::to_string(properties.node.value()),
                      std::to_string(config_.id.value()));
  }
  KTRY_ASSIGN(metadata::SharedServerConfig config,
              metadata::shared_server_config(config_.id, config_.voters, config_.cluster_id,
                                             config_.settings));
  config.has_controller = config_.has_controller;
  config.raft.directory_id = properties.directory_id;
  config.raft.host = "controller-" + std::to_string(config_.id.value());
  if (config_.kraft_version > 0) config.raft.bootstrap = std::exchange(config.raft.voters, {});
  reached(env, event::StartupStage::StorageChecked);
  return config;
}

Result<void> Node::start(env::Env& env) {
  KCHECK(!running());
  broker::BrokerConfig broker_config;
  if (config_.has_broker) {
    KTRY_ASSIGN(broker_config, broker::BrokerConfig::parse(config_.id, config_.cluster_id,
                                                           config_.endpoints, config_.settings));
  }
  KTRY_ASSIGN(const metadata::SharedServerConfig shared_config, this->shared_config(env));
  KTRY_ASSIGN(metadata::SharedServer shared, metadata::SharedServer::start(env, shared_config));
  reached(env, event::StartupStage::QuorumJoined);
  if (config_.has_controller) reached(env, event::StartupStage::ControllerReady);
  broker::BrokerServer broker;
  if (config_.has_broker) {
    KTRY(broker.start(env, broker_config));
    reached(env, event::StartupStage::Registering);
  }
  servers_.emplace(Servers{std::move(shared), std::move(broker)});
  pass_on_metadata(env);
  return {};
}

// Frames, timers and closed connections go to the half that knows them; both halves can have moved
// the metadata afterwards (a fetched batch, a heartbeat of our own answered in place).
void Node::on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                    FrameId id) {
  if (!running()) return;
  if (!servers_->shared.on_frame(env, connection, frame, id) && config_.has_broker) {
    servers_->broker.on_frame(env, connection, frame, id);
  }
  pass_on_metadata(env);
}

void Node::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  if (!running()) return;
  servers_->shared.on_closed(env, connection);
  if (config_.has_broker) servers_->broker.on_closed(env, connection);
  pass_on_metadata(env);
}

void Node::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  if (!running()) return;
  if (!servers_->shared.on_timer(env, kind, key) && config_.has_broker) {
    servers_->broker.on_timer(env, kind, key);
  }
  pass_on_metadata(env);
}

void Node::pass_on_metadata(env::Env& env) {
  if (!config_.has_broker) {
    servers_->shared.take_delta();
    return;
  }
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
  if (!config_.has_broker) {
    quorum_leaving_ = true;
    servers_->shared.begin_shutdown(env);
    return;
  }
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
  if (config_.has_broker) servers_->broker.finish_shutdown(env);
  servers_->shared.finish_shutdown(env);
}

void Node::kill() {
  servers_.reset();
  quorum_leaving_ = false;
}

QuorumDetailView Node::quorum_detail_view() const {
  return cluster::quorum_detail_view(servers_->shared);
}

QuorumView Node::quorum_view() const { return cluster::quorum_view(servers_->shared); }

BrokerView Node::broker_view(Instant now) const {
  if (!config_.has_broker) {
    BrokerView none;
    none.metadata_offset = servers_->shared.image().offset().value();
    return none;
  }
  return cluster::broker_view(servers_->broker, servers_->shared.image().offset(), now);
}

}  // namespace kscope::cluster
