// Questions about groups: what admin clients see, and what the offsets have to ask first.
#include <algorithm>
#include <cctype>

#include "engine/coordinator/group/classic_operation.h"
#include "engine/coordinator/group/consumer_records.h"
#include "engine/coordinator/group/group_metadata_manager.h"

namespace kscope::coordinator {

using protocol::DescribeGroupsResponse;
using protocol::ListGroupsResponse;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool passes(const std::vector<std::string>& filter, const std::string& value) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const std::string& one) {
           return lower(one) == lower(value);
         });
}

bool has_members(const ClassicGroup& group) {
  return group.is(GroupState::Stable) || group.is(GroupState::PreparingRebalance) ||
         group.is(GroupState::CompletingRebalance);
}

/// Kafka: ClassicGroup.validateOffsetCommit.
ErrorCode may_commit(const ClassicGroup& group, const protocol::OffsetCommitRequest& request) {
  const std::int32_t generation = request.generation_id_or_member_epoch;
  if (generation < 0 && group.is(GroupState::Empty)) return ErrorCode::NONE;
  if (generation >= 0 || !request.member_id.empty() || request.group_instance_id) {
    const ErrorCode error = group.validate_member(request.member_id, request.group_instance_id);
    if (error != ErrorCode::NONE) return error;
    if (generation != group.generation()) return ErrorCode::ILLEGAL_GENERATION;
  } else if (!group.is(GroupState::Empty)) {
    return ErrorCode::UNKNOWN_MEMBER_ID;
  }
  return group.is(GroupState::CompletingRebalance) ? ErrorCode::REBALANCE_IN_PROGRESS
                                                   : ErrorCode::NONE;
}

/// Kafka: ConsumerGroup.validateOffsetCommit.
ErrorCode may_commit(const ConsumerGroup& group, const protocol::OffsetCommitRequest& request,
                     std::int16_t version) {
  const std::int32_t epoch = request.generation_id_or_member_epoch;
  if (epoch < 0 && group.is_empty()) return ErrorCode::NONE;
  const ConsumerGroupMember* member = group.member(request.member_id);
  if (!member) return ErrorCode::UNKNOWN_MEMBER_ID;
  if (!member->classic && version < 9) return ErrorCode::UNSUPPORTED_VERSION;
  if (epoch == member->epoch) return ErrorCode::NONE;
  return member->classic ? ErrorCode::ILLEGAL_GENERATION : ErrorCode::STALE_MEMBER_EPOCH;
}

}  // namespace

ErrorCode GroupMetadataManager::validate_offset_commit(
    GroupContext& context, const Caller& caller, const protocol::OffsetCommitRequest& request) {
  if (!contains(request.group_id)) {
    if (request.generation_id_or_member_epoch >= 0) {
      return caller.version >= 9 ? ErrorCode::GROUP_ID_NOT_FOUND : ErrorCode::ILLEGAL_GENERATION;
    }
    create_classic(context, request.group_id);
  }
  if (const ConsumerGroup* modern = consumer(request.group_id)) {
    return may_commit(*modern, request, caller.version);
  }
  ClassicGroup& group = *classic(request.group_id);
  const ErrorCode error = may_commit(group, request);
  if (error != ErrorCode::NONE) return error;
  ClassicGroupMember* member = group.member(request.member_id);
  if (member && (group.is(GroupState::Stable) || group.is(GroupState::PreparingRebalance))) {
    Decision none;
    member->client = caller.node;
    ClassicOperation(context, group, none).renew_session(*member);
  }
  return ErrorCode::NONE;
}

ErrorCode GroupMetadataManager::validate_offset_fetch(const std::string& group,
                                                      const std::optional<std::string>& member,
                                                      std::int32_t member_epoch) const {
  const ConsumerGroup* found = consumer_group(group);
  // Anybody may ask a classic group what it has committed, and admins may ask any.
  if (!found || (!member && member_epoch < 0)) return ErrorCode::NONE;
  const ConsumerGroupMember* one = member ? found->member(*member) : nullptr;
  if (!one) return ErrorCode::UNKNOWN_MEMBER_ID;
  if (one->epoch == member_epoch) return ErrorCode::NONE;
  return one->classic ? ErrorCode::ILLEGAL_GENERATION : ErrorCode::STALE_MEMBER_EPOCH;
}

ErrorCode GroupMetadataManager::validate_offset_delete(const std::string& group) const {
  if (!contains(group)) return ErrorCode::GROUP_ID_NOT_FOUND;
  const ClassicGroup* found = classic_group(group);
  // Consumers: topics that nobody subscribes to may go, which the caller looks at one by one.
  return found && has_members(*found) && !found->uses_consumer_protocol()
             ? ErrorCode::NON_EMPTY_GROUP
             : ErrorCode::NONE;
}

ErrorCode GroupMetadataManager::validate_delete(const std::string& group) const {
  if (!contains(group)) return ErrorCode::GROUP_ID_NOT_FOUND;
  const ConsumerGroup* modern = consumer_group(group);
  const bool is_in_use = modern ? !modern->is_empty() : has_members(*classic_group(group));
  return is_in_use ? ErrorCode::NON_EMPTY_GROUP : ErrorCode::NONE;
}

