#include "engine/client/classic_membership.h"

namespace kscope::client {

ClassicMembership::ClassicMembership(const ConsumerConfig& config)
    : instance_id_(config.instance_id), heartbeat_(config) {
  bool all_cooperative = !config.assignors.empty();
  for (const std::string& name : config.assignors) {
    const Assignor* assignor = find_assignor(name);
    KCHECK(assignor != nullptr);
    all_cooperative = all_cooperative && assignor->protocol() == RebalanceProtocol::Cooperative;
  }
  if (all_cooperative) protocol_ = RebalanceProtocol::Cooperative;
}

bool ClassicMembership::poll(MemberContext& in) {
  refresh_subscription(in);
  if (!in.topics.by_group()) return true;
  if (fatal_) return false;
  heartbeat_.polled(in.env.now());
  if (!in.finder.coordinator()) {
    in.finder.find(in);
    if (const auto error = in.finder.take_fatal()) fail(in, *error);
    return false;
  }
  if (!rejoin_needed_or_pending(in)) return true;
  if (in.topics.has_pattern() && !has_fresh_metadata_to_join(in)) return false;
  return join_if_needed(in);
}

/// Kafka: maybeUpdateSubscriptionMetadata, MetadataSnapshot.
void ClassicMembership::refresh_subscription(MemberContext& in) {
  Metadata& metadata = in.cluster.metadata();
  if (metadata.version() == layout_version_ || !in.topics.by_group()) return;
  layout_version_ = metadata.version();
  if (in.topics.has_pattern()) in.topics.match(metadata.known_topics());
  layout_.clear();
  for (const std::string& topic : in.topics.watched()) {
    const auto count = metadata.partition_count(topic);
    if (count) layout_[topic] = {*count, metadata.racks(topic)};
  }
}

/// A new topic is seen by the members of a pattern at different times, each of which would cost a
/// rebalance of its own. Whoever joins looks first, so that one may do for all.
bool ClassicMembership::has_fresh_metadata_to_join(MemberContext& in) {
  Metadata& metadata = in.cluster.metadata();
  if (join_under_way()) return true;
  if (!fresh_from_ && metadata.may_update(in.env.now())) metadata.request_update();
  if (!metadata_is_fresh(metadata)) return false;
  refresh_subscription(in);
  return true;
}

/// One answer more, if something asks for one. (Not "nothing asks any more": a topic that is not
/// there makes every answer ask for the next.)
bool ClassicMembership::metadata_is_fresh(const Metadata& metadata) {
  if (!fresh_from_) fresh_from_ = metadata.version() + (metadata.update_is_due() ? 1 : 0);
  return metadata.version() >= *fresh_from_;
}

bool ClassicMembership::rejoin_needed_or_pending(const MemberContext& in) {
  if (assigned_layout_ && *assigned_layout_ != layout_) {
    if (!rejoin_needed_) request_rejoin("cached metadata has changed");
    return true;
  }
  if (joined_topics_ && *joined_topics_ != in.topics.topics()) {
    if (!rejoin_needed_) request_rejoin("subscription has changed");
    return true;
  }
  return rejoin_needed_ || join_under_way();
}

bool ClassicMembership::join_if_needed(MemberContext& in) {
  while (rejoin_needed_or_pending(in)) {
    if (fatal_ || !in.finder.coordinator()) return false;
    if (needs_prepare_) {
      if (!prepare(in)) return false;
      needs_prepare_ = false;
    }
    if (assignment_) {
      const Blob bytes = std::move(*assignment_);
      assignment_.reset();
      if (!generation_.none() && state_ == ConsumerState::Stable) {
        complete(in, bytes);
        needs_prepare_ = true;
      } else {
        // Thrown out between the coordinator's answer and the application's poll.
        reset_and_rejoin(in, "rebalance failed", true);
      }
      continue;
    }
    if (join_under_way() || in.env.now() < retry_at_) return false;
    send_join(in);
    return false;
  }
  return true;
}

/// Kafka: onJoinPrepare. False: not done yet.
bool ClassicMembership::prepare(MemberContext& in) {
  if (!prepare_until_) prepare_until_ = in.env.now() + in.config.max_poll_interval;
  if (in.config.enable_auto_commit && !commit_before_join(in)) return false;
  give_up_partitions(in);
  assigned_layout_.reset();
  in.topics.stop_watching();
  in.cluster.metadata().want(in.topics.watched());
  layout_version_ = -1;
  prepare_until_.reset();
  last_commit_.reset();
  return true;
}

bool ClassicMembership::commit_before_join(MemberContext& in) {
  if (!last_commit_) {
    if (in.env.now() < retry_at_) return false;
    // What is handed out from here on would not be in this commit, and somebody else would hand it
    // out again.
    if (protocol_ == RebalanceProtocol::Eager) in.subscriptions.mark_pending_revocation();
    Offsets consumed = in.subscriptions.all_consumed();
    if (consumed.empty()) return true;
    last_commit_ = in.commits.commit(std::move(consumed), OffsetCommitter::Kind::Auto);
    in.commits.run(in, in.finder, identity(in.topics));
  }
  if (in.env.now() >= *prepare_until_) return true;
  if (in.commits.pending(*last_commit_)) return false;
  const ErrorCode error = in.commits.result(*last_commit_).value_or(ErrorCode::NONE);
  if (error == ErrorCode::NONE || !error_info(error).retriable) return true;
  last_commit_.reset();
  retry_at_ = in.env.now() + in.config.common.retry_backoff;
  return false;
}

void ClassicMembership::give_up_partitions(MemberContext& in) {
  const Partitions owned = in.subscriptions.names();
  if (generation_.id < 0 || generation_.member_id.empty()) {
    if (owned.empty()) return;
    in.lost(owned);
    in.subscriptions.assign(in.env, {});
    return;
  }
  if (protocol_ == RebalanceProtocol::Eager) {
    in.revoke(owned);
    in.subscriptions.assign(in.env, {});
    return;
  }
  Partitions kept, gone;
  for (const TopicPartition& name : owned) {
    (in.topics.topics().contains(name.topic) ? kept : gone).push_back(name);
  }
  if (gone.empty()) return;
  in.revoke(gone);
  in.subscriptions.assign(in.env, kept);
}

void ClassicMembership::become(MemberContext& in, ConsumerState next, Generation generation) {
  if (next == state_ && generation == generation_) return;
  KCHECK(next == state_ || may_follow(state_, next));
  const ConsumerState before = std::exchange(state_, next);
  generation_ = std::move(generation);
  in.tell(before, state_, generation_.id, generation_.member_id);
}

void ClassicMembership::request_rejoin(const std::string& reason) {
  rejoin_reason_ = reason;
  rejoin_needed_ = true;
}

void ClassicMembership::reset_and_rejoin(MemberContext& in, const std::string& reason,
                                         bool forget_member_id) {
  // A generation may be over while the member id is still good: then nobody has to wait until the
  // old id's session expires.
  become(in, ConsumerState::Unjoined,
         forget_member_id ? Generation{} : Generation{-1, generation_.member_id, {}});
  request_rejoin(reason);
  needs_prepare_ = true;
}

void ClassicMembership::fail(MemberContext& in, ErrorCode error) {
  in.last_error = to_string(error);
  fatal_ = error;
}

GroupIdentity ClassicMembership::identity(const TopicSubscription& topics) const {
  using As = GroupIdentity::As;
  GroupIdentity identity;
  if (!topics.by_group()) return identity;
  identity.generation = generation_.id;
  identity.member_id = generation_.member_id;
  identity.instance_id = instance_id_;
  const bool rebalancing =
      state_ == ConsumerState::PreparingRebalance || state_ == ConsumerState::CompletingRebalance;
  identity.as = state_ == ConsumerState::Stable ? As::Member
                : rebalancing                   ? As::Rebalancing
                                                : As::Outsider;
  return identity;
}

std::optional<Instant> ClassicMembership::retry_at(Instant now) const {
  std::optional<Instant> first;
  if (retry_at_ > now) first = retry_at_;
  if (prepare_until_ && *prepare_until_ > now) first = earlier(first, *prepare_until_);
  return first;
}

}  // namespace kscope::client
