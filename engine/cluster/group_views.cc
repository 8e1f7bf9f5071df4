#include "engine/cluster/group_views.h"

#include <algorithm>
#include <charconv>

#include "engine/protocol/records/coordinator_record.h"

namespace kscope::cluster {
namespace {

using coordinator::ClassicGroup;
using coordinator::ClassicGroupMember;
using coordinator::CoordinatorShard;
using coordinator::ShardState;
using coordinator::TimerPurpose;

Instant timer(const CoordinatorShard& shard, TimerPurpose purpose, const std::string& group,
              const std::string& member = {}) {
  return shard.timers().at({purpose, group, member}).value_or(Instant{});
}

std::vector<std::string> topics_of(const Blob& subscription) {
  auto decoded =
      protocol::decode_versioned<protocol::ConsumerProtocolSubscription>(subscription.view());
  if (!decoded.ok()) return {};
  std::sort(decoded->message.topics.begin(), decoded->message.topics.end());
  return std::move(decoded->message.topics);
}

std::vector<std::string> partitions_of(const Blob& assignment) {
  std::vector<std::string> result;
  const auto decoded =
      protocol::decode_versioned<protocol::ConsumerProtocolAssignment>(assignment.view());
  if (!decoded.ok()) return result;
  for (const auto& topic : decoded->message.assigned_partitions) {
    for (std::int32_t index : topic.partitions) {
      result.push_back(TopicPartition{topic.topic, index}.str());
    }
  }
  std::sort(result.begin(), result.end(), partition_before);
  return result;
}

GroupMemberView member_view(const CoordinatorShard& shard, const ClassicGroup& group,
                            const ClassicGroupMember& member) {
  GroupMemberView view;
  view.id = member.id;
  view.instance_id = member.instance_id.value_or("");
  view.client = member.client.value();
  view.client_id = member.client_id;
  view.client_host = member.client_host;
  for (const auto& offered : member.protocols) view.protocols.push_back(offered.name);
  if (group.uses_consumer_protocol()) {
    if (!member.protocols.empty()) view.subscription = topics_of(member.protocols.front().metadata);
    view.assigned = partitions_of(member.assignment);
  }
  view.joining = member.is_joining();
  view.syncing = member.awaiting_sync.has_value();
  view.session_timeout = member.session_timeout;
  view.rebalance_timeout = member.rebalance_timeout;
  view.session_expires = timer(shard, TimerPurpose::Session, group.id(), member.id);
  return view;
}

void add_classic(const CoordinatorShard& shard, const ClassicGroup& group, GroupView* view) {
  view->state = group.state();
  view->generation = group.generation();
  view->protocol_type = group.protocol_type().value_or("");
  view->assignor = group.protocol_name().value_or("");
  view->leader = group.leader().value_or("");
  for (const auto& [id, member] : group.members()) {
    view->members.push_back(member_view(shard, group, member));
  }
  view->rebalance_deadline = timer(shard, TimerPurpose::InitialDelay, group.id());
  if (view->rebalance_deadline == Instant{}) {
    view->rebalance_deadline = timer(shard, TimerPurpose::Rebalance, group.id());
  }
  if (!group.members().empty()) view->rebalance_timeout = group.rebalance_timeout();
}

/// "orders-0" for each.
std::vector<std::string> names_of(const CoordinatorShard& shard,
                                  const coordinator::PartitionsByTopicId& partitions) {
  std::vector<std::string> names;
  for (const auto& [id, list] : partitions) {
    const std::string topic = shard.groups().topic_name(id);
    for (const std::int32_t index : list) names.push_back(TopicPartition{topic, index}.str());
  }
  std::sort(names.begin(), names.end(), partition_before);
  return names;
}

void add_consumer(const CoordinatorShard& shard, const coordinator::ConsumerGroup& group,
                  GroupView* view) {
  view->consumer_protocol = true;
  view->state = group.announced;
  view->generation = group.epoch();
  view->assignment_epoch = group.assignment_epoch();
  view->protocol_type = "consumer";
  view->assignor = group.assignor;
  for (const auto& [id, member] : group.members()) {
    GroupMemberView one;
    one.id = id;
    one.instance_id = member.instance_id.value_or("");
    one.client = shard.groups().client_of(group.id(), id).value();
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    one.subscription = member.topics;
    if (member.regex) one.subscription.push_back(*member.regex);
    if (member.server_assignor) one.protocols.push_back(*member.server_assignor);
    one.assigned = names_of(shard, member.assigned);
    one.target = names_of(shard, group.target(id));
    one.state = member.state;
    one.epoch = member.epoch;
    one.session_expires = timer(shard, TimerPurpose::Session, group.id(), id);
    one.rebalance_timeout = millis(member.rebalance_timeout_ms);
    view->members.push_back(std::move(one));
  }
}

void add_offsets(const CoordinatorShard& shard, GroupView* view) {
  const auto& offsets = shard.offsets();
  offsets.each_committed(
      view->id, [&](const TopicPartition& partition, const coordinator::OffsetAndMetadata& offset) {
        CommittedView& row = view->committed[partition.str()];
        row.offset = offset.committed_offset;
        row.metadata = offset.metadata;
        row.at = at_micros((offset.commit_timestamp_ms - kWallMillisAtStart) * 1000);
        row.pending = offsets.offsets().has_uncommitted({view->id, partition});
      });
}

GroupView group_view(const CoordinatorShard& shard, const std::string& id, NodeId broker) {
  GroupView view;
  view.id = id;
  view.coordinator = broker.value();
  view.partition = shard.partition().partition;
  view.loaded = shard.state() == ShardState::Active;
  if (const ClassicGroup* group = shard.groups().classic_group(id)) {
    add_classic(shard, *group, &view);
  } else if (const auto* consumers = shard.groups().consumer_group(id)) {
    add_consumer(shard, *consumers, &view);
  }
  add_offsets(shard, &view);
  return view;
}

}  // namespace

bool partition_before(const std::string& a, const std::string& b) {
  const auto parts = [](const std::string& text) {
    const std::size_t dash = text.rfind('-');
    std::int32_t number = 0;
    if (dash != text.npos) {
      std::from_chars(text.data() + dash + 1, text.data() + text.size(), number);
    }
    return std::pair(std::string_view(text).substr(0, dash), number);
  };
  return parts(a) < parts(b);
}

void add_groups(GroupsKnown& known, const coordinator::GroupCoordinator& coordinator,
                NodeId broker) {
  for (const auto& [partition, shard] : coordinator.shards()) {
    if (shard.topic_id().str() != known.topic_id) continue;
    const std::int32_t epoch = shard.loaded_epoch().value();
    if (epoch < 0) continue;
    CoordinatorView& best = known.coordinators[partition];
    if (epoch < best.epoch) continue;
    const bool active = shard.state() == ShardState::Active;
    best = {active ? broker.value() : -1, epoch};
    std::erase_if(known.groups, [&](const GroupView& g) { return g.partition == partition; });
    // While it reads its log again it knows nothing worth telling.
    if (!active && shard.state() != ShardState::Closed) continue;
    for (const std::string& id : shard.groups().group_ids()) {
      known.groups.push_back(group_view(shard, id, broker));
    }
  }
  std::sort(known.groups.begin(), known.groups.end(),
            [](const GroupView& a, const GroupView& b) { return a.id < b.id; });
}

}  // namespace kscope::cluster
