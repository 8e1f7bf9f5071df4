// DeleteRecords: the leader moves its log start at once, and answers when its followers have.
#include "engine/broker/kafka_apis.h"
#include "engine/protocol/messages/delete_records.h"

namespace kscope::broker {

void KafkaApis::handle_delete_records(const QueuedRequest& request) {
  const auto asked = decode<protocol::DeleteRecordsRequest>(request);
  if (!asked) return;
  DelayedDeleteRecords deletion{request.context, {}};
  std::vector<PartitionRef> keys;
  for (const auto& topic : asked->topics) {
    for (const auto& each : topic.partitions) {
      deletion.partitions.push_back(
          delete_records({topic.name, each.partition_index}, each.offset));
      DeleteRecordsPartitionStatus& status = deletion.partitions.back();
      if (status.error != ErrorCode::NONE || status.low_watermark >= status.required.value()) {
        continue;
      }
      status.acks_pending = true;
      status.error = ErrorCode::REQUEST_TIMED_OUT;
      keys.push_back(status.ref);
    }
  }
  if (keys.empty()) return complete(deletion);
  broker_.deletes.watch(env_, std::move(deletion), std::move(keys), millis(asked->timeout_ms));
}

DeleteRecordsPartitionStatus KafkaApis::delete_records(const TopicPartition& partition,
                                                       std::int64_t offset) {
  DeleteRecordsPartitionStatus status;
  status.partition = partition;
  status.ref = env_.names.intern(partition);
  if (broker_.metadata.partition(partition) == nullptr) {
    status.error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  } else if (is_internal_topic(partition.topic)) {
    status.error = ErrorCode::INVALID_TOPIC_EXCEPTION;
  } else {
    const auto result = broker_.replicas.delete_records(env_, partition, offset);
    status.error = result.error;
    status.required = result.requested;
    status.low_watermark = result.low_watermark.value();
  }
  return status;
}

bool KafkaApis::try_complete(DelayedDeleteRecords& deletion, PartitionRef moved) {
  bool all_done = true;
  for (DeleteRecordsPartitionStatus& status : deletion.partitions) {
    if (status.acks_pending && status.ref == moved) {
      const auto [low_watermark, error] = broker_.replicas.low_watermark(status.partition);
      if (error != ErrorCode::NONE || low_watermark >= status.required) {
        status.acks_pending = false;
        status.error = error;
        status.low_watermark = low_watermark.value();
      }
    }
    all_done = all_done && !status.acks_pending;
  }
  if (all_done) complete(deletion);
  return all_done;
}

void KafkaApis::complete(const DelayedDeleteRecords& deletion) {
  protocol::DeleteRecordsResponse response;
  for (const DeleteRecordsPartitionStatus& status : deletion.partitions) {
    if (response.topics.empty() || response.topics.back().name != status.partition.topic) {
      response.topics.push_back({status.partition.topic, {}});
    }
    response.topics.back().partitions.push_back(
        {status.partition.partition, status.low_watermark, status.error});
    refuse(ApiKey::DeleteRecords, status.ref, status.error);
  }
  broker_.requests.respond(env_, deletion.context, response);
}

}  // namespace kscope::broker
