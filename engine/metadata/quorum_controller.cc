#include "engine/metadata/quorum_controller.h"

#include "engine/metadata/configuration_control.h"
#include "engine/metadata/controller_frames.h"
#include "engine/metadata/reassignment.h"
#include "engine/metadata/replication_control.h"

namespace kscope::metadata {
namespace {

/// The level of 3.9-IV0 (org.apache.kafka.server.common.MetadataVersion), written into an empty
/// log.
constexpr const char* kMetadataVersion = "metadata.version";
constexpr std::int16_t kMetadataVersionLevel = 21;
constexpr std::int32_t kProducerIdBlock = 1000;  // ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE

}  // namespace

bool QuorumController::handles(ApiKey api) {
  switch (api) {
    case ApiKey::BrokerRegistration:
    case ApiKey::BrokerHeartbeat:
    case ApiKey::AlterPartition:
    case ApiKey::CreateTopics:
    case ApiKey::DeleteTopics:
    case ApiKey::ElectLeaders:
    case ApiKey::AlterConfigs:
    case ApiKey::IncrementalAlterConfigs:
    case ApiKey::CreatePartitions:
    case ApiKey::AlterPartitionReassignments:
    case ApiKey::ListPartitionReassignments:
    case ApiKey::AllocateProducerIds:
    case ApiKey::Envelope:
      return true;
    default:
      return false;
  }
}

// ---- taking over and giving up ----------------------------------------------------------------

void QuorumController::follow(env::Env& env, raft::KafkaRaftClient& raft,
                              const MetadataImage& committed) {
  if (is_active() && !(raft.is_leader() && raft.epoch() == *active_epoch_)) deactivate(env);
  if (is_active()) return complete(env, raft.high_watermark());
  // The record at the start of our epoch is in the image: so is everything before it.
  if (raft.is_leader() && committed.offset() > raft.epoch_start()) activate(env, raft, committed);
}

void QuorumController::activate(env::Env& env, raft::KafkaRaftClient& raft,
                                const MetadataImage& committed) {
  active_epoch_ = raft.epoch();
  image_ = committed;
  heartbeats_ = BrokerHeartbeats(config_.session_timeout);
  for (const auto& [id, broker] : image_.brokers()) {
    heartbeats_.touch(id, broker.fenced, -1, env.now());
  }
  env.events.emit(env.node, event::ControllerActivated{*active_epoch_});
  if (image_.features().count(kMetadataVersion) == 0) {
    write(env, raft, {protocol::FeatureLevelRecord{kMetadataVersion, kMetadataVersionLevel}});
  }
  schedule_sessions(env);
  schedule_elections(env);
}

void QuorumController::deactivate(env::Env& env) {
  const std::int32_t epoch = *active_epoch_;
  active_epoch_.reset();
  image_ = MetadataImage();
  heartbeats_ = BrokerHeartbeats();
  for (Tick tick : {kSessions, kBalance, kUnclean}) {
    env.timers.cancel(env::TimerKind::ControllerTick, tick);
  }
  session_check_.reset();
  balance_scheduled_ = unclean_scheduled_ = false;
  env.events.emit(env.node, event::ControllerDeactivated{epoch});
  // Their records may or may not survive: the asker has to find out from the next controller.
  for (const Waiting& waiting : purgatory_) {
    refuse(env, waiting.to, waiting.request, ErrorCode::NOT_CONTROLLER);
  }
  purgatory_.clear();
}

void QuorumController::complete(env::Env& env, Offset committed) {
  while (!purgatory_.empty() && purgatory_.front().until <= committed) {
    send_answer(env, purgatory_.front().to, std::move(purgatory_.front().frame));
    purgatory_.pop_front();
  }
}

// ---- requests ---------------------------------------------------------------------------------

void QuorumController::on_request(env::Env& env, raft::KafkaRaftClient& raft, ConnectionId from,
                                  const protocol::ParsedRequest& request) {
  ReplyTo to{from, request.header, std::nullopt};
  Blob body = request.body;
  if (request.header.api == ApiKey::Envelope) {
    auto inner = unwrap(request);
    if (!inner.ok() || inner->header.api == ApiKey::Envelope || !handles(inner->header.api)) {
      return env.network.close(from);
    }
    to.envelope = request.header;
    to.header = inner->header;
    body = inner->body;
  }
  if (!is_active()) return refuse(env, to, body, ErrorCode::NOT_CONTROLLER);
  serve(env, raft, to, body);
}

void QuorumController::refuse(env::Env& env, const ReplyTo& to, const Blob& body, ErrorCode error) {
  Blob frame = refusal_frame(to, body, error);
  if (frame.empty()) return env.network.close(to.connection);
  send_answer(env, to, std::move(frame));
}

template <class Request, class Decide>
void QuorumController::process(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to,
                               const Blob& body, Decide decide) {
  const auto request = protocol::decode_body<Request>(body, to.header.version);
  if (!request.ok()) return env.network.close(to.connection);
  const auto result = decide(*request);
  // An answer without records waits for those before it: it was made from what they changed.
  Offset until = purgatory_.empty() ? Offset(0) : purgatory_.back().until;
  if (!result.records.empty()) {
    const auto last = write(env, raft, result.records);
    if (!last) return refuse(env, to, body, ErrorCode::NOT_CONTROLLER);
    until = *last + 1;
  }
  purgatory_.push_back({until, to, body, answer_frame(to, result.response)});
  complete(env, raft.high_watermark());
  schedule_sessions(env);
  if (!result.records.empty()) schedule_elections(env);
}

void QuorumController::serve(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to,
                             const Blob& body) {
  switch (to.header.api) {
    case ApiKey::BrokerRegistration:
      return process<protocol::BrokerRegistrationRequest>(
          env, raft, to, body, [&](const auto& r) { return on_registration(env, raft, r); });
    case ApiKey::BrokerHeartbeat:
      return process<protocol::BrokerHeartbeatRequest>(
          env, raft, to, body, [&](const auto& r) { return on_heartbeat(env, raft, r); });
    case ApiKey::AlterPartition:
      return process<protocol::AlterPartitionRequest>(env, raft, to, body, [&](const auto& r) {
        auto result = alter_partition(view(env), r, to.header.version);
        tell_rejections(env, r, result.response);
        return result;
      });
    case ApiKey::CreateTopics:
      return process<protocol::CreateTopicsRequest>(env, raft, to, body, [&](const auto& r) {
        return create_topics(view(env), r, env.random);
      });
    case ApiKey::DeleteTopics:
      return process<protocol::DeleteTopicsRequest>(
          env, raft, to, body, [&](const auto& r) { return delete_topics(image_, r); });
    case ApiKey::ElectLeaders:
      return process<protocol::ElectLeadersRequest>(
          env, raft, to, body, [&](const auto& r) { return elect_leaders(view(env), r); });
    case ApiKey::AllocateProducerIds:
      return process<protocol::AllocateProducerIdsRequest>(
          env, raft, to, body, [&](const auto& r) { return on_allocate_producer_ids(r); });
    default:
      serve_admin(env, raft, to, body);
  }
}

void QuorumController::serve_admin(env::Env& env, raft::KafkaRaftClient& raft, const ReplyTo& to,
                                   const Blob& body) {
  switch (to.header.api) {
    case ApiKey::IncrementalAlterConfigs:
      return process<protocol::IncrementalAlterConfigsRequest>(
          env, raft, to, body, [&](const auto& r) { return incremental_alter_configs(image_, r); });
    case ApiKey::AlterConfigs:
      return process<protocol::AlterConfigsRequest>(
          env, raft, to, body, [&](const auto& r) { return legacy_alter_configs(image_, r); });
    case ApiKey::CreatePartitions:
      return process<protocol::CreatePartitionsRequest>(env, raft, to, body, [&](const auto& r) {
        return create_partitions(view(env), r, env.random);
      });
    case ApiKey::AlterPartitionReassignments:
      return process<protocol::AlterPartitionReassignmentsRequest>(
          env, raft, to, body,
          [&](const auto& r) { return alter_partition_reassignments(view(env), r); });
    case ApiKey::ListPartitionReassignments:
      return process<protocol::ListPartitionReassignmentsRequest>(
          env, raft, to, body, [&](const auto& r) {
            return ControllerResult<protocol::ListPartitionReassignmentsResponse>{
                {}, list_partition_reassignments(image_, r)};
          });
    default:
      env.network.close(to.connection);
  }
}

void QuorumController::on_closed(ConnectionId connection) {
  // The records stay; only the answer has nobody left to go to.
  std::erase_if(purgatory_, [&](const Waiting& w) { return w.to.connection == connection; });
}

std::optional<Offset> QuorumController::write(env::Env& env, raft::KafkaRaftClient& raft,
                                              const Records& records) {
  std::vector<Bytes> encoded;
  encoded.reserve(records.size());
  for (const auto& record : records) encoded.push_back(protocol::encode_record(record));
  const auto last = raft.append(env, encoded);
  if (!last) return std::nullopt;
  Offset at = *last - static_cast<std::int64_t>(records.size()) + 1;
  for (const auto& record : records) {
    image_.apply(record, at);
    ++at;
  }
  return last;
}

// ---- decisions that also touch the heartbeats -------------------------------------------------

ControllerResult<protocol::BrokerRegistrationResponse> QuorumController::on_registration(
    env::Env& env, const raft::KafkaRaftClient& raft,
    const protocol::BrokerRegistrationRequest& request) {
  auto result = register_broker(view(env), request, raft.log_end());
  if (result.response.error_code != ErrorCode::NONE) return result;
  const NodeId broker(request.broker_id);
  const BrokerRegistration* existing = image_.broker(broker);
  const bool same = existing != nullptr && existing->incarnation == request.incarnation_id;
  if (!same) heartbeats_.remove(broker);
  heartbeats_.touch(broker, same ? existing->fenced : true, -1, env.now());
  return result;
}

ControllerResult<protocol::BrokerHeartbeatResponse> QuorumController::on_heartbeat(
    env::Env& env, const raft::KafkaRaftClient& raft,
    const protocol::BrokerHeartbeatRequest& request) {
  HeartbeatDecision decision = process_heartbeat(view(env), request);
  if (decision.result.response.error_code != ErrorCode::NONE) return std::move(decision.result);
  const NodeId broker(request.broker_id);
  heartbeats_.touch(broker, decision.result.response.is_fenced, request.current_metadata_offset,
                    env.now());
  if (decision.next == BrokerControlState::ControlledShutdown) {
    const auto added = static_cast<std::int64_t>(decision.result.records.size());
    heartbeats_.begin_shutdown(broker, (raft.log_end() + added).value() - 1);
  }
  return std::move(decision.result);
}

ControllerResult<protocol::AllocateProducerIdsResponse> QuorumController::on_allocate_producer_ids(
    const protocol::AllocateProducerIdsRequest& request) const {
  ControllerResult<protocol::AllocateProducerIdsResponse> result;
  result.response.error_code = check_broker_epoch(image_, request.broker_id, request.broker_epoch);
  if (result.response.error_code != ErrorCode::NONE) return result;
  const std::int64_t start = image_.next_producer_id();
  result.response.producer_id_start = start;
  result.response.producer_id_len = kProducerIdBlock;
  result.records.push_back(protocol::ProducerIdsRecord{request.broker_id, request.broker_epoch,
                                                       start + kProducerIdBlock});
  return result;
}

void QuorumController::tell_rejections(env::Env& env,
                                       const protocol::AlterPartitionRequest& request,
                                       const protocol::AlterPartitionResponse& response) {
  for (const auto& topic : response.topics) {
    const TopicImage* known = image_.topic(topic.topic_id);
    const std::string& name = known != nullptr ? known->name : topic.topic_name;
    for (const auto& partition : topic.partitions) {
      if (partition.error_code == ErrorCode::NONE) continue;
      const PartitionRef ref = env.names.intern(TopicPartition{name, partition.partition_index});
      env.events.emit(env.node, event::AlterPartitionRejected{ref, NodeId(request.broker_id),
                                                              partition.error_code});
    }
  }
}

// ---- what happens by itself -------------------------------------------------------------------

void QuorumController::schedule_sessions(env::Env& env) {
  // Heartbeats move the earliest end of a session all the time. The timer stays where it is as long
  // as it is not too late; when it fires early it looks and is set again.
  const auto expiry = heartbeats_.next_expiry();
  if (expiry && (!session_check_ || *expiry < *session_check_)) {
    session_check_ = expiry;
    env.timers.set(env::TimerKind::ControllerTick, kSessions, *expiry);
  }
}

void QuorumController::schedule_elections(env::Env& env) {
  const auto after = [&](Tick tick, Duration interval) {
    env.timers.set(env::TimerKind::ControllerTick, tick, env.now() + interval);
    return true;
  };
  if (!balance_scheduled_ && config_.auto_leader_rebalance && has_imbalance(image_)) {
    balance_scheduled_ = after(kBalance, config_.leader_imbalance_check);
  }
  if (!unclean_scheduled_ && has_leaderless(image_)) {
    unclean_scheduled_ = after(kUnclean, config_.unclean_election_check);
  }
}

void QuorumController::on_timer(env::Env& env, raft::KafkaRaftClient& raft, std::int64_t key) {
  if (!is_active()) return;
  Records records;
  if (key == kSessions) {
    session_check_.reset();
    // One at a time, so that each decision sees the effect of the one before it.
    while (const auto stale = heartbeats_.stale_broker(env.now())) {
      records.clear();
      fence_broker(view(env), *stale, records);
      heartbeats_.fence(*stale);
      if (!write(env, raft, records)) return;
    }
    records.clear();
  } else if (key == kBalance) {
    balance_scheduled_ = false;
    balance_leaders(view(env), records);
  } else if (key == kUnclean) {
    unclean_scheduled_ = false;
    elect_unclean_leaders(view(env), records);
  }
  if (!records.empty() && !write(env, raft, records)) return;
  schedule_sessions(env);
  schedule_elections(env);
}

}  // namespace kscope::metadata
