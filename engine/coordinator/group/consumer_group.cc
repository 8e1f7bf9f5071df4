#include "engine/coordinator/group/consumer_group.h"

#include <algorithm>

#include "engine/coordinator/group/topic_pattern.h"

namespace kscope::coordinator {

namespace {

/// Kafka: consumerGroupMetadataRefreshIntervalMs.
constexpr Duration kMetadataRefresh = seconds(600);

void count_topics(TopicCounts& counts, const ConsumerGroupMember& member,
                  const metadata::MetadataImage& image) {
  for (const std::string& topic : topics_of(member, image)) ++counts[topic];
}

/// The member that changes, also if it is a static one that comes back under a new id.
bool is_replaced(const ConsumerGroupMember& member, const ConsumerGroupMember* before,
                 const ConsumerGroupMember* after) {
  if (before && member.id == before->id) return true;
  return after && after->instance_id && member.instance_id == after->instance_id;
}

}  // namespace

std::set<std::string> topics_of(const ConsumerGroupMember& member,
                                const metadata::MetadataImage& image) {
  std::set<std::string> topics(member.topics.begin(), member.topics.end());
  if (!member.regex) return topics;
  const auto pattern = TopicPattern::compile(*member.regex);
  for (const auto& [name, topic] : image.topics()) {
    if (pattern.ok() && pattern.value().matches(name)) topics.insert(name);
  }
  return topics;
}

GroupState ConsumerGroup::state() const {
  if (members_.empty()) return GroupState::Empty;
  if (epoch_ > assignment_epoch_) return GroupState::Assigning;
  const bool all_arrived = std::all_of(members_.begin(), members_.end(), [&](const auto& entry) {
    return entry.second.is_reconciled_to(assignment_epoch_);
  });
  return all_arrived ? GroupState::Stable : GroupState::Reconciling;
}

const ConsumerGroupMember* ConsumerGroup::member(const std::string& member_id) const {
  const auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : &it->second;
}

const ConsumerGroupMember* ConsumerGroup::static_member(const std::string& instance_id) const {
  const auto it = static_members_.find(instance_id);
  return it == static_members_.end() ? nullptr : member(it->second);
}

const PartitionsByTopicId& ConsumerGroup::target(const std::string& member_id) const {
  static const PartitionsByTopicId kNothing;
  const auto it = targets_.find(member_id);
  return it == targets_.end() ? kNothing : it->second;
}

const PartitionsByTopicId& ConsumerGroup::target(const ConsumerGroupMember& member) const {
  if (!member.instance_id) return target(member.id);
  const ConsumerGroupMember* before = static_member(*member.instance_id);
  return target(before ? before->id : member.id);
}

const std::string* ConsumerGroup::owner(const Uuid& topic, std::int32_t partition) const {
  const auto it = owners_.find({topic, partition});
  return it == owners_.end() ? nullptr : &it->second;
}

std::optional<std::string> ConsumerGroup::preferred_assignor(
    const ConsumerGroupMember* before, const ConsumerGroupMember* after) const {
  std::map<std::string, int> votes;
  for (const auto& [id, member] : members_) {
    if (is_replaced(member, before, after)) continue;
    if (member.server_assignor) ++votes[*member.server_assignor];
  }
  if (after && after->server_assignor) ++votes[*after->server_assignor];
  const auto most = std::max_element(
      votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == votes.end() ? std::nullopt : std::optional(most->first);
}

TopicCounts ConsumerGroup::subscribed_topics(const metadata::MetadataImage& image,
                                             const ConsumerGroupMember* before,
                                             const ConsumerGroupMember* after) const {
  TopicCounts counts;
  for (const auto& [id, member] : members_) {
    if (!is_replaced(member, before, after)) count_topics(counts, member, image);
  }
  if (after) count_topics(counts, *after, image);
  return counts;
}

bool ConsumerGroup::is_subscribed(const std::string& topic) const {
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const ConsumerGroupMember& member = entry.second;
    if (std::binary_search(member.topics.begin(), member.topics.end(), topic)) return true;
    if (!member.regex) return false;
    const auto pattern = TopicPattern::compile(*member.regex);
    return pattern.ok() && pattern.value().matches(topic);
  });
}

