// ConsumerGroupHeartbeat: joining, staying, acknowledging, leaving. Kafka: HeartbeatRequestManager,
// HeartbeatState, MembershipManagerImpl.onHeartbeatSuccess.

#include "engine/client/consumer_membership.h"

namespace kscope::client {
namespace {

constexpr std::int32_t kLeaveEpoch = -1, kLeaveStaticEpoch = -2;

}  // namespace

bool ConsumerMembership::heartbeat_due(Instant now) const {
  if (heartbeat_tag_ || now < retry_at_) return false;
  const bool has_news = state_ == ConsumerState::Joining || state_ == ConsumerState::Acknowledging;
  return has_news || now >= due_;
}

void ConsumerMembership::background(MemberContext& in) {
  if (!in_group()) return;
  if (!in.finder.coordinator()) {
    in.finder.find(in);
    if (const auto error = in.finder.take_fatal()) fail(in, *error);
    return;
  }
  if (in.env.now() >= *poll_deadline()) return poll_expired(in);
  if (heartbeat_due(in.env.now())) send_heartbeat(in);
}

void ConsumerMembership::send_heartbeat(MemberContext& in) {
  const NodeId line = *in.finder.line();
  const Told before = told_;
  Request heartbeat = request(in);
  // Version 1 can name a pattern.
  const std::int16_t lowest = heartbeat.subscribed_topic_regex ? 1 : Request::kMinVersion;
  heartbeat_tag_ = in.send(line, heartbeat, lowest);
  if (!heartbeat_tag_) {
    told_ = before;
    if (in.cluster.lacks(in.env, line, Request::kApi, lowest, Request::kMaxVersion)) {
      fail(in, ErrorCode::UNSUPPORTED_VERSION);
    }
    return;
  }
  due_ = in.env.now() + interval_;
  if (state_ == ConsumerState::Acknowledging) {
    become(in, held_ == target_ ? ConsumerState::Stable : ConsumerState::Reconciling, epoch_);
  }
}

ConsumerMembership::Request ConsumerMembership::request(const MemberContext& in) {
  const bool all = state_ == ConsumerState::Joining;
  Request request;
  request.group_id = in.config.group_id;
  request.member_id = member_id_;
  request.member_epoch = epoch_;
  request.instance_id = instance_id_;
  if (!in.config.rack.empty()) request.rack_id = in.config.rack;
  if (all || !told_.rebalance_timeout) {
    request.rebalance_timeout_ms = static_cast<std::int32_t>(to_millis(max_poll_interval_));
    told_.rebalance_timeout = true;
  }
  tell_subscription(in.topics, all, request);
  if (!in.config.remote_assignor.empty() && (all || !told_.assignor)) {
    request.server_assignor = in.config.remote_assignor;
    told_.assignor = true;
  }
  if (all || told_.held != held_) {
    auto& list = request.topic_partitions.emplace();
    for (const auto& [id, partitions] : held_.partitions) {
      list.push_back({id, {partitions.begin(), partitions.end()}});
    }
    told_.held = held_;
  }
  return request;
}

/// A pattern is the coordinator's to match: it knows of a new topic first.
void ConsumerMembership::tell_subscription(const TopicSubscription& subscribed, bool all,
                                           Request& request) {
  const bool by_pattern = subscribed.has_pattern();
  const std::set<std::string> topics = by_pattern ? std::set<std::string>{} : subscribed.topics();
  const std::string pattern = by_pattern ? subscribed.pattern() : "";
  if (all || told_.topics != topics) {
    request.subscribed_topic_names.emplace(topics.begin(), topics.end());
    told_.topics = topics;
  }
  if (told_.pattern.value_or("") != pattern) request.subscribed_topic_regex = pattern;
  told_.pattern = pattern;
}

void ConsumerMembership::send_leave(MemberContext& in) {
  if (!in.finder.line()) return;
  Request request;
  request.group_id = in.config.group_id;
  request.member_id = member_id_;
  request.member_epoch = instance_id_ ? kLeaveStaticEpoch : kLeaveEpoch;
  request.instance_id = instance_id_;
  leave_tag_ = in.send(*in.finder.line(), request, 0);
}

void ConsumerMembership::poll_expired(MemberContext& in) {
  in.env.events.emit(in.env.node,
                     event::PollIntervalExceeded{in.env.names.intern(in.config.group_id),
                                                 in.env.now() - last_poll_});
  become(in, ConsumerState::Leaving, epoch_);
  send_leave(in);
  leave_tag_.reset();
  heartbeat_tag_.reset();
  stale_ = true;
  become(in, ConsumerState::Unjoined, 0);
}

/// A heartbeat has no place for the reason.
void ConsumerMembership::leave(MemberContext& in, const char*, bool closing) {
  const Partitions held = in.subscriptions.names();
  if (in.topics.by_group() && !held.empty()) {
    if (in_group() && epoch_ > 0)
      in.revoke(held);
    else
      in.lost(held);
    in.subscriptions.assign(in.env, {});
  }
  stale_ = false;
  heartbeat_tag_.reset();
  forget_assignments();
  if (in_group()) {
    become(in, ConsumerState::Leaving, epoch_);
    send_leave(in);
  }
  if (leave_tag_ && closing) return;
  leave_tag_.reset();
  become(in, ConsumerState::Unjoined, 0);
}

bool ConsumerMembership::on_response(MemberContext& in, const protocol::Arrived& arrived) {
  if (arrived.request.api != ApiKey::ConsumerGroupHeartbeat) return false;
  if (leave_tag_ == arrived.request.tag) {
    leave_tag_.reset();
    become(in, ConsumerState::Unjoined, 0);
    return true;
  }
  if (heartbeat_tag_ != arrived.request.tag) return true;  // of a membership that is over
  heartbeat_tag_.reset();
  const auto response = protocol::decode_body<protocol::ConsumerGroupHeartbeatResponse>(
      arrived.body, arrived.request.version);
  if (!response.ok()) {
    refused(in, ErrorCode::UNKNOWN_SERVER_ERROR);
  } else if (response->error_code != ErrorCode::NONE) {
    refused(in, response->error_code);
  } else {
    take_heartbeat(in, *response);
  }
  return true;
}

void ConsumerMembership::take_heartbeat(MemberContext& in,
                                        const protocol::ConsumerGroupHeartbeatResponse& response) {
  failures_ = fences_ = 0;
  const Duration interval = millis(response.heartbeat_interval_ms);
  if (std::exchange(interval_, interval) != interval) due_ = in.env.now() + interval;
  if (!in_group()) return;
  const bool named = response.member_id && *response.member_id != member_id_;
  if (named) member_id_ = *response.member_id;
  if (named && epoch_ == response.member_epoch) in.tell(state_, state_, epoch_, member_id_);
  become(in, state_, response.member_epoch);
  if (response.assignment) take_target(in, *response.assignment);
}

void ConsumerMembership::take_target(
    MemberContext& in, const protocol::ConsumerGroupHeartbeatResponse::Assignment& assignment) {
  ByTopic partitions;
  for (const auto& topic : assignment.topic_partitions) {
    partitions[topic.topic_id].insert(topic.partitions.begin(), topic.partitions.end());
  }
  if (target_.number < 0 || partitions != target_.partitions) {
    target_ = {targets_++, std::move(partitions)};
  }
  if (held_ != target_) return become(in, ConsumerState::Reconciling, epoch_);
  if (state_ == ConsumerState::Reconciling || state_ == ConsumerState::Joining) {
    become(in, ConsumerState::Stable, epoch_);
  }
}

void ConsumerMembership::refused(MemberContext& in, ErrorCode error) {
  told_ = {};
  in.last_error = to_string(error);
  due_ = in.env.now();
  retry_at_ = in.after_backoff(++failures_);
  switch (error) {
    case ErrorCode::NOT_COORDINATOR:
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
      in.finder.lost(in, error);
      retry_at_ = {};
      return;
    case ErrorCode::COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode::NETWORK_EXCEPTION:
    case ErrorCode::REQUEST_TIMED_OUT:
      return;
    case ErrorCode::FENCED_MEMBER_EPOCH:
    case ErrorCode::UNKNOWN_MEMBER_ID:
      // Once at once. Who is refused again has a ghost of itself in the group, whose session has to
      // end first; Java asks without a pause until then.
      if (++fences_ == 1) {
        retry_at_ = {};
        failures_ = 0;
      }
      if (in_group()) become(in, ConsumerState::Fenced, 0);
      return;
    default:
      return fail(in, error);
  }
}

bool ConsumerMembership::on_request_failed(MemberContext& in, const protocol::InFlight& died,
                                           ErrorCode why) {
  if (leave_tag_ == died.tag) {
    leave_tag_.reset();
    become(in, ConsumerState::Unjoined, 0);
    return true;
  }
  if (heartbeat_tag_ != died.tag) return false;
  heartbeat_tag_.reset();
  refused(in, why);
  return true;
}

void ConsumerMembership::fail(MemberContext& in, ErrorCode error) {
  in.last_error = to_string(error);
  fatal_ = error;
}

}  // namespace kscope::client
