#include "engine/client/consumer_membership.h"

#include <algorithm>

namespace kscope::client {

bool ConsumerMembership::poll(MemberContext& in) {
  refresh_subscription(in);
  if (!in.topics.by_group()) return true;
  if (fatal_) return false;
  if (stale_ || state_ == ConsumerState::Fenced) begin_anew(in);
  if (state_ == ConsumerState::Unjoined &&
      (in.topics.has_pattern() || !in.topics.topics().empty())) {
    become(in, ConsumerState::Joining, 0);
  }
  if (state_ == ConsumerState::Reconciling) reconcile(in);
  background(in);
  return true;
}

void ConsumerMembership::refresh_subscription(MemberContext& in) {
  const Metadata& metadata = in.cluster.metadata();
  if (!in.topics.has_pattern() || metadata.version() == matched_version_) return;
  matched_version_ = metadata.version();
  in.topics.match(metadata.known_topics());
}

void ConsumerMembership::begin_anew(MemberContext& in) {
  stale_ = false;
  const Partitions held = in.subscriptions.names();
  if (!held.empty()) in.lost(held);
  in.subscriptions.assign(in.env, {});
  forget_assignments();
  become(in, ConsumerState::Joining, 0);
}

void ConsumerMembership::forget_assignments() {
  held_ = target_ = {};
  told_ = {};
  last_commit_.reset();
}

/// The part of the target whose topics we know by name; metadata is asked for the others.
ConsumerMembership::Assignment ConsumerMembership::resolve(MemberContext& in,
                                                           Partitions* names) const {
  Assignment resolved{target_.number, {}};
  for (const auto& [id, partitions] : target_.partitions) {
    const std::string topic = in.cluster.metadata().topic_name(id);
    if (topic.empty()) {
      in.cluster.metadata().request_update();
      continue;
    }
    resolved.partitions[id] = partitions;
    for (const std::int32_t partition : partitions) names->push_back({topic, partition});
  }
  std::sort(names->begin(), names->end());
  return resolved;
}

/// Kafka: maybeReconcile, revokeAndAssign.
void ConsumerMembership::reconcile(MemberContext& in) {
  Partitions assigned;
  const Assignment resolved = resolve(in, &assigned);
  if (held_.number >= 0 && resolved.partitions == held_.partitions) {
    if (resolved.partitions != target_.partitions && held_.number == target_.number) return;
    held_ = resolved;
    return become(in, ConsumerState::Acknowledging, epoch_);
  }
  if (!commit_before_giving_up(in)) return;
  last_commit_.reset();
  const Partitions owned = in.subscriptions.names();
  const Partitions gone = without(owned, assigned), added = without(assigned, owned);
  if (!gone.empty()) in.revoke(gone);
  in.subscriptions.assign(in.env, assigned);
  in.assigned(added);
  held_ = resolved;
  in.auto_commit.begin_anew(in.env.now(), in.config.auto_commit_interval);
  become(in, ConsumerState::Acknowledging, epoch_);
}

bool ConsumerMembership::commit_before_giving_up(MemberContext& in) {
  if (!in.config.enable_auto_commit) return true;
  if (!last_commit_) {
    Offsets consumed = in.subscriptions.all_consumed();
    if (consumed.empty()) return true;
    last_commit_ = in.commits.commit(std::move(consumed), OffsetCommitter::Kind::Revoking,
                                     in.env.now() + max_poll_interval_);
    in.commits.run(in, in.finder, identity(in.topics));
  }
  return !in.commits.pending(*last_commit_);  // however it ended
}

void ConsumerMembership::become(MemberContext& in, ConsumerState next, std::int32_t epoch) {
  if (next == state_ && epoch == epoch_) return;
  KCHECK(next == state_ || may_follow(state_, next));
  const ConsumerState before = std::exchange(state_, next);
  epoch_ = epoch;
  const GroupIdentity now = identity(in.topics);
  in.tell(before, state_, now.generation, now.member_id);
}

GroupIdentity ConsumerMembership::identity(const TopicSubscription& topics) const {
  GroupIdentity identity;
  identity.consumer_protocol = true;
  if (state_ == ConsumerState::Unjoined) {
    if (topics.by_group()) identity.as = GroupIdentity::As::Outsider;
    return identity;
  }
  identity.generation = epoch_;
  identity.member_id = member_id_;
  identity.instance_id = instance_id_;
  identity.as = in_group() && epoch_ > 0 ? GroupIdentity::As::Member : GroupIdentity::As::Outsider;
  return identity;
}

void ConsumerMembership::on_commit_setback(MemberContext& in,
                                           const OffsetCommitter::Setback& setback) {
  switch (setback.error) {
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
    case ErrorCode::REQUEST_TIMED_OUT:
      return in.finder.lost(in, setback.error);
    default:
      return;  // the next heartbeat will say the same, and it is the one to listen to
  }
}

std::optional<Instant> ConsumerMembership::next_heartbeat() const {
  if (!in_group()) return std::nullopt;
  return due_;
}

std::optional<Instant> ConsumerMembership::poll_deadline() const {
  if (!in_group()) return std::nullopt;
  return last_poll_ + max_poll_interval_;
}

std::optional<Instant> ConsumerMembership::background_at(Instant now,
                                                         const CoordinatorFinder& finder) const {
  if (!in_group() || !finder.coordinator()) return std::nullopt;
  std::optional<Instant> first;
  const Instant heartbeat = std::max(due_, retry_at_);
  if (!heartbeat_tag_ && heartbeat > now) first = heartbeat;
  if (*poll_deadline() > now) first = earlier(first, *poll_deadline());
  return first;
}

}  // namespace kscope::client
