// ListOffsets and OffsetForLeaderEpoch: questions about positions in a log.
#include <set>

#include "engine/broker/kafka_apis.h"
#include "engine/protocol/messages/list_offsets.h"

namespace kscope::broker {
namespace {

constexpr std::int32_t kDebuggingReplica = -2;
/// Before this version clients do not know OFFSET_NOT_AVAILABLE (KIP-207).
constexpr std::int16_t kFirstOffsetNotAvailableVersion = 5;

replication::OffsetQuery query_of(const protocol::ListOffsetsRequest& request,
                                  const protocol::ListOffsetsRequest::ListOffsetsPartition& asked) {
  replication::OffsetQuery query;
  query.timestamp_ms = asked.timestamp;
  query.current_leader_epoch = epoch_or_nothing(asked.current_leader_epoch);
  query.leader_only = request.replica_id != kDebuggingReplica;
  if (request.replica_id >= 0) {
    query.isolation = replication::FetchIsolation::LogEnd;
  } else if (request.isolation_level == 1) {
    query.isolation = replication::FetchIsolation::TxnCommitted;
  }
  return query;
}

}  // namespace

void KafkaApis::handle_list_offsets(const QueuedRequest& request) {
  const auto asked = decode<protocol::ListOffsetsRequest>(request);
  if (!asked) return;
  const std::int16_t version = request.context.header.version;
  protocol::ListOffsetsResponse response;
  std::set<TopicPartition> seen;
  for (const auto& topic : asked->topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& each : topic.partitions) {
      const TopicPartition partition{topic.name, each.partition_index};
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = each.partition_index;
      replication::ListedOffset listed;
      if (!seen.insert(partition).second) {
        listed.error = ErrorCode::INVALID_REQUEST;  // asked for twice
      } else if (broker_.metadata.partition(partition) == nullptr) {
        listed.error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      } else {
        listed = broker_.replicas.list_offset(env_, partition, query_of(*asked, each));
      }
      if (listed.error == ErrorCode::OFFSET_NOT_AVAILABLE &&
          version < kFirstOffsetNotAvailableVersion) {
        listed.error = ErrorCode::LEADER_NOT_AVAILABLE;
      }
      answer.error_code = listed.error;
      answer.timestamp = listed.timestamp_ms;
      if (listed.offset) answer.offset = listed.offset->value();
      if (listed.epoch && version >= 4) answer.leader_epoch = listed.epoch->value();
      refuse(ApiKey::ListOffsets, env_.names.intern(partition), listed.error);
    }
  }
  broker_.requests.respond(env_, request.context, response);
}

void KafkaApis::handle_offset_for_leader_epoch(const QueuedRequest& request) {
  const auto asked = decode<protocol::OffsetForLeaderEpochRequest>(request);
  if (!asked) return;
  protocol::OffsetForLeaderEpochResponse response;
  for (const auto& topic : asked->topics) {
    auto& answers = response.topics.emplace_back();
    answers.topic = topic.topic;
    for (const auto& each : topic.partitions) {
      answers.partitions.push_back(epoch_end(topic.topic, each));
    }
  }
  broker_.requests.respond(env_, request.context, response);
}

protocol::OffsetForLeaderEpochResponse::EpochEndOffset KafkaApis::epoch_end(
    const std::string& topic,
    const protocol::OffsetForLeaderEpochRequest::OffsetForLeaderPartition& asked) {
  const TopicPartition partition{topic, asked.partition};
  protocol::OffsetForLeaderEpochResponse::EpochEndOffset answer;
  answer.partition = asked.partition;
  replication::EpochEndResult found;
  if (broker_.metadata.partition(partition) == nullptr) {
    found.error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  } else {
    found = broker_.replicas.epoch_end(partition, epoch_or_nothing(asked.current_leader_epoch),
                                       LeaderEpoch(asked.leader_epoch));
  }
  answer.error_code = found.error;
  if (found.end) {
    answer.leader_epoch = found.end->epoch.value();
    answer.end_offset = found.end->end.value();
  }
  refuse(ApiKey::OffsetForLeaderEpoch, env_.names.intern(partition), found.error);
  return answer;
}

}  // namespace kscope::broker
