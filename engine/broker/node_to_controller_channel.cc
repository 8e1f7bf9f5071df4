#include "engine/broker/node_to_controller_channel.h"

#include <algorithm>

namespace kscope::broker {
namespace {

/// No controller is known: look again so often (Kafka polls every 100 ms, too).
constexpr Duration kNoControllerWait = millis(100);
/// The controller was the wrong one, or gone (Kafka: reconnect.backoff.ms).
constexpr Duration kFailureBackoff = millis(50);

template <class Response>
bool top_level_not_controller(const Blob& body, std::int16_t version) {
  const auto response = protocol::decode_body<Response>(body, version);
  return response.ok() && response->error_code == ErrorCode::NOT_CONTROLLER;
}

template <class Response>
bool top_level_not_leader(const Blob& body, std::int16_t version) {
  const auto response = protocol::decode_body<Response>(body, version);
  return response.ok() && response->error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER;
}

template <class Results>
bool any_not_controller(const Results& results) {
  return std::any_of(results.begin(), results.end(), [](const auto& result) {
    return result.error_code == ErrorCode::NOT_CONTROLLER;
  });
}

bool says_not_controller(ApiKey api, std::int16_t version, const Blob& body) {
  using namespace protocol;
  switch (api) {
    case ApiKey::BrokerRegistration:
      return top_level_not_controller<BrokerRegistrationResponse>(body, version);
    case ApiKey::BrokerHeartbeat:
      return top_level_not_controller<BrokerHeartbeatResponse>(body, version);
    case ApiKey::AlterPartition:
      return top_level_not_controller<AlterPartitionResponse>(body, version);
    case ApiKey::AllocateProducerIds:
      return top_level_not_controller<AllocateProducerIdsResponse>(body, version);
    case ApiKey::CreateTopics: {
      const auto response = decode_body<CreateTopicsResponse>(body, version);
      return response.ok() && any_not_controller(response->topics);
    }
    case ApiKey::DeleteTopics: {
      const auto response = decode_body<DeleteTopicsResponse>(body, version);
      return response.ok() && any_not_controller(response->responses);
    }
    case ApiKey::AlterConfigs: {
      const auto response = decode_body<AlterConfigsResponse>(body, version);
      return response.ok() && any_not_controller(response->responses);
    }
    case ApiKey::IncrementalAlterConfigs: {
      const auto response = decode_body<IncrementalAlterConfigsResponse>(body, version);
      return response.ok() && any_not_controller(response->responses);
    }
    case ApiKey::CreatePartitions: {
      const auto response = decode_body<CreatePartitionsResponse>(body, version);
      return response.ok() && any_not_controller(response->results);
    }
    case ApiKey::AlterPartitionReassignments:
      return top_level_not_controller<AlterPartitionReassignmentsResponse>(body, version);
    case ApiKey::ListPartitionReassignments:
      return top_level_not_controller<ListPartitionReassignmentsResponse>(body, version);
    case ApiKey::ElectLeaders:
      return top_level_not_controller<ElectLeadersResponse>(body, version);
    // The raft layer answers these itself, in its own words.
    case ApiKey::AddRaftVoter:
      return top_level_not_leader<AddRaftVoterResponse>(body, version);
    case ApiKey::RemoveRaftVoter:
      return top_level_not_leader<RemoveRaftVoterResponse>(body, version);
    default: return false;
  }
}

ApiKey api_of(const ControllerRequest& request) {
  return std::visit([](const auto& r) { return std::decay_t<decltype(r)>::kApi; }, request);
}

}  // namespace

NodeToControllerChannel::NodeToControllerChannel(Channel channel, std::string client_id,
                                                 Duration request_timeout,
                                                 std::optional<Duration> retry_timeout)
    : channel_(channel), retry_timeout_(retry_timeout) {
  protocol::NetworkClientOptions options;
  options.listener = env::Listener::Controller;
  options.purpose = env::ConnectionPurpose::BrokerToController;
  options.timeout_timer = env::TimerKind::BrokerChannel;
  options.timer_key_base = retry_key();
  options.request_timeout = std::min(request_timeout, retry_timeout.value_or(request_timeout));
  options.max_in_flight = 1;
  options.client_id = std::move(client_id);
  network_ = protocol::NetworkClient(options);
}

void NodeToControllerChannel::enqueue(env::Env& env, ControllerRequest request,
                                      std::int16_t version, protocol::RequestTag tag) {
  queue_.push_back({std::move(request), version, tag, env.now()});
  send_next(env);
}

void NodeToControllerChannel::send_next(env::Env& env) {
  if (in_flight_ || queue_.empty() || env.now() < not_before_) return;
  if (!active_) active_ = known_;
  if (!active_) return retry_later(env, kNoControllerWait);
  if (!network_.can_send(*active_))
    return;  // a broken connection is being cleared: on_timer follows
  in_flight_ = std::move(queue_.front());
  queue_.pop_front();
  std::visit(
      [&](const auto& request) {
        network_.send(env, *active_, request, in_flight_->version, in_flight_->tag);
      },
      in_flight_->request);
}

void NodeToControllerChannel::retry_later(env::Env& env, Duration after) {
  not_before_ = env.now() + after;
  env.timers.set(env::TimerKind::BrokerChannel, retry_key(), not_before_);
}

void NodeToControllerChannel::put_back(env::Env& env) {
  active_.reset();
  if (!in_flight_) return;
  queue_.push_front(std::move(*in_flight_));
  in_flight_.reset();
  retry_later(env, kFailureBackoff);
}

std::optional<ControllerReply> NodeToControllerChannel::on_frame(env::Env& env,
                                                                 ConnectionId connection,
                                                                 const Blob& frame) {
  auto arrived = network_.on_frame(env, connection, frame);
  if (!arrived || !in_flight_) return std::nullopt;
  const protocol::InFlight& sent = arrived->request;
  if (says_not_controller(sent.api, sent.version, arrived->body)) {
    network_.disconnect(env, sent.to);
    put_back(env);
    return std::nullopt;
  }
  in_flight_.reset();
  send_next(env);
  return ControllerReply{sent.tag, sent.api, sent.version, std::move(arrived->body)};
}

void NodeToControllerChannel::on_closed(env::Env& env, ConnectionId connection) {
  if (!network_.on_closed(env, connection).empty()) put_back(env);
}

std::vector<ControllerReply> NodeToControllerChannel::on_timer(env::Env& env, std::int64_t key) {
  const NodeId node(static_cast<std::int32_t>(key % kChannelTimerKeys));
  if (node.value() != 0 && !network_.on_timeout(env, node).empty()) put_back(env);
  auto overdue = take_overdue(env.now());
  send_next(env);
  return overdue;
}

std::vector<ControllerReply> NodeToControllerChannel::take_overdue(Instant now) {
  std::vector<ControllerReply> overdue;
  if (!retry_timeout_) return overdue;
  while (!queue_.empty() && now - queue_.front().created >= *retry_timeout_) {
    const Item& item = queue_.front();
    overdue.push_back({item.tag, api_of(item.request), item.version, std::nullopt});
    queue_.pop_front();
  }
  return overdue;
}

}  // namespace kscope::broker