bool ConsumerGroup::has_patterns() const {
  return std::any_of(members_.begin(), members_.end(),
                     [](const auto& entry) { return entry.second.regex.has_value(); });
}

std::size_t ConsumerGroup::classic_members() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(),
                    [](const auto& entry) { return entry.second.uses_classic_protocol(); }));
}

bool ConsumerGroup::supports_classic(const std::string& type,
                                     const std::vector<std::string>& offered) const {
  if (type != "consumer") return false;
  if (members_.empty()) return !offered.empty();
  const auto known_by_all = [&](const std::string& name) {
    return std::all_of(members_.begin(), members_.end(), [&](const auto& entry) {
      if (!entry.second.classic) return true;
      const auto& known = entry.second.classic->supported_protocols;
      return std::any_of(known.begin(), known.end(), [&](const auto& p) { return p.name == name; });
    });
  };
  return std::any_of(offered.begin(), offered.end(), known_by_all);
}

bool ConsumerGroup::waits_for_release(const ConsumerGroupMember& member) const {
  if (member.state != MemberState::UnreleasedPartitions) return false;
  for (const auto& [topic, partitions] : target(member.id)) {
    for (const std::int32_t partition : partitions) {
      const std::string* holder = owner(topic, partition);
      if (holder && *holder != member.id) return true;
    }
  }
  return false;
}

void ConsumerGroup::release(const ConsumerGroupMember& member) {
  for (const PartitionsByTopicId* held : {&member.assigned, &member.pending_revocation}) {
    for (const auto& [topic, partitions] : *held) {
      for (const std::int32_t partition : partitions) {
        const auto it = owners_.find({topic, partition});
        if (it != owners_.end() && it->second == member.id) owners_.erase(it);
      }
    }
  }
}

void ConsumerGroup::set_member(ConsumerGroupMember member) {
  const auto before = members_.find(member.id);
  if (before != members_.end()) release(before->second);
  for (const PartitionsByTopicId* held : {&member.assigned, &member.pending_revocation}) {
    for (const auto& [topic, partitions] : *held) {
      for (const std::int32_t partition : partitions) owners_[{topic, partition}] = member.id;
    }
  }
  if (member.instance_id) static_members_[*member.instance_id] = member.id;
  const std::string id = member.id;
  members_.insert_or_assign(id, std::move(member));
}

void ConsumerGroup::remove_member(const std::string& member_id) {
  const auto it = members_.find(member_id);
  if (it == members_.end()) return;
  release(it->second);
  if (it->second.instance_id) {
    const auto named = static_members_.find(*it->second.instance_id);
    if (named != static_members_.end() && named->second == it->first) static_members_.erase(named);
  }
  members_.erase(it);
}

void ConsumerGroup::set_target(const std::string& member_id, PartitionsByTopicId target) {
  targets_.insert_or_assign(member_id, std::move(target));
}

void ConsumerGroup::set_subscription_metadata(SubscriptionMetadata metadata) {
  subscription_metadata_ = std::move(metadata);
}

bool ConsumerGroup::has_metadata_expired(Instant now) const {
  return !refreshed || now >= refreshed->at + kMetadataRefresh || epoch_ < refreshed->epoch;
}

SubscriptionMetadata metadata_of(const TopicCounts& topics, const metadata::MetadataImage& image) {
  SubscriptionMetadata known;
  for (const auto& [name, count] : topics) {
    const metadata::TopicImage* topic = image.topic(name);
    if (!topic) continue;
    TopicMetadata& out = known[name];
    out.topic_id = topic->id;
    out.topic_name = name;
    out.num_partitions = static_cast<std::int32_t>(topic->partitions.size());
    for (const auto& [index, partition] : topic->partitions) {
      std::set<std::string> racks;
      for (const NodeId replica : partition.replicas) {
        const metadata::BrokerRegistration* broker = image.broker(replica);
        if (broker && broker->rack) racks.insert(*broker->rack);
      }
      if (racks.empty()) continue;
      out.partition_metadata.push_back({index, {racks.begin(), racks.end()}});
    }
  }
  return known;
}

}  // namespace kscope::coordinator
