// Questions about groups: what admin clients see, and what the offsets have to ask first.
#include <algorithm>
#include <cctype>

#include "engine/coordinator/group/classic_operation.h"
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

}  // namespace

ErrorCode GroupMetadataManager::validate_offset_commit(
    GroupContext& context, const Caller& caller, const protocol::OffsetCommitRequest& request) {
  if (!contains(request.group_id)) {
    if (request.generation_id_or_member_epoch >= 0) {
      return caller.version >= 9 ? ErrorCode::GROUP_ID_NOT_FOUND : ErrorCode::ILLEGAL_GENERATION;
    }
    create_classic(context, request.group_id);
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

ErrorCode GroupMetadataManager::validate_offset_fetch(const std::string&,
                                                      const std::optional<std::string>&,
                                                      std::int32_t) const {
  return ErrorCode::NONE;  // anybody may ask a classic group what it has committed
}

ErrorCode GroupMetadataManager::validate_offset_delete(const std::string& group) const {
  const ClassicGroup* found = classic_group(group);
  if (!found) return ErrorCode::GROUP_ID_NOT_FOUND;
  // Consumers: topics that nobody subscribes to may go, which the caller looks at one by one.
  return has_members(*found) && !found->uses_consumer_protocol() ? ErrorCode::NON_EMPTY_GROUP
                                                                 : ErrorCode::NONE;
}

ErrorCode GroupMetadataManager::validate_delete(const std::string& group) const {
  const ClassicGroup* found = classic_group(group);
  if (!found) return ErrorCode::GROUP_ID_NOT_FOUND;
  return has_members(*found) ? ErrorCode::NON_EMPTY_GROUP : ErrorCode::NONE;
}

void GroupMetadataManager::ensure_group(GroupContext& context, const std::string& group) {
  if (!contains(group)) create_classic(context, group);
}

bool GroupMetadataManager::is_subscribed(const std::string& group, const std::string& topic) const {
  const ClassicGroup* found = classic_group(group);
  return found && found->is_subscribed(topic);
}

std::optional<std::int64_t> GroupMetadataManager::expiration_base(
    const std::string& group, std::int64_t committed_ms) const {
  const ClassicGroup* found = classic_group(group);
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
    const ClassicGroup& group = *classic_group(id);
    const std::string state = event::to_string(group.state());
    if (!passes(states, state) || !passes(types, "classic")) continue;
    listed.push_back({id, group.protocol_type().value_or(""), state, "classic"});
  }
  return listed;
}

protocol::ConsumerGroupDescribeResponse::DescribedGroup
GroupMetadataManager::consumer_group_describe(GroupContext&, const std::string& group) const {
  protocol::ConsumerGroupDescribeResponse::DescribedGroup out;
  out.group_id = group;
  out.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
  return out;
}

}  // namespace kscope::coordinator
