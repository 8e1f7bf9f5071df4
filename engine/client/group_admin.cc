#include "engine/client/group_admin.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/client/send_if_ready.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/topic_entry.h"

namespace kscope::client {
namespace {

constexpr std::int64_t kLatest = -1, kEarliest = -2;  // timestamps of ListOffsets

protocol::OffsetCommitRequest commit_request(const GroupOrder& order) {
  protocol::OffsetCommitRequest request;
  request.group_id = order.group;  // no member, generation -1: only taken while nobody is inside
  for (const auto& [tp, offset] : order.offsets) {
    auto& partition = protocol::topic_entry(request.topics, tp.topic).partitions.emplace_back();
    partition.partition_index = tp.partition;
    partition.committed_offset = offset;
  }
  return request;
}

/// Everything that the group has committed.
protocol::OffsetFetchRequest fetch_request(const std::string& group, std::int16_t version) {
  protocol::OffsetFetchRequest request;
  if (version >= 8) {
    auto& asked = request.groups.emplace_back();
    asked.group_id = group;
    asked.topics.reset();
  } else {
    request.group_id = group;
    request.topics.reset();
  }
  return request;
}

/// False if the metadata says for sure that there is no such partition.
bool exists(const Metadata& metadata, const TopicPartition& tp) {
  if (metadata.topic_error(tp.topic) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) return false;
  const auto count = metadata.partition_count(tp.topic);
  return !count || tp.partition < *count;
}

}  // namespace

ApiKey GroupAdmin::api_of(GroupTask task) {
  switch (task) {
    case GroupTask::List:
      return ApiKey::ListGroups;
    case GroupTask::Describe:
      return ApiKey::DescribeGroups;
    case GroupTask::Delete:
      return ApiKey::DeleteGroups;
    case GroupTask::ListOffsets:
      return ApiKey::OffsetFetch;
    case GroupTask::DeleteOffsets:
      return ApiKey::OffsetDelete;
    case GroupTask::AlterOffsets:
    case GroupTask::ResetOffsets:
      return ApiKey::OffsetCommit;
  }
  return ApiKey::ListGroups;
}

std::deque<GroupAdmin::Step> GroupAdmin::steps_of(const GroupOrder& order) {
  using enum Step;
  switch (order.task) {
    case GroupTask::List:
      return {ListGroups};
    case GroupTask::Describe:
      return {Describe, FetchOffsets, Latest};
    case GroupTask::Delete:
      return {Delete};
    case GroupTask::ListOffsets:
      return {FetchOffsets};
    case GroupTask::AlterOffsets:
      return {Commit};
    case GroupTask::DeleteOffsets:
      return {FetchOffsets, NamePartitions, DeleteOffsets};
    case GroupTask::ResetOffsets:
      break;
  }
  std::deque<Step> steps{Describe, FetchOffsets, NamePartitions, Earliest, Latest};
  if (order.reset.to == OffsetTarget::To::Time) steps.push_back(ByTime);
  steps.push_back(Plan);
  if (!order.only_check) steps.push_back(Commit);
  return steps;
}

void GroupAdmin::add(std::int64_t operation, GroupOrder order, Instant deadline) {
  Operation op;
  op.result.operation = operation;
  op.result.api = api_of(order.task);
  op.result.group = order.group;
  op.steps = steps_of(order);
  op.order = std::move(order);
  op.deadline = deadline;
  // Kafka: CoordinatorStrategy.requireSingletonAndType refuses it without asking anybody.
  if (op.order.group.empty() && op.order.task != GroupTask::List) {
    finish(op, ErrorCode::INVALID_GROUP_ID, "a group needs a name that is not empty");
  }
  operations_.emplace(operation, std::move(op));
}

std::optional<Instant> GroupAdmin::run(env::Env& env, ClusterClient& cluster,
                                       const CommonConfig& config) {
  const With with{env, cluster, config};
  std::optional<Instant> wake;
  const auto sooner = [&wake](std::optional<Instant> at) {
    if (at && (!wake || *at < *wake)) wake = at;
  };
  for (auto& [id, op] : operations_) {
    if (!op.done && env.now() >= op.deadline) {
      finish(op, op.last_error, "default.api.timeout.ms is over");
    }
    if (!op.done && env.now() >= op.retry_at) advance(with, op);
    if (op.done) continue;
    sooner(op.deadline);
    if (env.now() < op.retry_at) sooner(op.retry_at);
    if (op.asked.empty()) sooner(cluster.next_reconnect_at(env.now()));
  }
  sweep();
  return wake;
}

void GroupAdmin::sweep() {
  for (auto it = operations_.begin(); it != operations_.end();) {
    if (it->second.done) {
      finished_.push_back(std::move(it->second.result));
      it = operations_.erase(it);
    } else {
      ++it;
    }
  }
}

void GroupAdmin::abandon(ErrorCode error) {
  for (auto& [id, op] : operations_) {
    if (!op.done) finish(op, error);
  }
  sweep();
}

// ---- steps ------------------------------------------------------------------------------------

void GroupAdmin::advance(With with, Operation& op) {
  while (!op.done && !op.steps.empty()) {
    if (!op.begun) begin_step(with, op);
    if (!do_step(with, op) || op.done) return;
    op.steps.pop_front();
    op.begun = false;
    op.failures = 0;
  }
  if (!op.done) finish(op, ErrorCode::NONE);
}

bool GroupAdmin::do_step(With with, Operation& op) {
  switch (op.steps.front()) {
    case Step::ListGroups:
      return ask_brokers(with, op);
    case Step::NamePartitions:
      return name_partitions(with, op);
    case Step::Plan:
      return plan_reset(op);
    case Step::Earliest:
    case Step::Latest:
    case Step::ByTime:
      return ask_leaders(with, op);
    default:
      return ask_coordinator(with, op);
  }
}

void GroupAdmin::begin_step(With with, Operation& op) {
  Metadata& metadata = with.cluster.metadata();
  op.begun = true;
  op.answered = false;
  op.metadata_then = metadata.version();
  switch (op.steps.front()) {
    case Step::ListGroups:
      metadata.request_update();  // the bootstrap list may name only some of the brokers
      break;
    case Step::NamePartitions:
      for (const std::string& topic : op.order.topics) metadata.add_topic(topic);
      metadata.request_update();
      break;
    case Step::Earliest:
    case Step::Latest:
    case Step::ByTime:
      if (op.order.task == GroupTask::Describe) {
        for (const auto& [tp, offset] : op.committed) op.scope.insert(tp);
        for (const auto& member : op.result.report.description->members) {
          op.scope.insert(member.assigned.begin(), member.assigned.end());
        }
      }
      op.left = op.scope;
      for (const TopicPartition& tp : op.left) metadata.add_topic(tp.topic);
      break;
    default:
      break;
  }
}

bool GroupAdmin::ask_brokers(With with, Operation& op) {
  const Metadata& metadata = with.cluster.metadata();
  if (metadata.version() == op.metadata_then) return false;
  if (!op.brokers) op.brokers.emplace(metadata.nodes().begin(), metadata.nodes().end());
  std::erase_if(*op.brokers, [&](NodeId node) { return !metadata.knows_node(node); });
  for (const NodeId node : *op.brokers) {
    const bool asked = std::any_of(op.asked.begin(), op.asked.end(),
                                   [&](const auto& a) { return a.second.node == node; });
    if (asked) continue;
    const auto version = with.cluster.ready(with.env, node, ApiKey::ListGroups, 0, 5);
    if (!version) continue;
    protocol::ListGroupsRequest request;
    if (*version >= 4) request.states_filter = op.order.states;
    if (*version >= 5) request.types_filter = op.order.types;
    with.cluster.send(with.env, node, request, *version, next_tag_);
    note(op, {Step::ListGroups, false, node, {}});
  }
  return op.brokers->empty();
}

bool GroupAdmin::ask_coordinator(With with, Operation& op) {
  if (op.answered) return true;
  if (!op.asked.empty()) return false;
  if (op.coordinator) {
    if (send_to_coordinator(with, op, next_tag_)) {
      note(op, {op.steps.front(), false, *op.coordinator, {}});
    }
  } else if (const auto any = with.cluster.least_loaded_node(with.env)) {
    if (find_coordinator(with, *any, op, next_tag_)) note(op, {op.steps.front(), true, *any, {}});
  }
  return false;
}

bool GroupAdmin::ask_leaders(With with, Operation& op) {
  Metadata& metadata = with.cluster.metadata();
  if (metadata.version() == op.stale_metadata) return false;
  std::map<NodeId, std::vector<TopicPartition>> by_leader;
  std::set<TopicPartition> under_way;
  for (const auto& [tag, asked] : op.asked) {
    under_way.insert(asked.partitions.begin(), asked.partitions.end());
  }
  const bool fresh = metadata.version() != op.metadata_then;
  for (auto it = op.left.begin(); it != op.left.end();) {
    const TopicPartition tp = *it++;
    if (under_way.count(tp) > 0) continue;
    if (const auto leader = metadata.current_leader(tp).leader) {
      by_leader[*leader].push_back(tp);
    } else if (fresh && !exists(metadata, tp)) {
      op.left.erase(tp);  // gone; what was committed for it may still be there
    } else {
      op.last_error = ErrorCode::LEADER_NOT_AVAILABLE;
      metadata.request_update();
    }
  }
  for (const auto& [leader, partitions] : by_leader) {
    if (list_offsets(with, op, leader, partitions, next_tag_)) {
      note(op, {op.steps.front(), false, leader, partitions});
    }
  }
  return op.left.empty();
}

// Kafka: ConsumerGroupCommand.getPartitionsToReset, parseTopicPartitionsToReset.
bool GroupAdmin::name_partitions(With with, Operation& op) {
  const Metadata& metadata = with.cluster.metadata();
  op.scope.insert(op.order.partitions.begin(), op.order.partitions.end());
  if (op.order.partitions.empty() && op.order.topics.empty()) {
    for (const auto& [tp, offset] : op.committed) op.scope.insert(tp);
  }
  for (const std::string& topic : op.order.topics) {
    if (const auto count = metadata.partition_count(topic)) {
      for (std::int32_t i = 0; i < *count; ++i) op.scope.insert({topic, i});
      continue;
    }
    if (metadata.version() == op.metadata_then) return false;
    if (metadata.topic_error(topic) == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) {
      finish(op, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
             fmt::format("there is no topic \"{}\"", topic));
      return true;
    }
    with.cluster.metadata().request_update();
    return false;
  }
  if (op.scope.empty()) {
    finish(op, ErrorCode::INVALID_REQUEST,
           fmt::format("group \"{}\" has committed nothing: name topics or partitions",
                       op.order.group));
  }
  return true;
}

bool GroupAdmin::plan_reset(Operation& op) {
  for (const TopicPartition& tp : op.scope) {
    ResetBounds bounds;
    if (!op.latest.count(tp) || !op.earliest.count(tp)) {
      finish(op, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
             fmt::format("there is no partition {}", tp.str()));
      return true;
    }
    bounds.earliest = op.earliest.at(tp);
    bounds.latest = op.latest.at(tp);
    if (const auto it = op.committed.find(tp); it != op.committed.end()) {
      bounds.committed = it->second;
    }
    if (const auto it = op.by_time.find(tp); it != op.by_time.end()) bounds.by_time = it->second;
    const auto offset = reset_offset(op.order.reset, bounds);
    if (!offset.ok()) {
      finish(op, ErrorCode::INVALID_REQUEST,
             fmt::format("{}: {}", tp.str(), offset.error().message));
      return true;
    }
    op.order.offsets[tp] = *offset;
  }
  return true;
}

// ---- requests ---------------------------------------------------------------------------------

void GroupAdmin::note(Operation& op, Asked asked) {
  op.asked.emplace(next_tag_++, std::move(asked));
}

bool GroupAdmin::find_coordinator(With with, NodeId node, const Operation& op,
                                  protocol::RequestTag tag) {
  using Request = protocol::FindCoordinatorRequest;
  const auto version =
      with.cluster.ready(with.env, node, ApiKey::FindCoordinator, 0, Request::kMaxVersion);
  if (!version) return false;
  Request request;
  if (*version >= 4) {
    request.coordinator_keys.push_back(op.order.group);
  } else {
    request.key = op.order.group;
  }
  with.cluster.send(with.env, node, request, *version, tag);
  return true;
}

bool GroupAdmin::send_to_coordinator(With with, const Operation& op, protocol::RequestTag tag) {
  const auto send = [&](auto request, std::int16_t min) {
    return send_if_ready(with.env, with.cluster, *op.coordinator, request, min, tag);
  };
  switch (op.steps.front()) {
    case Step::Describe: {
      protocol::ConsumerGroupDescribeRequest request;
      request.group_ids.push_back(op.order.group);
      return send(std::move(request), 0);
    }
    case Step::DescribeClassic: {
      protocol::DescribeGroupsRequest request;
      request.groups.push_back(op.order.group);
      return send(std::move(request), 0);
    }
    case Step::Delete: {
      protocol::DeleteGroupsRequest request;
      request.groups_names.push_back(op.order.group);
      return send(std::move(request), 0);
    }
    case Step::DeleteOffsets: {
      protocol::OffsetDeleteRequest request;
      request.group_id = op.order.group;
      for (const TopicPartition& tp : op.scope) {
        protocol::topic_entry(request.topics, tp.topic).partitions.push_back({tp.partition});
      }
      return send(std::move(request), 0);
    }
    case Step::Commit:
      return send(commit_request(op.order), 2);
    default:
      break;
  }
  const auto version = with.cluster.ready(with.env, *op.coordinator, ApiKey::OffsetFetch, 2,
                                          protocol::OffsetFetchRequest::kMaxVersion);
  if (!version) return false;
  with.cluster.send(with.env, *op.coordinator, fetch_request(op.order.group, *version), *version,
                    tag);
  return true;
}

bool GroupAdmin::list_offsets(With with, const Operation& op, NodeId leader,
                              const std::vector<TopicPartition>& partitions,
                              protocol::RequestTag tag) {
  const Step step = op.steps.front();
  protocol::ListOffsetsRequest request;
  request.replica_id = -1;
  for (const TopicPartition& tp : partitions) {
    auto& asked = protocol::topic_entry(request.topics, tp.topic).partitions.emplace_back();
    asked.partition_index = tp.partition;
    asked.timestamp = step == Step::Earliest ? kEarliest
                      : step == Step::Latest ? kLatest
                                             : op.order.reset.value;
  }
  return send_if_ready(with.env, with.cluster, leader, request, 1, tag);
}

}  // namespace kscope::client