void GroupMetadataManager::ensure_group(GroupContext& context, const std::string& group) {
  if (!contains(group)) create_classic(context, group);
}

bool GroupMetadataManager::is_subscribed(const std::string& group, const std::string& topic) const {
  if (const ConsumerGroup* modern = consumer_group(group)) return modern->is_subscribed(topic);
  const ClassicGroup* found = classic_group(group);
  return found && found->is_subscribed(topic);
}

std::optional<std::int64_t> GroupMetadataManager::expiration_base(const std::string& group,
                                                                  std::int64_t committed_ms) const {
  const ClassicGroup* found = classic_group(group);
  // KIP-848 groups look at each offset by itself, and keep those of subscribed topics.
  if (!found || !found->protocol_type()) return committed_ms;
  if (found->is(GroupState::Empty)) return found->state_since_ms().value_or(committed_ms);
  const bool knows_topics = found->uses_consumer_protocol() && found->subscribed_topics();
  if (knows_topics && found->is(GroupState::Stable)) return committed_ms;
  return std::nullopt;
}

Decision GroupMetadataManager::maybe_delete(const std::string& group) const {
  Decision decision;
  const ClassicGroup* found = classic_group(group);
  if (found && found->is(GroupState::Empty)) {
    decision.records.push_back({protocol::GroupMetadataKey{group}, std::nullopt});
  }
  const ConsumerGroup* modern = consumer_group(group);
  if (modern && modern->is_empty()) add_group_tombstones(decision.records, *modern);
  return decision;
}

std::vector<std::string> GroupMetadataManager::group_ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, group] : groups_) ids.push_back(id);
  return ids;
}

DescribeGroupsResponse::DescribedGroup GroupMetadataManager::describe(
    const std::string& group) const {
  DescribeGroupsResponse::DescribedGroup out;
  out.group_id = group;
  const ClassicGroup* found = classic_group(group);
  if (!found) {
    out.group_state = event::to_string(GroupState::Dead);
    return out;
  }
  const bool is_stable = found->is(GroupState::Stable);
  const std::string protocol = found->protocol_name().value_or("");
  out.group_state = event::to_string(found->state());
  out.protocol_type = found->protocol_type().value_or("");
  if (is_stable) out.protocol_data = protocol;
  for (const auto& [id, member] : found->members()) {
    DescribeGroupsResponse::DescribedGroup::DescribedGroupMember one;
    one.member_id = id;
    one.group_instance_id = member.instance_id;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    if (is_stable) one.member_metadata = member.metadata(protocol);
    one.member_assignment = member.assignment;
    out.members.push_back(std::move(one));
  }
  return out;
}

std::vector<ListGroupsResponse::ListedGroup> GroupMetadataManager::list(
    const std::vector<std::string>& states, const std::vector<std::string>& types) const {
  std::vector<ListGroupsResponse::ListedGroup> listed;
  for (const std::string& id : group_ids()) {
    ListGroupsResponse::ListedGroup one{id, "consumer", "", "consumer"};
    if (const ConsumerGroup* modern = consumer_group(id)) {
      one.group_state = event::to_string(modern->state());
    } else {
      const ClassicGroup& group = *classic_group(id);
      one.protocol_type = group.protocol_type().value_or("");
      one.group_state = event::to_string(group.state());
      one.group_type = "classic";
    }
    if (passes(states, one.group_state) && passes(types, one.group_type)) listed.push_back(one);
  }
  return listed;
}

namespace {

using Described = protocol::ConsumerGroupDescribeResponse;

Described::Assignment described(const PartitionsByTopicId& partitions,
                                const metadata::MetadataImage& image) {
  Described::Assignment assignment;
  for (const auto& [id, list] : partitions) {
    const metadata::TopicImage* topic = image.topic(id);
    if (topic) assignment.topic_partitions.push_back({id, topic->name, list});
  }
  return assignment;
}

}  // namespace

Described::DescribedGroup GroupMetadataManager::consumer_group_describe(
    GroupContext& context, const std::string& group) const {
  Described::DescribedGroup out;
  out.group_id = group;
  const ConsumerGroup* found = consumer_group(group);
  if (!found) {
    out.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
    return out;
  }
  out.group_state = event::to_string(found->state());
  out.group_epoch = found->epoch();
  out.assignment_epoch = found->assignment_epoch();
  out.assignor_name =
      found->preferred_assignor(nullptr, nullptr).value_or(context.config.assignors.front());
  for (const auto& [id, member] : found->members()) {
    Described::DescribedGroup::Member one;
    one.member_id = id;
    one.instance_id = member.instance_id;
    one.rack_id = member.rack_id;
    one.member_epoch = member.epoch;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    one.subscribed_topic_names = member.topics;
    one.subscribed_topic_regex = member.regex;
    one.assignment = described(member.assigned, context.metadata);
    one.target_assignment = described(found->target(id), context.metadata);
    out.members.push_back(std::move(one));
  }
  return out;
}

}  // namespace kscope::coordinator
