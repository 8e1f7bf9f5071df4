#include "engine/broker/broker_server.h"

#include "engine/base/check.h"
#include "engine/broker/kafka_apis.h"

namespace kscope::broker {
namespace {

Uuid random_uuid(env::Random& random) {
  Uuid id;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = random.next();
    for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
      id.bytes[half * 8 + i] = static_cast<std::uint8_t>(bits);
    }
  }
  return id;
}

/// Everything in the image, as a delta from nothing.
metadata::MetadataDelta all_of(const metadata::MetadataImage& image) {
  metadata::MetadataDelta delta;
  delta.to = image.offset();
  for (const auto& [name, topic] : image.topics()) {
    delta.topic_configs.insert(name);
    for (const auto& [index, state] : topic.partitions) delta.partitions[name].insert(index);
  }
  for (const auto& [id, broker] : image.brokers()) delta.brokers.insert(id);
  delta.cluster_config = true;
  return delta;
}

}  // namespace

// ---- life -------------------------------------------------------------------------------------

Result<void> BrokerServer::start(env::Env& env, const BrokerConfig& config) {
  BrokerParts& p = parts_;
  p.config = config;
  p.requests = RequestChannel(config.requests);
  p.coordinator = coordinator::GroupCoordinator(config.groups);
  p.fetch_sessions = FetchSessionCache(config.fetch_session_slots);
  KTRY(p.replicas.start(env, config.replicas, config.topics));
  env.events.emit(env.node, event::StartupStageReached{event::StartupStage::DataLogsLoaded});
  const AdvertisedEndpoint endpoint = config.own_endpoint();
  p.lifecycle = BrokerLifecycleManager(
      {config.node, config.cluster_id, random_uuid(env.random[env::Purpose::Identity]),
       endpoint.host, endpoint.port, config.rack, p.replicas.logs().previous_broker_epoch()},
      config.lifecycle);
  const std::string client = "broker-" + std::to_string(config.node.value());
  // A heartbeat that is half a session old is of no use to anybody; make a new one.
  p.lifecycle_channel =
      NodeToControllerChannel(Channel::Lifecycle, client + "-heartbeat", config.controller_timeout,
                              config.lifecycle.session_timeout / 2);
  p.alter_partition_channel = NodeToControllerChannel(
      Channel::AlterPartition, client + "-alter-partition", config.controller_timeout, {});
  p.forwarding_channel = NodeToControllerChannel(Channel::Forwarding, client + "-forwarding",
                                                 config.controller_timeout, seconds(60));
  p.lifecycle.start(env);
  return {};
}

void BrokerServer::set_controller(std::optional<NodeId> controller) {
  parts_.lifecycle_channel.set_controller(controller);
  parts_.alter_partition_channel.set_controller(controller);
  parts_.forwarding_channel.set_controller(controller);
}

void BrokerServer::begin_shutdown(env::Env& env) {
  asked_to_stop_ = true;
  parts_.replicas.begin_controlled_shutdown();
  parts_.lifecycle.begin_controlled_shutdown(env);
  settle(env);
}

void BrokerServer::finish_shutdown(env::Env& env) {
  if (parts_.lifecycle.state() != BrokerState::ShuttingDown) parts_.lifecycle.shut_down_now(env);
  parts_.replicas.shutdown(env);
  parts_.lifecycle.stopped(env);
}

void BrokerServer::start_serving(env::Env& env) {
  serving_ = true;
  apply_dynamic_config(env);
  take_up(env, all_of(parts_.metadata));
  parts_.lifecycle.set_ready_to_unfence(env);
}

void BrokerServer::on_metadata(env::Env& env, const metadata::MetadataImage& image,
                               const metadata::MetadataDelta& delta) {
  parts_.metadata = image;
  if (serving_ && delta.cluster_config) apply_dynamic_config(env);
  if (serving_) take_up(env, delta);
  settle(env);
}

/// The replicas first: coordinators are made of what they lead.
void BrokerServer::take_up(env::Env& env, const metadata::MetadataDelta& delta) {
  parts_.replicas.on_metadata(env, parts_.metadata, delta);
  KafkaApis apis(env, parts_);
  auto around = apis.surroundings();
  parts_.coordinator.on_metadata(around, parts_.config.node, delta);
  apis.send_group_answers();
}

// ---- what comes in ----------------------------------------------------------------------------

void BrokerServer::on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                            FrameId id) {
  if (connection.opened_here) {
    on_response(env, connection, frame);
  } else if (serving_) {
    parts_.requests.on_frame(env, connection, frame, id);
  } else {
    // Real Kafka does not open its port before this point.
    parts_.requests.refuse(env, connection, event::CloseReason::Refused);
  }
  settle(env);
}

void BrokerServer::on_response(env::Env& env, const env::ConnectionInfo& connection,
                               const Blob& frame) {
  if (parts_.replicas.owns(connection.id)) {
    parts_.replicas.on_frame(env, connection, frame);
    return;
  }
  for (Channel which : {Channel::Lifecycle, Channel::AlterPartition, Channel::Forwarding}) {
    if (!channel(which).owns(connection.id)) continue;
    const auto reply = channel(which).on_frame(env, connection.id, frame);
    if (reply) on_controller_reply(env, which, *reply);
    return;
  }
}

void BrokerServer::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  if (!connection.opened_here) {
    parts_.requests.on_closed(connection.id);
  } else if (connection.purpose == env::ConnectionPurpose::ReplicaFetcher) {
    parts_.replicas.on_closed(env, connection);
  } else {
    for (Channel which : {Channel::Lifecycle, Channel::AlterPartition, Channel::Forwarding}) {
      channel(which).on_closed(env, connection.id);
    }
  }
  settle(env);
}

