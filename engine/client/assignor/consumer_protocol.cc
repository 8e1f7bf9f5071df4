#include "engine/client/assignor/consumer_protocol.h"

#include <algorithm>

#include "engine/protocol/records/coordinator_record.h"

namespace kscope::client {

using protocol::ConsumerProtocolAssignment;
using protocol::ConsumerProtocolPartitions;
using protocol::ConsumerProtocolSubscription;

std::vector<ConsumerProtocolPartitions> by_topic(const std::vector<TopicPartition>& partitions) {
  std::vector<ConsumerProtocolPartitions> topics;
  std::map<std::string_view, std::size_t> place;
  for (const TopicPartition& tp : partitions) {
    const auto [it, first] = place.try_emplace(tp.topic, topics.size());
    if (first) topics.push_back({tp.topic, {}});
    topics[it->second].partitions.push_back(tp.partition);
  }
  return topics;
}

std::vector<TopicPartition> partitions_of(const std::vector<ConsumerProtocolPartitions>& topics) {
  std::vector<TopicPartition> all;
  for (const ConsumerProtocolPartitions& topic : topics) {
    for (const std::int32_t partition : topic.partitions) all.push_back({topic.topic, partition});
  }
  return all;
}

Blob write_subscription(ConsumerProtocolSubscription subscription, std::int16_t version) {
  std::sort(subscription.topics.begin(), subscription.topics.end());
  std::vector<TopicPartition> owned = partitions_of(subscription.owned_partitions);
  std::sort(owned.begin(), owned.end());
  subscription.owned_partitions = by_topic(owned);
  return Blob(protocol::with_version(subscription, version));
}

Result<ConsumerProtocolSubscription> read_subscription(ByteView bytes) {
  KTRY_ASSIGN(auto read, protocol::decode_versioned<ConsumerProtocolSubscription>(bytes));
  ConsumerProtocolSubscription& subscription = read.message;
  if (subscription.rack_id && subscription.rack_id->empty()) subscription.rack_id.reset();
  subscription.generation_id = std::max(subscription.generation_id, -1);
  return std::move(subscription);
}

Blob write_assignment(const MemberAssignment& assignment, std::int16_t version) {
  ConsumerProtocolAssignment message;
  message.assigned_partitions = by_topic(assignment.partitions);
  message.user_data = assignment.user_data;
  return Blob(protocol::with_version(message, version));
}

Result<MemberAssignment> read_assignment(ByteView bytes) {
  KTRY_ASSIGN(auto read, protocol::decode_versioned<ConsumerProtocolAssignment>(bytes));
  return MemberAssignment{partitions_of(read.message.assigned_partitions),
                          std::move(read.message.user_data)};
}

}  // namespace kscope::client
