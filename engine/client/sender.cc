#include "engine/client/sender.h"

#include "engine/client/backoff.h"
#include "engine/protocol/messages/produce.h"

namespace kscope::client {

Sender::Sender(const ProducerConfig& config, std::vector<NodeId> bootstrap)
    : config_(config),
      cluster_(config.common, std::move(bootstrap),
               static_cast<std::size_t>(config.max_in_flight), true),
      accumulator_(config) {}

void Sender::run(env::Env& env, bool exhausted) {
  expire(env);
  std::optional<Instant> next_check;
  while (send_what_is_ready(env, exhausted, &next_check)) {
  }
  cluster_.maybe_update_metadata(env);
  if (accumulator_.has_undrained()) {
    next_check = earlier(next_check, cluster_.next_reconnect_at(env.now()));
  }
  send_timer_.set(env, next_check);
}

bool Sender::send_what_is_ready(env::Env& env, bool exhausted,
                                std::optional<Instant>* next_check) {
  const Metadata& metadata = cluster_.metadata();
  const ReadyCheck check = accumulator_.ready(metadata, env.now(), exhausted);
  if (!check.unknown_leader.empty()) cluster_.metadata().request_update();
  *next_check = check.next_check;
  bool sent = false;
  for (const NodeId node : check.nodes) {
    const auto version =
        cluster_.ready(env, node, ApiKey::Produce, 7, protocol::ProduceRequest::kMaxVersion);
    if (!version) continue;
    auto batches = accumulator_.drain(metadata, node, env.now());
    if (batches.empty()) continue;
    send_request(env, node, *version, std::move(batches));
    sent = true;
  }
  return sent;
}

void Sender::send_request(env::Env& env, NodeId node, std::int16_t version,
                          std::vector<ProducerBatch> batches) {
  protocol::ProduceRequest request;
  request.acks = config_.acks;
  request.timeout_ms = static_cast<std::int32_t>(to_millis(config_.common.request_timeout));
  for (ProducerBatch& batch : batches) {
    auto& topics = request.topic_data;
    if (topics.empty() || topics.back().name != batch.partition().topic) {
      topics.emplace_back();
      topics.back().name = batch.partition().topic;
    }
    protocol::ProduceRequest::PartitionProduceData data;
    data.index = batch.partition().partition;
    data.records = batch.encoded();
    topics.back().partition_data.push_back(std::move(data));
    batch.sent(cluster_.metadata().current_leader(batch.partition()).epoch);
    if (config_.guarantees_order()) accumulator_.mute(batch.partition());
    env.events.emit(env.node, event::BatchDrained{batch.ref(), batch.number(),
                                                  batch.record_count(), batch.attempts()});
  }
  const bool expect_response = config_.acks != 0;
  const protocol::RequestTag tag = next_tag_++;
  cluster_.send(env, node, request, version, tag, expect_response);
  if (expect_response) {
    in_flight_[tag] = Request{node, std::move(batches)};
  } else {
    for (ProducerBatch& batch : batches) complete(env, std::move(batch), ErrorCode::NONE, -1);
  }
}

void Sender::on_response(env::Env& env, const protocol::Arrived& arrived) {
  if (in_flight_.count(arrived.request.tag) == 0) return;
  Request request = take_request(arrived.request.tag);
  const auto response = protocol::decode_body<protocol::ProduceResponse>(
      arrived.body, arrived.request.version);
  for (ProducerBatch& batch : request.batches) {
    ErrorCode error = ErrorCode::UNKNOWN_SERVER_ERROR;  // unless the answer speaks of it
    std::int64_t base_offset = -1;
    if (response.ok()) {
      for (const auto& topic : response->responses) {
        if (topic.name != batch.partition().topic) continue;
        for (const auto& p : topic.partition_responses) {
          if (p.index != batch.partition().partition) continue;
          error = p.error_code;
          base_offset = p.base_offset;
          if (p.current_leader.leader_id >= 0) {  // KIP-951: it says who leads instead
            cluster_.metadata().leader_learned(batch.partition(),
                                               NodeId(p.current_leader.leader_id),
                                               LeaderEpoch(p.current_leader.leader_epoch));
          }
        }
      }
    }
    complete(env, std::move(batch), error, base_offset);
  }
}

void Sender::on_requests_failed(env::Env& env, const Outcome& outcome) {
  for (const protocol::InFlight& died : outcome.failed) {
    if (in_flight_.count(died.tag) == 0) continue;
    Request request = take_request(died.tag);
    for (ProducerBatch& batch : request.batches) {
      complete(env, std::move(batch), outcome.failure, -1);
    }
  }
}

Sender::Request Sender::take_request(protocol::RequestTag tag) {
  auto node = in_flight_.extract(tag);
  KCHECK(!node.empty());
  return std::move(node.mapped());
}

void Sender::complete(env::Env& env, ProducerBatch batch, ErrorCode error,
                      std::int64_t base_offset) {
  if (config_.guarantees_order()) accumulator_.unmute(batch.partition());
  if (batch.state() == BatchState::Done) return;  // expired while it was under way
  if (error == ErrorCode::NONE) return acknowledged(env, batch, base_offset);
  if (says_metadata_is_stale(error)) cluster_.metadata().request_update();
  if (error == ErrorCode::MESSAGE_TOO_LARGE && batch.record_count() > 1) {
    env.events.emit(env.node, event::BatchRetried{batch.ref(), batch.number(), error, {}});
    accumulator_.split_and_reenqueue(std::move(batch));
  } else if (can_retry(batch, error, env.now())) {
    retry(env, std::move(batch), error);
  } else {
    give_up(env, batch, error);
  }
}

bool Sender::can_retry(const ProducerBatch& batch, ErrorCode error, Instant now) const {
  return error_info(error).retriable && batch.attempts() - 1 < config_.retries &&
         !batch.reached_delivery_timeout(now, config_.delivery_timeout);
}

void Sender::acknowledged(env::Env& env, ProducerBatch& batch, std::int64_t base_offset) {
  batch.done();
  accumulator_.release(batch);
  stats_.records_acked += batch.record_count();
  env.events.emit(env.node,
                  event::BatchAcked{batch.ref(), batch.number(), Offset(base_offset),
                                    batch.record_count(), config_.acks});
  if (base_offset >= 0) {
    Offset& last = stats_.last_acked[batch.partition()];
    last = std::max(last, Offset(base_offset + batch.record_count() - 1));
  }
  for (const record::Record& record : batch.records()) {
    AckedRecord entry{batch.ref(), std::nullopt, digest_of(record.key, record.value),
                      config_.acks};
    if (base_offset >= 0) entry.offset = Offset(base_offset + record.offset);
    acked_.add(entry);
  }
}

void Sender::retry(env::Env& env, ProducerBatch batch, ErrorCode error) {
  const Duration backoff =
      backoff_after(config_.common.retry_backoff, config_.common.retry_backoff_max,
                    batch.attempts(), env.random[env::Purpose::ClientBackoff]);
  batch.retry(env.now() + backoff);
  env.events.emit(env.node, event::BatchRetried{batch.ref(), batch.number(), error, backoff});
  stats_.last_error = to_string(error);
  accumulator_.reenqueue(std::move(batch));
}

void Sender::give_up(env::Env& env, ProducerBatch& batch, ErrorCode error) {
  batch.done();
  accumulator_.release(batch);
  stats_.records_failed += batch.record_count();
  stats_.last_error = to_string(error);
  env.events.emit(env.node, event::BatchFailed{batch.ref(), batch.number(), batch.record_count(),
                                               error});
}

void Sender::expire(env::Env& env) {
  for (ProducerBatch& batch : accumulator_.take_expired(env.now())) {
    give_up(env, batch, ErrorCode::REQUEST_TIMED_OUT);
  }
  for (auto& [tag, request] : in_flight_) {
    for (ProducerBatch& batch : request.batches) {
      if (batch.state() != BatchState::InFlight) continue;
      if (!batch.reached_delivery_timeout(env.now(), config_.delivery_timeout)) continue;
      give_up(env, batch, ErrorCode::REQUEST_TIMED_OUT);
    }
  }
}

std::optional<Instant> Sender::next_expiry() const {
  std::optional<Instant> first = accumulator_.next_expiry();
  for (const auto& [tag, request] : in_flight_) {
    for (const ProducerBatch& batch : request.batches) {
      if (batch.state() != BatchState::InFlight) continue;
      first = earlier(first, batch.created_at() + config_.delivery_timeout);
    }
  }
  return first;
}

void Sender::abort_all(env::Env& env) {
  for (ProducerBatch& batch : accumulator_.take_all()) {
    give_up(env, batch, ErrorCode::NETWORK_EXCEPTION);
  }
  for (auto& [tag, request] : in_flight_) {
    for (ProducerBatch& batch : request.batches) {
      if (batch.state() == BatchState::InFlight) give_up(env, batch, ErrorCode::NETWORK_EXCEPTION);
    }
  }
  in_flight_.clear();
}

}  // namespace kscope::client
