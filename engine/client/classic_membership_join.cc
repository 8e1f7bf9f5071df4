// JoinGroup and SyncGroup: into the group, and into its next generation.
// Kafka: AbstractCoordinator (joinGroupIfNeeded, sendJoinGroupRequest, JoinGroupResponseHandler,
// SyncGroupResponseHandler).
#include <algorithm>

#include "engine/client/assignor/consumer_protocol.h"
#include "engine/client/classic_membership.h"

namespace kscope::client {

namespace {

/// The coordinator waits for the last member for so long; the answer needs a moment more.
constexpr Duration kJoinTimeoutLapse = seconds(5);

}  // namespace

bool ClassicMembership::send_join(MemberContext& in) {
  protocol::JoinGroupRequest request = join_request(in);
  const Duration timeout =
      std::max(in.config.common.request_timeout, in.config.max_poll_interval + kJoinTimeoutLapse);
  const auto tag = in.send(*in.finder.line(), request, instance_id_ ? 5 : 0, timeout);
  if (!tag) return false;
  joined_topics_ = in.topics.topics();
  fresh_from_.reset();
  become(in, ConsumerState::PreparingRebalance, generation_);
  join_ = Sent{*tag, generation_};
  return true;
}

protocol::JoinGroupRequest ClassicMembership::join_request(MemberContext& in) {
  protocol::JoinGroupRequest request;
  request.group_id = in.config.group_id;
  request.session_timeout_ms = static_cast<std::int32_t>(to_millis(in.config.session_timeout));
  request.rebalance_timeout_ms = static_cast<std::int32_t>(to_millis(in.config.max_poll_interval));
  request.member_id = generation_.member_id;
  request.group_instance_id = instance_id_;
  request.protocol_type = kConsumerProtocolType;
  request.reason = rejoin_reason_;
  const std::vector<std::string> topics(in.topics.topics().begin(), in.topics.topics().end());
  for (const std::string& name : in.config.assignors) {
    const Assignor& assignor = *find_assignor(name);
    protocol::ConsumerProtocolSubscription subscription;
    subscription.topics = topics;
    subscription.user_data = assignor.subscription_user_data(topics, memory_[name]);
    subscription.owned_partitions = by_topic(in.subscriptions.names());
    subscription.generation_id = generation_.id;
    if (!in.config.rack.empty()) subscription.rack_id = in.config.rack;
    request.protocols.push_back({name, write_subscription(std::move(subscription))});
  }
  return request;
}

void ClassicMembership::take_join(MemberContext& in, const protocol::Arrived& arrived,
                                  const Generation& as) {
  const auto response =
      protocol::decode_body<protocol::JoinGroupResponse>(arrived.body, arrived.request.version);
  if (!response.ok()) return join_failed(in, ErrorCode::UNKNOWN_SERVER_ERROR);
  if (response->error_code != ErrorCode::NONE) return join_refused(in, *response, as);
  if (response->protocol_type.value_or(kConsumerProtocolType) != kConsumerProtocolType) {
    return join_failed(in, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  joined(in, *response);
}

void ClassicMembership::joined(MemberContext& in, const protocol::JoinGroupResponse& response) {
  if (state_ != ConsumerState::PreparingRebalance) {  // thrown out while the answer was under way
    return join_failed(in, ErrorCode::REBALANCE_IN_PROGRESS);
  }
  heartbeat_.reset(in.env.now());
  become(in, ConsumerState::CompletingRebalance,
         {response.generation_id, response.member_id, response.protocol_name.value_or("")});
  if (response.leader != response.member_id) return send_sync(in, {});
  std::set<std::string> all_topics;
  for (const auto& member : response.members) {
    const auto subscription = read_subscription(member.metadata.view());
    if (!subscription.ok()) continue;
    all_topics.insert(subscription->topics.begin(), subscription->topics.end());
  }
  in.topics.watch_for_group(all_topics);
  in.cluster.metadata().want(in.topics.watched());
  leading_ = response;
  fresh_from_.reset();
  lead(in);
}

void ClassicMembership::join_refused(MemberContext& in, const protocol::JoinGroupResponse& response,
                                     const Generation& as) {
  const ErrorCode error = response.error_code;
  switch (error) {
    case ErrorCode::UNKNOWN_MEMBER_ID:
      if (generation_ == as) reset_and_rejoin(in, "encountered UNKNOWN_MEMBER_ID", true);
      break;
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
      in.finder.lost(in, error);
      break;
    case ErrorCode::MEMBER_ID_REQUIRED:
      // The first join only gives us an id (KIP-394), so that a client that dies before it hears
      // the answer leaves no member behind that everybody waits for.
      become(in, state_, {-1, response.member_id, {}});
      request_rejoin("need to re-join with the given member-id: " + response.member_id);
      break;
    default:
      break;
  }
  join_failed(in, error);
}

void ClassicMembership::take_sync(MemberContext& in, const protocol::Arrived& arrived,
                                  const Generation& as) {
  const auto response =
      protocol::decode_body<protocol::SyncGroupResponse>(arrived.body, arrived.request.version);
  if (!response.ok()) return join_failed(in, ErrorCode::UNKNOWN_SERVER_ERROR);
  if (response->error_code != ErrorCode::NONE) return sync_refused(in, response->error_code, as);
  if (generation_.none() || state_ != ConsumerState::CompletingRebalance) {
    return join_failed(in, ErrorCode::ILLEGAL_GENERATION);
  }
  if (response->protocol_name.value_or(generation_.protocol) != generation_.protocol) {
    return join_failed(in, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  become(in, ConsumerState::Stable, generation_);
  rejoin_reason_.clear();
  rejoin_needed_ = false;
  assignment_ = response->assignment;
}

void ClassicMembership::sync_refused(MemberContext& in, ErrorCode error, const Generation& as) {
  switch (error) {
    case ErrorCode::UNKNOWN_MEMBER_ID:
    case ErrorCode::ILLEGAL_GENERATION:
      if (generation_ == as) {
        reset_and_rejoin(in, std::string("encountered ") + to_string(error) + " from SYNC_GROUP",
                         error != ErrorCode::ILLEGAL_GENERATION);
      }
      break;
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
      in.finder.lost(in, error);
      break;
    default:
      break;
  }
  join_failed(in, error);
}

/// Kafka: the `else` of joinGroupIfNeeded.
void ClassicMembership::join_failed(MemberContext& in, ErrorCode error) {
  join_.reset();
  sync_.reset();
  leading_.reset();
  if (error == ErrorCode::MEMBER_ID_REQUIRED) return;
  in.last_error = to_string(error);
  request_rejoin(std::string("rebalance failed due to ") + to_string(error));
  const bool at_once = error == ErrorCode::UNKNOWN_MEMBER_ID ||
                       error == ErrorCode::ILLEGAL_GENERATION ||
                       error == ErrorCode::REBALANCE_IN_PROGRESS;
  if (at_once) return;
  if (!error_info(error).retriable) return fail(in, error);
  retry_at_ = in.env.now() + in.config.common.retry_backoff;
}

}  // namespace kscope::client
