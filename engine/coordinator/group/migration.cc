#include "engine/coordinator/group/migration.h"

#include <algorithm>

#include "engine/coordinator/group/consumer_records.h"

namespace kscope::coordinator {

using protocol::ConsumerProtocolAssignment;
using protocol::ConsumerProtocolSubscription;
using protocol::GroupMetadataValue;

namespace {

std::int32_t to_ms(Duration duration) { return static_cast<std::int32_t>(to_millis(duration)); }

PartitionsByTopicId by_topic_id(const std::vector<protocol::ConsumerProtocolPartitions>& partitions,
                                const metadata::MetadataImage& image) {
  AssignedTopics topics;
  for (const auto& entry : partitions) {
    const metadata::TopicImage* topic = image.topic(entry.topic);
    if (topic) topics.push_back({topic->id, entry.partitions});
  }
  return from_record(topics);
}

std::optional<PartitionsByTopicId> read_assignment(const Blob& bytes,
                                                   const metadata::MetadataImage& image) {
  if (bytes.empty()) return PartitionsByTopicId();
  const auto read = protocol::decode_versioned<ConsumerProtocolAssignment>(bytes.view());
  if (!read.ok()) return std::nullopt;
  return by_topic_id(read.value().message.assigned_partitions, image);
}

std::optional<ConsumerGroupMember> upgraded_member(const ClassicGroupMember& before,
                                                   const ClassicGroup& group,
                                                   const metadata::MetadataImage& image) {
  // Who has joined since the last vote may not know that assignor; it subscribes to the same topics
  // with all of its own. Kafka fails the request then.
  const bool knows_chosen = group.protocol_name() && before.supports(*group.protocol_name());
  const std::string& protocol =
      knows_chosen ? *group.protocol_name() : before.protocols.front().name;
  const auto subscription =
      protocol::decode_versioned<ConsumerProtocolSubscription>(before.metadata(protocol).view());
  auto assigned = read_assignment(before.assignment, image);
  if (!subscription.ok() || !assigned) return std::nullopt;
  const ConsumerProtocolSubscription& wants = subscription.value().message;
  ConsumerGroupMember member;
  member.id = before.id;
  member.epoch = member.previous_epoch = group.generation();
  member.instance_id = before.instance_id;
  if (wants.rack_id && !wants.rack_id->empty()) member.rack_id = wants.rack_id;
  member.rebalance_timeout_ms = to_ms(before.rebalance_timeout);
  member.client_id = before.client_id;
  member.client_host = before.client_host;
  const std::set<std::string> topics(wants.topics.begin(), wants.topics.end());
  member.topics.assign(topics.begin(), topics.end());
  // Its assignment could not be stored, and a cooperative member reads on what it had. Kafka takes
  // it for nothing, and gives those partitions away while they are still read.
  member.assigned =
      before.assignment.empty() ? by_topic_id(wants.owned_partitions, image) : std::move(*assigned);
  ConsumerGroupMember::Classic classic{to_ms(before.session_timeout), {}};
  for (const MemberProtocol& p : before.protocols) {
    classic.supported_protocols.push_back({p.name, p.metadata});
  }
  member.classic = std::move(classic);
  return member;
}

/// Of two claims to a partition the first counts; the other member hears of it with its next step.
void drop_what_others_have(const ConsumerGroup& group, PartitionsByTopicId& partitions) {
  for (auto& [topic, list] : partitions) {
    std::erase_if(list, [&](std::int32_t index) { return group.owner(topic, index) != nullptr; });
  }
  std::erase_if(partitions, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace

bool may_upgrade(const GroupConfig& config, const ClassicGroup& group) {
  return config.may_upgrade() && group.uses_consumer_protocol() &&
         group.members().size() <= static_cast<std::size_t>(config.consumer_max_size);
}

std::optional<ConsumerGroup> upgraded(const ClassicGroup& group,
                                      const metadata::MetadataImage& image) {
  ConsumerGroup next(group.id());
  next.set_epoch(group.generation());
  next.set_assignment_epoch(group.generation());
  for (const auto& [id, before] : group.members()) {
    auto member = upgraded_member(before, group, image);
    if (!member) return std::nullopt;
    drop_what_others_have(next, member->assigned);
    next.set_target(id, member->assigned);
    next.set_member(std::move(*member));
  }
  return next;
}

Blob classic_assignment(const PartitionsByTopicId& partitions, const Blob& subscription,
                        const metadata::MetadataImage& image) {
  ConsumerProtocolAssignment assignment;
  for (const auto& [id, list] : partitions) {
    const metadata::TopicImage* topic = image.topic(id);
    if (topic) assignment.assigned_partitions.push_back({topic->name, list});
  }
  const auto asked = protocol::decode_versioned<ConsumerProtocolSubscription>(subscription.view());
  const std::int16_t version = asked.ok() ? asked.value().version : std::int16_t{0};
  return Blob(protocol::with_version(assignment, version));
}

GroupMetadataValue downgraded(const ConsumerGroup& group, const std::string& leaving,
                              const metadata::MetadataImage& image, std::int64_t now_ms) {
  std::map<std::string, std::vector<MemberProtocol>> protocols;
  for (const auto& [id, member] : group.members()) {
    if (id == leaving) continue;
    for (const auto& p : member.classic->supported_protocols) {
      protocols[id].push_back({p.name, p.metadata});
    }
  }
  std::vector<const std::vector<MemberProtocol>*> offers;
  for (const auto& [id, list] : protocols) offers.push_back(&list);

  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = group.epoch();
  value.protocol = select_protocol(offers);
  value.leader = protocols.begin()->first;
  value.current_state_timestamp = now_ms;
  for (const auto& [id, list] : protocols) {
    const ConsumerGroupMember& member = *group.member(id);
    const auto chosen = std::find_if(list.begin(), list.end(), [&](const MemberProtocol& p) {
      return p.name == *value.protocol;
    });
    value.members.push_back({id, member.instance_id, member.client_id, member.client_host,
                             member.rebalance_timeout_ms, member.classic->session_timeout_ms,
                             chosen->metadata,
                             classic_assignment(group.target(id), chosen->metadata, image)});
  }
  return value;
}

}  // namespace kscope::coordinator
