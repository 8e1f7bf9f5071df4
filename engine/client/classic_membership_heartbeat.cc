// Staying in the group and leaving it. Kafka: AbstractCoordinator.HeartbeatThread,
// HeartbeatResponseHandler, maybeLeaveGroup, handlePollTimeoutExpiry.
#include "engine/client/classic_membership.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/leave_group.h"

namespace kscope::client {

void ClassicMembership::background(MemberContext& in) {
  if (leading_) lead(in);
  if (fatal_ || !is_in_group()) return;
  const Instant now = in.env.now();
  if (std::exchange(coordinators_seen_, in.finder.found_count()) != in.finder.found_count()) {
    heartbeat_.heard_of_coordinator(now);
  }
  if (!in.finder.coordinator()) {
    in.finder.find(in);
    if (const auto error = in.finder.take_fatal()) fail(in, *error);
  } else if (now >= heartbeat_.session_expires()) {
    // It may still be there and only be silent; another look at who coordinates will tell.
    in.finder.lost(in, ErrorCode::REQUEST_TIMED_OUT);
    heartbeat_.heard_of_coordinator(now);
    in.finder.find(in);
  } else if (now >= heartbeat_.poll_expires()) {
    poll_expired(in);
  } else if (now >= heartbeat_.due()) {
    send_heartbeat(in);
  }
}

void ClassicMembership::poll_expired(MemberContext& in) {
  in.env.events.emit(in.env.node,
                     event::PollIntervalExceeded{in.env.names.intern(in.config.group_id),
                                                 in.env.now() - heartbeat_.last_poll()});
  // What it holds it keeps: the application is told when it polls again, that it has lost it.
  send_leave(in, "consumer poll timeout has expired.");
  leave_tag_.reset();
  reset_and_rejoin(in, "consumer pro-actively leaving the group", true);
}

void ClassicMembership::send_heartbeat(MemberContext& in) {
  protocol::HeartbeatRequest request;
  request.group_id = in.config.group_id;
  request.generation_id = generation_.id;
  request.member_id = generation_.member_id;
  request.group_instance_id = instance_id_;
  const auto tag = in.send(*in.finder.line(), request, instance_id_ ? 3 : 0);
  if (!tag) return heartbeat_.try_again_at(in.env.now() + in.config.common.retry_backoff);
  heartbeats_.emplace(*tag, generation_);
  heartbeat_.sent(in.env.now());
}

void ClassicMembership::take_heartbeat(MemberContext& in, const protocol::Arrived& arrived,
                                       const Generation& as) {
  const auto response =
      protocol::decode_body<protocol::HeartbeatResponse>(arrived.body, arrived.request.version);
  const ErrorCode error = response.ok() ? response->error_code : ErrorCode::UNKNOWN_SERVER_ERROR;
  switch (error) {
    case ErrorCode::NONE:
      return heartbeat_.heard(in.env.now());
    case ErrorCode::REBALANCE_IN_PROGRESS:
      // The others wait for us. Until the application polls we go on proving that we live.
      if (state_ == ConsumerState::Stable) request_rejoin("group is already rebalancing");
      return heartbeat_.heard(in.env.now());
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
      in.finder.lost(in, error);
      break;
    case ErrorCode::ILLEGAL_GENERATION:
    case ErrorCode::UNKNOWN_MEMBER_ID:
    case ErrorCode::FENCED_INSTANCE_ID:
      if (generation_ != as) return heartbeat_.heard(in.env.now());  // of a past generation
      in.last_error = to_string(error);
      reset_and_rejoin(in, std::string("encountered ") + to_string(error) + " from HEARTBEAT",
                       error != ErrorCode::ILLEGAL_GENERATION);
      if (error == ErrorCode::FENCED_INSTANCE_ID) fail(in, error);
      return;
    default:
      in.last_error = to_string(error);
      break;
  }
  heartbeat_.try_again_at(in.after_backoff(heartbeat_.failed()));
}

bool ClassicMembership::send_leave(MemberContext& in, const char* reason) {
  // A static member comes back under its name; nobody should rebalance meanwhile (KIP-345).
  const bool says_so = !instance_id_ && in.finder.coordinator() &&
                       state_ != ConsumerState::Unjoined && !generation_.member_id.empty();
  if (!says_so) return false;
  protocol::LeaveGroupRequest request;
  request.group_id = in.config.group_id;
  leave_tag_ = in.send(*in.finder.line(), request, 0, std::nullopt, [&](std::int16_t version) {
    if (version < 3) {
      request.member_id = generation_.member_id;
      return;
    }
    auto& member = request.members.emplace_back();
    member.member_id = generation_.member_id;
    if (version >= 5) member.reason = reason;
  });
  return leave_tag_.has_value();
}

void ClassicMembership::leave(MemberContext& in, const char* reason, bool closing) {
  const Partitions held = in.subscriptions.names();
  if (in.topics.by_group() && !held.empty()) {
    const bool none = generation_.id < 0 || generation_.member_id.empty();
    if (none || state_ != ConsumerState::Stable)
      in.lost(held);
    else
      in.revoke(held);
    in.subscriptions.assign(in.env, {});
  }
  const bool sent = send_leave(in, reason);
  join_.reset();
  sync_.reset();
  leading_.reset();
  assignment_.reset();
  last_commit_.reset();
  prepare_until_.reset();
  joined_topics_.reset();
  assigned_layout_.reset();
  if (sent && closing) return become(in, ConsumerState::Leaving, generation_);
  leave_tag_.reset();
  reset_and_rejoin(in, "consumer pro-actively leaving the group", true);
}

bool ClassicMembership::on_response(MemberContext& in, const protocol::Arrived& arrived) {
  const protocol::RequestTag tag = arrived.request.tag;
  if (leave_tag_ == tag) {
    leave_tag_.reset();
    become(in, ConsumerState::Unjoined, {});
  } else if (join_ && join_->tag == tag) {
    const Generation as = std::exchange(join_, std::nullopt)->as;
    take_join(in, arrived, as);
  } else if (sync_ && sync_->tag == tag) {
    const Generation as = std::exchange(sync_, std::nullopt)->as;
    take_sync(in, arrived, as);
  } else if (const auto heartbeat = heartbeats_.extract(tag); !heartbeat.empty()) {
    take_heartbeat(in, arrived, heartbeat.mapped());
  } else {
    return arrived.request.api == ApiKey::LeaveGroup;
  }
  return true;
}

bool ClassicMembership::on_request_failed(MemberContext& in, const protocol::InFlight& died,
                                          ErrorCode why) {
  if (leave_tag_ == died.tag) {
    leave_tag_.reset();
    become(in, ConsumerState::Unjoined, {});
  } else if ((join_ && join_->tag == died.tag) || (sync_ && sync_->tag == died.tag)) {
    join_failed(in, why);
  } else if (heartbeats_.erase(died.tag) > 0) {
    heartbeat_.try_again_at(in.after_backoff(heartbeat_.failed()));
  } else {
    return false;
  }
  return true;
}

/// Kafka: OffsetCommitResponseHandler.
void ClassicMembership::on_commit_setback(MemberContext& in,
                                          const OffsetCommitter::Setback& setback) {
  const bool unchanged = setback.sent_as.generation == generation_.id &&
                         setback.sent_as.member_id == generation_.member_id;
  switch (setback.error) {
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
    case ErrorCode::REQUEST_TIMED_OUT:
      return in.finder.lost(in, setback.error);
    case ErrorCode::FENCED_INSTANCE_ID:
      if (unchanged) fail(in, setback.error);
      return;
    case ErrorCode::REBALANCE_IN_PROGRESS:
      return request_rejoin("offset commit failed since group is already rebalancing");
    case ErrorCode::UNKNOWN_MEMBER_ID:
    case ErrorCode::ILLEGAL_GENERATION:
      if (setback.sent_as.as != GroupIdentity::As::Member) return;
      if (!unchanged && state_ == ConsumerState::PreparingRebalance) return;
      return reset_and_rejoin(
          in, std::string("encountered ") + to_string(setback.error) + " from OFFSET_COMMIT",
          setback.error != ErrorCode::ILLEGAL_GENERATION);
    default:
      return;
  }
}

std::optional<Instant> ClassicMembership::next_heartbeat() const {
  if (fatal_ || !is_in_group()) return std::nullopt;
  return heartbeat_.due();
}

std::optional<Instant> ClassicMembership::poll_deadline() const {
  if (fatal_ || !is_in_group()) return std::nullopt;
  return heartbeat_.poll_expires();
}

std::optional<Instant> ClassicMembership::background_at(Instant now,
                                                        const CoordinatorFinder& finder) const {
  if (fatal_ || !is_in_group() || !finder.coordinator()) return std::nullopt;
  return std::max(now, heartbeat_.first());
}

}  // namespace kscope::client