bool BrokerServer::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  switch (kind) {
    case env::TimerKind::HandlerDone:
      parts_.requests.on_handler_done(env, key);
      break;
    case env::TimerKind::NetworkThreadDone:
      parts_.requests.on_processor_done(env, key);
      break;
    case env::TimerKind::DelayedOperation:
      on_delayed_operation(env, key);
      break;
    case env::TimerKind::BrokerHeartbeat:
      on_lifecycle_news(env, parts_.lifecycle.on_timer(env, parts_.lifecycle_channel,
                                                       parts_.metadata.offset().value() - 1));
      break;
    case env::TimerKind::BrokerChannel:
      on_channel_timer(env, key);
      break;
    case env::TimerKind::GroupCoordinator:
    case env::TimerKind::GroupExpiration: {
      KafkaApis apis(env, parts_);
      auto around = apis.surroundings();
      parts_.coordinator.on_timer(around, kind, key);
      apis.send_group_answers();
      break;
    }
    default:
      // IsrCheck has a second key: the ISR wishes are sent again, which settle() does.
      if (kind == env::TimerKind::IsrCheck && key == kAlterPartitionRetryKey) break;
      if (!parts_.replicas.on_timer(env, kind, key)) return false;
  }
  settle(env);
  return true;
}

void BrokerServer::on_delayed_operation(env::Env& env, std::int64_t id) {
  KafkaApis apis(env, parts_);
  switch (parts_.produces.kind_of(id)) {
    case event::PurgatoryKind::Produce:
      if (const auto produce = parts_.produces.expire(env, id)) apis.complete(*produce);
      return;
    case event::PurgatoryKind::Fetch:
      if (const auto fetch = parts_.fetches.expire(env, id)) apis.complete(*fetch);
      return;
    case event::PurgatoryKind::DeleteRecords:
      if (const auto deletion = parts_.deletes.expire(env, id)) apis.complete(*deletion);
      return;
  }
}

// ---- the controller ---------------------------------------------------------------------------

NodeToControllerChannel& BrokerServer::channel(Channel which) {
  switch (which) {
    case Channel::Lifecycle: return parts_.lifecycle_channel;
    case Channel::AlterPartition: return parts_.alter_partition_channel;
    case Channel::Forwarding: return parts_.forwarding_channel;
  }
  KCHECK(!"a channel without a name");
}

void BrokerServer::on_channel_timer(env::Env& env, std::int64_t key) {
  const Channel which = channel_of_timer(key);
  for (const ControllerReply& overdue : channel(which).on_timer(env, key)) {
    on_controller_reply(env, which, overdue);
  }
}

void BrokerServer::on_controller_reply(env::Env& env, Channel which, const ControllerReply& reply) {
  switch (which) {
    case Channel::Lifecycle:
      on_lifecycle_news(env, parts_.lifecycle.on_reply(env, reply));
      return;
    case Channel::AlterPartition:
      for (const auto& answer : parts_.alter_partitions.on_reply(env, reply)) {
        parts_.replicas.on_isr_decision(env, answer.item.partition, answer.item.proposal,
                                        answer.decision);
      }
      return;
    case Channel::Forwarding:
      parts_.forwarding.on_reply(env, reply, parts_.requests);
      return;
  }
}

void BrokerServer::on_lifecycle_news(env::Env& env, const LifecycleNews& news) {
  if (news.registered) parts_.replicas.set_broker_epoch(parts_.lifecycle.broker_epoch());
  if (news.caught_up) start_serving(env);
}

// ---- what follows from it ---------------------------------------------------------------------

void BrokerServer::settle(env::Env& env) {
  carry_out_effects(env);
  while (auto request = parts_.requests.start_next(env)) {
    const event::CauseScope scope(env.events, request->cause);
    const Duration disk_before = env.disk.pending_cost();
    KafkaApis(env, parts_).handle(*request);
    carry_out_effects(env);  // the handler's thread does this, too, before it takes the next
    // The disk does one thing after the other: who used it waits for those before, too.
    const Duration disk_after = env.disk.pending_cost();
    const bool used = disk_after > disk_before;
    parts_.requests.finish_current(env, used ? env.disk.backlog() + disk_after : Duration{0});
  }
}

void BrokerServer::carry_out_effects(env::Env& env) {
  for (;;) {
    const replication::Effects effects = parts_.replicas.take_effects();
    for (const auto& item : effects.proposals) {
      if (!parts_.alter_partitions.submit(item)) {
        parts_.replicas.on_isr_change_not_attempted(env, item.partition, item.proposal);
      }
    }
    KafkaApis apis(env, parts_);
    for (const replication::Progress& progress : effects.progress) {
      parts_.fetches.check_and_complete(env, progress.partition, [&](DelayedFetch& fetch) {
        return apis.try_complete(fetch, progress.partition);
      });
      if (!progress.wakes_producers) continue;
      parts_.produces.check_and_complete(env, progress.partition, [&](DelayedProduce& produce) {
        return apis.try_complete(produce, progress.partition);
      });
      parts_.deletes.check_and_complete(
          env, progress.partition, [&](DelayedDeleteRecords& deletion) {
            return apis.try_complete(deletion, progress.partition);
          });
      auto around = apis.surroundings();
      parts_.coordinator.on_progress(around, progress.partition);
      apis.send_group_answers();
    }
    if (effects.progress.empty() && effects.proposals.empty()) break;
  }
  parts_.alter_partitions.propagate(env, parts_.alter_partition_channel, parts_.config.node,
                                    parts_.lifecycle.broker_epoch());
  // A broker that cannot use its disk must not pretend to be alive: without heartbeats it is fenced
  // and others take over. Real Kafka halts.
  if (parts_.replicas.log_dir_failed()) parts_.lifecycle.shut_down_now(env);
}

}  // namespace kscope::broker
