#include "engine/broker/alter_partition_manager.h"

#include <algorithm>

namespace kscope::broker {
namespace {

constexpr std::int16_t kAlterPartitionVersion = 3;
constexpr Duration kRetryAfter = millis(50);

protocol::AlterPartitionRequest::PartitionData to_wire(
    const replication::AlterPartitionItem& item) {
  protocol::AlterPartitionRequest::PartitionData data;
  data.partition_index = item.partition.partition;
  data.leader_epoch = item.proposal.leader_epoch.value();
  data.partition_epoch = item.proposal.partition_epoch;
  for (const replication::IsrMember& member : item.proposal.isr) {
    data.new_isr_with_epochs.push_back({member.broker.value(), member.epoch.value()});
  }
  return data;
}

replication::IsrDecision from_wire(const protocol::AlterPartitionResponse::PartitionData& data) {
  replication::IsrDecision decision;
  decision.error = data.error_code;
  decision.leader_epoch = LeaderEpoch(data.leader_epoch);
  decision.partition_epoch = data.partition_epoch;
  for (std::int32_t broker : data.isr) decision.isr.push_back(NodeId(broker));
  return decision;
}

}  // namespace

bool AlterPartitionManager::submit(replication::AlterPartitionItem item) {
  const TopicPartition partition = item.partition;
  return unsent_.emplace(partition, std::move(item)).second;
}

void AlterPartitionManager::propagate(env::Env& env, NodeToControllerChannel& channel,
                                      NodeId broker, BrokerEpoch broker_epoch) {
  if (!in_flight_.empty() || unsent_.empty() || env.now() < not_before_) return;
  protocol::AlterPartitionRequest request;
  request.broker_id = broker.value();
  request.broker_epoch = broker_epoch.value();
  for (const auto& [partition, item] : unsent_) {
    if (request.topics.empty() || request.topics.back().topic_id != item.topic_id) {
      request.topics.push_back({partition.topic, item.topic_id, {}});
    }
    request.topics.back().partitions.push_back(to_wire(item));
    in_flight_.push_back(item);
  }
  channel.enqueue(env, std::move(request), kAlterPartitionVersion, 0);
}

std::vector<AlterPartitionManager::Answer> AlterPartitionManager::on_reply(
    env::Env& env, const ControllerReply& reply) {
  const std::vector<replication::AlterPartitionItem> asked = std::move(in_flight_);
  in_flight_.clear();
  std::vector<Answer> answers;
  const auto response =
      reply.body ? protocol::decode_body<protocol::AlterPartitionResponse>(*reply.body,
                                                                          reply.version)
                 : Error{ErrorKind::Io, "no controller"};
  if (!response.ok() || response->error_code != ErrorCode::NONE) {
    not_before_ = env.now() + kRetryAfter;
    env.timers.set(env::TimerKind::IsrCheck, kAlterPartitionRetryKey, not_before_);
    return answers;
  }
  for (const auto& topic : response->topics) {
    for (const auto& data : topic.partitions) {
      const auto item = std::find_if(asked.begin(), asked.end(), [&](const auto& candidate) {
        return candidate.topic_id == topic.topic_id &&
               candidate.partition.partition == data.partition_index;
      });
      if (item == asked.end()) continue;
      unsent_.erase(item->partition);
      answers.push_back({*item, from_wire(data)});
    }
  }
  return answers;
}

}  // namespace kscope::broker
