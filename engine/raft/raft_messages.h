// Small helpers around the quorum's messages: each of them speaks of exactly one partition.
//
// The schemas allow many topics and partitions (several quorums could share one listener one day);
// Kafka 3.9 has one, so a message with anything else is refused as INVALID_REQUEST.
//
// Called by: raft_client. Kafka: org.apache.kafka.raft.RaftUtil.
// Read next: raft/raft_client_election.cc
#pragma once

#include <optional>

#include "engine/base/error_code.h"
#include "engine/raft/raft_config.h"

namespace kscope::raft {

inline std::int32_t wire(const std::optional<NodeId>& node) { return node ? node->value() : -1; }
inline std::optional<NodeId> from_wire(std::int32_t id) {
  return id < 0 ? std::nullopt : std::optional<NodeId>(NodeId(id));
}

/// The one partition of a Vote, BeginQuorumEpoch or EndQuorumEpoch message; nullptr if it speaks of
/// something other than partition 0 of the metadata topic.
template <class Message>
auto only_partition(const Message& message) -> decltype(&message.topics[0].partitions[0]) {
  if (message.topics.size() != 1 || message.topics[0].topic_name != kClusterMetadataTopic) {
    return nullptr;
  }
  const auto& partitions = message.topics[0].partitions;
  return partitions.size() == 1 && partitions[0].partition_index == 0 ? &partitions[0] : nullptr;
}

/// The one partition of a Fetch request or response; topics are named by id from version 13 on and
/// by name before.
template <class Topics>
auto only_fetched(const Topics& topics) -> decltype(&topics[0].partitions[0]) {
  if (topics.size() != 1 || topics[0].partitions.size() != 1) return nullptr;
  const bool ours = topics[0].topic_id == metadata_topic_id() ||
                    (topics[0].topic_id.is_zero() && topics[0].topic == kClusterMetadataTopic);
  return ours ? &topics[0].partitions[0] : nullptr;
}

/// A message with its one topic and partition in place.
template <class Message>
Message with_partition(typename Message::PartitionData partition) {
  Message message;
  message.topics.push_back({kClusterMetadataTopic, {std::move(partition)}});
  return message;
}

template <class Message>
Message with_error(ErrorCode error) {
  Message message;
  message.error_code = error;
  return message;
}

}  // namespace kscope::raft
