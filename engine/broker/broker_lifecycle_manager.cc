#include "engine/broker/broker_lifecycle_manager.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::broker {
namespace {

constexpr std::int16_t kRegistrationVersion = 4;
constexpr std::int16_t kHeartbeatVersion = 1;
/// Back-off after failures: 100 ms, doubled each time, at most a session (Kafka:
/// resendExponentialBackoff; without its two per cent of jitter).
constexpr Duration kFirstBackoff = millis(100);
/// Starting up is done in a hurry: the heartbeats before the broker has caught up.
constexpr Duration kStartingInterval = millis(10);
constexpr Duration kFirstShutdownInterval = millis(50);

}  // namespace

void BrokerLifecycleManager::become(env::Env& env, BrokerState to) {
  KCHECK(std::find(kBrokerTransitions.begin(), kBrokerTransitions.end(), std::pair(state_, to)) !=
         kBrokerTransitions.end());
  env.events.emit(env.node, event::BrokerStateChanged{state_, to});
  state_ = to;
}

void BrokerLifecycleManager::start(env::Env& env) {
  become(env, BrokerState::Starting);
  schedule(env, Duration{0});
}

void BrokerLifecycleManager::schedule(env::Env& env, Duration after) {
  const Duration wait = again_at_once_ ? Duration{0} : after;
  again_at_once_ = false;
  env.timers.set(env::TimerKind::BrokerHeartbeat, 0, env.now() + wait);
}

void BrokerLifecycleManager::schedule_after_failure(env::Env& env) {
  const Duration backoff =
      kFirstBackoff * (std::int64_t{1} << std::min<std::int64_t>(failures_, 20));
  ++failures_;
  again_at_once_ = false;  // never in a hurry after a failure
  schedule(env, std::min(backoff, config_.session_timeout));
}

LifecycleNews BrokerLifecycleManager::on_timer(env::Env& env, NodeToControllerChannel& channel,
                                               std::int64_t metadata_offset) {
  LifecycleNews news;
  if (state_ == BrokerState::ShuttingDown || state_ == BrokerState::NotRunning) return news;
  if (leave_at_ && env.now() >= *leave_at_) {
    become(env, BrokerState::ShuttingDown);
    news.may_stop = true;
    return news;
  }
  if (under_way_) {
    again_at_once_ = true;
  } else if (registered_) {
    send_heartbeat(env, channel, metadata_offset);
  } else {
    register_broker(env, channel);
  }
  return news;
}

void BrokerLifecycleManager::register_broker(env::Env& env, NodeToControllerChannel& channel) {
  protocol::BrokerRegistrationRequest request;
  request.broker_id = identity_.broker.value();
  request.cluster_id = identity_.cluster_id;
  request.incarnation_id = identity_.incarnation;
  request.listeners.push_back({"PLAINTEXT", identity_.host,
                               static_cast<std::uint16_t>(identity_.port), 0});
  request.rack = identity_.rack;
  request.previous_broker_epoch = identity_.previous_epoch.value_or(BrokerEpoch(-1)).value();
  under_way_ = true;
  channel.enqueue(env, std::move(request), kRegistrationVersion, 0);
}

void BrokerLifecycleManager::send_heartbeat(env::Env& env, NodeToControllerChannel& channel,
                                            std::int64_t metadata_offset) {
  protocol::BrokerHeartbeatRequest request;
  request.broker_id = identity_.broker.value();
  request.broker_epoch = broker_epoch_.value();
  request.current_metadata_offset = metadata_offset;
  request.want_fence = !ready_to_unfence_;
  request.want_shut_down = state_ == BrokerState::PendingControlledShutdown;
  under_way_ = true;
  channel.enqueue(env, std::move(request), kHeartbeatVersion, 0);
}

LifecycleNews BrokerLifecycleManager::on_reply(env::Env& env, const ControllerReply& reply) {
  under_way_ = false;
  if (state_ == BrokerState::ShuttingDown || state_ == BrokerState::NotRunning) return {};
  if (!reply.body) {
    schedule_after_failure(env);
    return {};
  }
  return reply.api == ApiKey::BrokerRegistration ? on_registered(env, reply)
                                                 : on_heartbeat(env, reply);
}

LifecycleNews BrokerLifecycleManager::on_registered(env::Env& env, const ControllerReply& reply) {
  const auto response =
      protocol::decode_body<protocol::BrokerRegistrationResponse>(*reply.body, reply.version);
  if (!response.ok() || response->error_code != ErrorCode::NONE) {
    // DUPLICATE_BROKER_REGISTRATION among others: the former incarnation's session is not over.
    schedule_after_failure(env);
    return {};
  }
  failures_ = 0;
  broker_epoch_ = BrokerEpoch(response->broker_epoch);
  registered_ = true;
  schedule(env, Duration{0});
  return LifecycleNews{true, false, false};
}

LifecycleNews BrokerLifecycleManager::on_heartbeat(env::Env& env, const ControllerReply& reply) {
  LifecycleNews news;
  const auto response =
      protocol::decode_body<protocol::BrokerHeartbeatResponse>(*reply.body, reply.version);
  if (!response.ok() || response->error_code != ErrorCode::NONE) {
    schedule_after_failure(env);
    return news;
  }
  failures_ = 0;
  fenced_ = response->is_fenced;
  switch (state_) {
    case BrokerState::Starting:
      if (response->is_caught_up) {
        become(env, BrokerState::Recovery);
        news.caught_up = true;
      }
      schedule(env, kStartingInterval);
      return news;
    case BrokerState::Recovery:
      if (!response->is_fenced) become(env, BrokerState::Running);
      schedule(env, config_.heartbeat_interval);
      return news;
    case BrokerState::PendingControlledShutdown:
      return on_pending_shutdown(env, response->should_shut_down);
    default:
      schedule(env, config_.heartbeat_interval);
      return news;
  }
}

LifecycleNews BrokerLifecycleManager::on_pending_shutdown(env::Env& env, bool may_stop) {
  if (may_stop) {
    become(env, BrokerState::ShuttingDown);
    return LifecycleNews{false, false, true};
  }
  // The first answer only says that the request was heard; often the second already lets us go.
  schedule(env, shutdown_acknowledged_ ? config_.heartbeat_interval : kFirstShutdownInterval);
  shutdown_acknowledged_ = true;
  return {};
}

void BrokerLifecycleManager::set_ready_to_unfence(env::Env& env) {
  ready_to_unfence_ = true;
  schedule(env, Duration{0});
}

void BrokerLifecycleManager::begin_controlled_shutdown(env::Env& env) {
  if (state_ == BrokerState::PendingControlledShutdown || state_ == BrokerState::ShuttingDown) {
    return;
  }
  if (state_ != BrokerState::Running) return shut_down_now(env);
  become(env, BrokerState::PendingControlledShutdown);
  leave_at_ = env.now() + config_.shutdown_timeout;
  schedule(env, Duration{0});
}

void BrokerLifecycleManager::shut_down_now(env::Env& env) {
  if (state_ == BrokerState::ShuttingDown || state_ == BrokerState::NotRunning) return;
  become(env, BrokerState::ShuttingDown);
  env.timers.cancel(env::TimerKind::BrokerHeartbeat, 0);
}

}  // namespace kscope::broker
