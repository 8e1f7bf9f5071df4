#include "engine/coordinator/group/classic_group.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::coordinator {

namespace {

using protocol::GroupMetadataValue;

using Partitions = std::set<TopicPartition>;

/// Nothing for bytes that a consumer did not write.
Partitions assigned_partitions(const Blob& assignment) {
  Partitions partitions;
  if (assignment.empty()) return partitions;
  const auto read =
      protocol::decode_versioned<protocol::ConsumerProtocolAssignment>(assignment.view());
  if (!read.ok()) return partitions;
  for (const auto& topic : read.value().message.assigned_partitions) {
    for (const std::int32_t partition : topic.partitions) {
      partitions.insert({topic.topic, partition});
    }
  }
  return partitions;
}

ClassicGroupMember member_of(const GroupMetadataValue::MemberMetadata& loaded,
                             const GroupMetadataValue& group) {
  ClassicGroupMember member;
  member.id = loaded.member_id;
  member.instance_id = loaded.group_instance_id;
  member.client_id = loaded.client_id;
  member.client_host = loaded.client_host;
  member.session_timeout = millis(loaded.session_timeout);
  member.rebalance_timeout =
      loaded.rebalance_timeout == -1 ? member.session_timeout : millis(loaded.rebalance_timeout);
  member.protocol_type = group.protocol_type;
  member.protocols = {{group.protocol.value_or(""), loaded.subscription}};
  member.assignment = loaded.assignment;
  return member;
}

std::set<std::string> known_by_all(const std::vector<const std::vector<MemberProtocol>*>& offers) {
  std::map<std::string, std::size_t> known_by;
  for (const auto* offer : offers) {
    std::set<std::string> names;  // a protocol that is named twice is known once
    for (const MemberProtocol& p : *offer) names.insert(p.name);
    for (const std::string& name : names) ++known_by[name];
  }
  std::set<std::string> candidates;
  for (const auto& [name, count] : known_by) {
    if (count == offers.size()) candidates.insert(name);
  }
  return candidates;
}

}  // namespace

std::string select_protocol(const std::vector<const std::vector<MemberProtocol>*>& offers) {
  const std::set<std::string> candidates = known_by_all(offers);
  std::map<std::string, int> votes;
  for (const auto* offer : offers) {
    const auto vote = std::find_if(offer->begin(), offer->end(), [&](const MemberProtocol& p) {
      return candidates.contains(p.name);
    });
    KCHECK(vote != offer->end());
    ++votes[vote->name];
  }
  const auto winner = std::max_element(
      votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return winner->first;
}

bool ClassicGroupMember::supports(const std::string& protocol) const {
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const MemberProtocol& p) { return p.name == protocol; });
}

const Blob& ClassicGroupMember::metadata(const std::string& protocol) const {
  const auto it = std::find_if(protocols.begin(), protocols.end(),
                               [&](const MemberProtocol& p) { return p.name == protocol; });
  KCHECK(it != protocols.end());
  return it->metadata;
}

ClassicGroup::ClassicGroup(std::string id, const GroupMetadataValue& value)
    : id_(std::move(id)),
      state_(value.members.empty() ? GroupState::Empty : GroupState::Stable),
      protocol_name_(value.protocol),
      generation_(value.generation),
      leader_(value.leader) {
  if (!value.protocol_type.empty()) protocol_type_ = value.protocol_type;
  if (value.current_state_timestamp != -1) state_since_ms_ = value.current_state_timestamp;
  for (const auto& loaded : value.members) {
    if (loaded.group_instance_id) static_members_[*loaded.group_instance_id] = loaded.member_id;
    members_.insert_or_assign(loaded.member_id, member_of(loaded, value));
  }
  if (!leader_ || !members_.contains(*leader_)) {
    leader_ = members_.empty() ? std::nullopt : std::optional(members_.begin()->first);
  }
  subscribed_ = compute_subscribed_topics();
}

const ClassicGroupMember* ClassicGroup::member(const std::string& member_id) const {
  const auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : &it->second;
}

ClassicGroupMember* ClassicGroup::member(const std::string& member_id) {
  const auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : &it->second;
}

std::optional<std::string> ClassicGroup::static_member(const std::string& instance_id) const {
  const auto it = static_members_.find(instance_id);
  return it == static_members_.end() ? std::nullopt : std::optional(it->second);
}

std::size_t ClassicGroup::awaiting_join() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(),
                    [](const auto& entry) { return entry.second.awaiting_join.has_value(); }));
}

