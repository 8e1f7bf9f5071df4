// The leader's work, and taking what was assigned. Kafka: ConsumerCoordinator.onLeaderElected,
// validateCooperativeAssignment, onJoinComplete.
#include <algorithm>

#include "engine/client/assignor/consumer_protocol.h"
#include "engine/client/classic_membership.h"

namespace kscope::client {

/// Goes on once the metadata of all topics of the group is here.
void ClassicMembership::lead(MemberContext& in) {
  if (!metadata_is_fresh(in.cluster.metadata())) return;
  fresh_from_.reset();
  const protocol::JoinGroupResponse response = std::move(*leading_);
  leading_.reset();
  layout_version_ = -1;
  refresh_subscription(in);
  protocol::SyncGroupRequest request;
  if (!response.skip_assignment && !assign_all(in, response, &request)) return;
  assigned_layout_ = layout_;
  send_sync(in, std::move(request));
}

bool ClassicMembership::assign_all(MemberContext& in, const protocol::JoinGroupResponse& response,
                                   protocol::SyncGroupRequest* request) {
  const Assignor* assignor = find_assignor(generation_.protocol);
  std::vector<MemberSubscription> members;
  bool readable = assignor != nullptr;
  for (const auto& member : response.members) {
    auto subscription = read_subscription(member.metadata.view());
    readable = readable && subscription.ok();
    if (!readable) break;
    members.push_back({member.member_id, member.group_instance_id, std::move(*subscription)});
  }
  if (!readable) {
    join_failed(in, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    return false;
  }
  const GroupAssignment assignment = assignor->assign(layout_, members);
  if (!keeps_promise(*assignor, members, assignment)) {
    join_failed(in, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    in.last_error = std::string(assignor->name()) +
                    " gave away partitions that their owners have not given up yet";
    return false;
  }
  std::int32_t partitions = 0;
  for (const auto& [member, share] : assignment) {
    partitions += static_cast<std::int32_t>(share.size());
    request->assignments.push_back({member, write_assignment({share, std::nullopt})});
  }
  in.env.events.emit(in.env.node, event::AssignmentComputed{
                                      in.env.names.intern(in.config.group_id),
                                      in.env.names.intern(assignor->name()),
                                      static_cast<std::int32_t>(members.size()), partitions});
  return true;
}

/// A cooperative assignor must not give to one what another still holds: that one goes on reading
/// it until it has seen the assignment. (Kafka does not ask its own, which looks at generations.)
bool ClassicMembership::keeps_promise(const Assignor& assignor,
                                      const std::vector<MemberSubscription>& members,
                                      const GroupAssignment& assignment) const {
  if (protocol_ != RebalanceProtocol::Cooperative ||
      std::string_view(assignor.name()) == "cooperative-sticky") {
    return true;
  }
  Partitions added, revoked;
  for (const MemberSubscription& member : members) {
    Partitions owned = partitions_of(member.subscription.owned_partitions);
    const auto share = assignment.find(member.member_id);
    Partitions given = share == assignment.end() ? Partitions{} : share->second;
    std::sort(owned.begin(), owned.end());
    std::sort(given.begin(), given.end());
    for (TopicPartition& p : without(given, owned)) added.push_back(std::move(p));
    for (TopicPartition& p : without(owned, given)) revoked.push_back(std::move(p));
  }
  return std::none_of(added.begin(), added.end(), [&](const TopicPartition& p) {
    return std::find(revoked.begin(), revoked.end(), p) != revoked.end();
  });
}

void ClassicMembership::send_sync(MemberContext& in, protocol::SyncGroupRequest request) {
  request.group_id = in.config.group_id;
  request.generation_id = generation_.id;
  request.member_id = generation_.member_id;
  request.group_instance_id = instance_id_;
  request.protocol_type = kConsumerProtocolType;
  request.protocol_name = generation_.protocol;
  const auto line = in.finder.line();
  const auto tag = line ? in.send(*line, request, instance_id_ ? 3 : 0) : std::nullopt;
  if (!tag) return join_failed(in, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  sync_ = Sent{*tag, generation_};
}

/// Kafka: onJoinComplete.
void ClassicMembership::complete(MemberContext& in, const Blob& bytes) {
  const Assignor* assignor = find_assignor(generation_.protocol);
  const auto assignment = read_assignment(bytes.view());
  if (assignor == nullptr || !assignment.ok()) {
    return fail(in, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  Partitions assigned = assignment->partitions;
  std::sort(assigned.begin(), assigned.end());
  for (const TopicPartition& name : assigned) {
    // The subscription changed since we joined; what was assigned belongs to the old one.
    if (!in.topics.accepts(name.topic)) {
      return request_rejoin("received assignment does not match the current subscription");
    }
  }
  if (protocol_ == RebalanceProtocol::Cooperative) {
    const Partitions gone = without(in.subscriptions.names(), assigned);
    if (!gone.empty()) {
      in.revoke(gone);
      request_rejoin("need to revoke partitions and re-join");
    }
  }
  accept_matched_topics(in, assigned);
  assignor->on_assignment(*assignment, generation_.id, &memory_[generation_.protocol]);
  in.auto_commit.begin_anew(in.env.now(), in.config.auto_commit_interval);
  take_assignment(in, assigned);
}

void ClassicMembership::take_assignment(MemberContext& in, const Partitions& assigned) {
  const Partitions added = without(assigned, in.subscriptions.names());
  in.subscriptions.assign(in.env, assigned);
  in.assigned(added);
}

/// The leader may have seen a topic of our pattern before us.
void ClassicMembership::accept_matched_topics(MemberContext& in, const Partitions& assigned) {
  if (!in.topics.has_pattern()) return;
  std::set<std::string> added;
  for (const TopicPartition& name : assigned) {
    if (!joined_topics_->contains(name.topic)) added.insert(name.topic);
  }
  if (added.empty()) return;
  in.topics.add_matched(added);
  joined_topics_->insert(added.begin(), added.end());
  in.cluster.metadata().want(in.topics.watched());
}

}  // namespace kscope::client
