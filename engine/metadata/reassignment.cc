#include "engine/metadata/reassignment.h"

#include <fmt/format.h>

#include <set>

#include "engine/metadata/admin_errors.h"
#include "engine/metadata/node_ids.h"
#include "engine/metadata/replication_control.h"

namespace kscope::metadata {
namespace {

using Ongoing = protocol::ListPartitionReassignmentsResponse::OngoingTopicReassignment;
using ReassignableTopic = protocol::AlterPartitionReassignmentsRequest::ReassignableTopic;
using Target = ReassignableTopic::ReassignablePartition;

std::vector<NodeId> without(const std::vector<NodeId>& nodes, const std::vector<NodeId>& others) {
  std::vector<NodeId> rest;
  for (NodeId node : nodes) {
    if (!contains(others, node)) rest.push_back(node);
  }
  return rest;
}

std::vector<NodeId> sorted(std::vector<NodeId> nodes) {
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

PartitionChangeBuilder move_of(const ControllerView& view, const TopicImage& topic,
                                   std::int32_t index, const PartitionRegistration& partition) {
  PartitionChangeBuilder builder(partition, topic.id, index,
                                 [&](NodeId id) { return view.image.is_active(id); });
  allow_eligible_leaders(view, topic.name, builder);
  return builder;
}

ApiError cancel(const ControllerView& view, const TopicImage& topic, std::int32_t index,
                const PartitionRegistration& partition, Records& records) {
  if (!partition.is_reassigning()) {
    return {ErrorCode::NO_REASSIGNMENT_IN_PROGRESS, "No partition reassignment is in progress."};
  }
  ReassignmentRevert revert = revert_reassignment(partition);
  const Election allowed = allowed_election(view, topic.name);
  if (revert.unclean && allowed != Election::Unclean) {
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            fmt::format("Unable to revert partition assignment for {}:{} because it would require "
                        "an unclean leader election.",
                        topic.name, index)};
  }
  const auto directory = [&](NodeId id) { return directory_of(view.image, id); };
  const auto record = move_of(view, topic, index, partition)
                          .election(allowed)
                          .target_isr(std::move(revert.isr))
                          .target_replicas(std::move(revert.replicas), directory)
                          .target_moves({}, {})
                          .build();
  if (record) records.push_back(*record);
  return {};
}

ApiError change(const ControllerView& view, const TopicImage& topic, std::int32_t index,
                const PartitionRegistration& partition, const std::vector<std::int32_t>& ids,
                Records& records) {
  if (auto e = check_manual_replicas(view.image, ids, 0); e.is_failure()) return e;
  const std::vector<NodeId> target = to_nodes(ids);
  const std::vector<NodeId> removing = sorted(without(partition.replicas, target));
  const std::vector<NodeId> adding = sorted(without(target, partition.replicas));
  std::vector<NodeId> replicas = target;
  replicas.insert(replicas.end(), removing.begin(), removing.end());
  const auto directory = [&](NodeId id) { return directory_of(view.image, id); };
  // A second request while a move is under way: as in Kafka, only what it says anew replaces what
  // was there, so an empty list leaves the earlier one.
  const auto record = move_of(view, topic, index, partition)
                          .target_replicas(std::move(replicas), directory)
                          .target_moves(adding.empty() ? partition.adding : adding,
                                        removing.empty() ? partition.removing : removing)
                          .build();
  if (record) records.push_back(*record);
  return {};
}

ApiError alter_one(const ControllerView& view, const std::string& name, const Target& target,
                   Records& records) {
  const TopicImage* topic = view.image.topic(name);
  if (topic == nullptr) {
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            fmt::format("Unable to find a topic named {}.", name)};
  }
  const auto found = topic->partitions.find(target.partition_index);
  if (found == topic->partitions.end()) {
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            fmt::format("Unable to find partition {}:{}.", name, target.partition_index)};
  }
  if (!target.replicas) return cancel(view, *topic, found->first, found->second, records);
  return change(view, *topic, found->first, found->second, *target.replicas, records);
}

}  // namespace

ControllerResult<protocol::AlterPartitionReassignmentsResponse> alter_partition_reassignments(
    const ControllerView& view, const protocol::AlterPartitionReassignmentsRequest& request) {
  ControllerResult<protocol::AlterPartitionReassignmentsResponse> result;
  result.response.error_message = std::nullopt;
  std::set<std::pair<std::string, std::int32_t>> seen;
  for (const auto& topic : request.topics) {
    auto& answer = result.response.responses.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) {
      // Each decision looks at the image before the request: a second one would not see the first.
      const bool again = !seen.insert({topic.name, partition.partition_index}).second;
      const ApiError error =
          again ? ApiError{ErrorCode::INVALID_REQUEST, "The partition is named more than once."}
                : alter_one(view, topic.name, partition, result.records);
      answer.partitions.push_back({partition.partition_index, error.code, error.text()});
    }
  }
  return result;
}

protocol::ListPartitionReassignmentsResponse list_partition_reassignments(
    const MetadataImage& image, const protocol::ListPartitionReassignmentsRequest& request) {
  protocol::ListPartitionReassignmentsResponse response;
  response.error_message = std::nullopt;
  const auto list = [&](const TopicImage& topic, const auto& wanted) {
    Ongoing answer{topic.name, {}};
    for (const auto& [index, partition] : topic.partitions) {
      if (!partition.is_reassigning() || !wanted(index)) continue;
      answer.partitions.push_back({index, to_ints(partition.replicas), to_ints(partition.adding),
                                   to_ints(partition.removing)});
    }
    if (!answer.partitions.empty()) response.topics.push_back(std::move(answer));
  };
  if (!request.topics) {
    for (const auto& [name, topic] : image.topics()) list(topic, [](std::int32_t) { return true; });
    return response;
  }
  for (const auto& asked : *request.topics) {
    const TopicImage* topic = image.topic(asked.name);
    if (topic == nullptr) continue;
    const auto& indexes = asked.partition_indexes;
    list(*topic, [&](std::int32_t index) {
      return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
    });
  }
  return response;
}

void complete_reassignment(PartitionRegistration& target) {
  if (!target.is_reassigning()) return;
  std::vector<NodeId> replicas = without(target.replicas, target.removing);
  std::vector<NodeId> isr = without(target.isr, target.removing);
  if (replicas.empty() || isr.empty()) return;
  for (NodeId replica : replicas) {
    if (!contains(isr, replica)) return;
  }
  target.replicas = std::move(replicas);
  target.isr = std::move(isr);
  target.removing.clear();
  target.adding.clear();
}

ReassignmentRevert revert_reassignment(const PartitionRegistration& partition) {
  ReassignmentRevert revert;
  revert.replicas = without(partition.replicas, partition.adding);
  revert.isr = without(partition.isr, partition.adding);
  if (revert.isr.empty() && !revert.replicas.empty()) {
    revert.isr.push_back(revert.replicas.front());
    revert.unclean = true;
  }
  return revert;
}

}  // namespace kscope::metadata