bool ClassicGroup::has_all_members_joined() const {
  return pending_join_.empty() && awaiting_join() == members_.size();
}

Duration ClassicGroup::rebalance_timeout() const {
  Duration longest{0};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

std::vector<const std::vector<MemberProtocol>*> ClassicGroup::offers() const {
  std::vector<const std::vector<MemberProtocol>*> offers;
  for (const auto& [id, member] : members_) offers.push_back(&member.protocols);
  return offers;
}

bool ClassicGroup::supports_protocols(const std::string& type,
                                      const std::vector<MemberProtocol>& offered) const {
  if (is(GroupState::Empty)) return !type.empty() && !offered.empty();
  if (protocol_type_ != type) return false;
  const std::set<std::string> candidates = known_by_all(offers());
  return std::any_of(offered.begin(), offered.end(), [&](const MemberProtocol& p) {
    return candidates.contains(p.name) || members_.empty();
  });
}

std::string ClassicGroup::select_protocol() const {
  KCHECK(!members_.empty());
  return coordinator::select_protocol(offers());
}

ErrorCode ClassicGroup::validate_member(const std::string& member_id,
                                        const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const auto existing = static_member(*instance_id);
    if (!existing) return ErrorCode::UNKNOWN_MEMBER_ID;
    if (*existing != member_id) return ErrorCode::FENCED_INSTANCE_ID;
  }
  return member(member_id) ? ErrorCode::NONE : ErrorCode::UNKNOWN_MEMBER_ID;
}

std::optional<std::set<std::string>> ClassicGroup::compute_subscribed_topics() const {
  if (!uses_consumer_protocol()) return std::nullopt;
  if (members_.empty()) return std::set<std::string>();
  if (!protocol_name_) return std::nullopt;
  std::set<std::string> topics;
  for (const auto& [id, member] : members_) {
    const auto read = protocol::decode_versioned<protocol::ConsumerProtocolSubscription>(
        member.metadata(*protocol_name_).view());
    if (!read.ok()) return std::nullopt;  // not our business: the members understand each other
    topics.insert(read.value().message.topics.begin(), read.value().message.topics.end());
  }
  return topics;
}

bool ClassicGroup::is_subscribed(const std::string& topic) const {
  return subscribed_ ? subscribed_->contains(topic) : uses_consumer_protocol();
}

GroupMetadataValue ClassicGroup::to_record(const std::map<std::string, Blob>& assignments) const {
  GroupMetadataValue value;
  value.protocol_type = protocol_type_.value_or("");
  value.generation = generation_;
  value.protocol = protocol_name_;
  value.leader = leader_;
  value.current_state_timestamp = state_since_ms_.value_or(-1);
  for (const auto& [member_id, member] : members_) {
    GroupMetadataValue::MemberMetadata out;
    out.member_id = member_id;
    out.group_instance_id = member.instance_id;
    out.client_id = member.client_id;
    out.client_host = member.client_host;
    out.rebalance_timeout = static_cast<std::int32_t>(to_millis(member.rebalance_timeout));
    out.session_timeout = static_cast<std::int32_t>(to_millis(member.session_timeout));
    out.subscription = member.metadata(protocol_name_.value_or(""));
    const auto assigned = assignments.find(member_id);
    if (assigned != assignments.end()) out.assignment = assigned->second;
    value.members.push_back(std::move(out));
  }
  return value;
}

std::map<std::string, Blob> ClassicGroup::assignments() const {
  std::map<std::string, Blob> assignments;
  for (const auto& [member_id, member] : members_) assignments[member_id] = member.assignment;
  return assignments;
}

void ClassicGroup::tell_assignment(GroupContext& context, const ClassicGroupMember& member,
                                   const Blob& from, const Blob& to) const {
  if (!uses_consumer_protocol()) return;
  const Partitions before = assigned_partitions(from);
  const Partitions after = assigned_partitions(to);
  const auto tell = [&](const TopicPartition& tp, bool given) {
    context.emit(event::MemberAssignmentChanged{context.name(id_), context.name(member.id),
                                                context.env.names.intern(tp), generation_, given});
  };
  for (const TopicPartition& tp : before) {
    if (!after.contains(tp)) tell(tp, false);
  }
  for (const TopicPartition& tp : after) {
    if (!before.contains(tp)) tell(tp, true);
  }
}

}  // namespace kscope::coordinator
