// Produce: append now, answer when as many replicas have it as the producer asked for.
#include <algorithm>

#include "engine/broker/kafka_apis.h"
#include "engine/record/record_batch.h"

namespace kscope::broker {
namespace {

constexpr std::int16_t kAcksAll = -1;
/// The first version in which a producer may send zstd (KIP-110).
constexpr std::int16_t kFirstZstdVersion = 7;

bool is_zstd(ByteView records) {
  const auto header = record::parse_header(records);
  return header.ok() && header->codec() == record::Codec::Zstd;
}

}  // namespace

void KafkaApis::handle_produce(const QueuedRequest& request) {
  const auto asked = decode<protocol::ProduceRequest>(request);
  if (!asked) return;
  DelayedProduce produce{request.context, {}};
  bool failed = false, appended = false;
  for (const auto& topic : asked->topic_data) {
    for (const auto& data : topic.partition_data) {
      produce.partitions.push_back(
          append(request, {topic.name, data.index}, data.records, asked->acks));
      const ErrorCode error = produce.partitions.back().error;
      (error == ErrorCode::NONE ? appended : failed) = true;
    }
  }
  if (asked->acks == 0) {
    // Nobody waits for an answer. Closing the connection is the only way to make the producer ask
    // for new metadata.
    for (const auto& status : produce.partitions) refuse(ApiKey::Produce, status.ref, status.error);
    if (failed) {
      broker_.requests.close(env_, request.context.connection, event::CloseReason::Refused);
    } else {
      broker_.requests.respond_nothing(env_, request.context);
    }
    return;
  }
  if (asked->acks != kAcksAll || !appended) return complete(produce);
  std::vector<PartitionRef> keys;
  for (ProducePartitionStatus& status : produce.partitions) {
    if (status.error != ErrorCode::NONE) continue;
    status.acks_pending = true;
    status.error = ErrorCode::REQUEST_TIMED_OUT;
    keys.push_back(status.ref);
  }
  bool done = false;
  for (PartitionRef key : keys) done = !done && try_complete(produce, key);
  if (!done) {
    broker_.produces.watch(env_, std::move(produce), std::move(keys), millis(asked->timeout_ms));
  }
}

ProducePartitionStatus KafkaApis::append(const QueuedRequest& request,
                                         const TopicPartition& partition, ByteView records,
                                         std::int16_t acks) {
  ProducePartitionStatus status;
  status.partition = partition;
  status.ref = env_.names.intern(partition);
  if (broker_.metadata.partition(partition) == nullptr) {
    status.error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  } else if (acks != 0 && acks != 1 && acks != kAcksAll) {
    status.error = ErrorCode::INVALID_REQUIRED_ACKS;
  } else if (is_internal_topic(partition.topic)) {
    status.error = ErrorCode::INVALID_TOPIC_EXCEPTION;
  } else if (records.empty()) {
    status.error = ErrorCode::INVALID_RECORD;
    status.message = "a produce request must have one record batch per partition";
  } else if (request.context.header.version < kFirstZstdVersion && is_zstd(records)) {
    status.error = ErrorCode::UNSUPPORTED_COMPRESSION_TYPE;
  } else {
    const auto result = broker_.replicas.append(env_, partition, records, acks);
    status.error = result.error;
    status.message = result.reason;
    status.log_start = result.log_start.value();
    if (result.error == ErrorCode::NONE) {
      status.base_offset = result.info.first.value();
      status.log_append_time_ms = result.info.append_time_ms;
      status.required = result.info.last + 1;
    }
  }
  return status;
}

bool KafkaApis::try_complete(DelayedProduce& produce, PartitionRef moved) {
  bool all_done = true;
  for (ProducePartitionStatus& status : produce.partitions) {
    if (status.acks_pending && status.ref == moved) {
      const auto [reached, error] =
          broker_.replicas.check_enough_replicas(status.partition, status.required);
      if (reached || error != ErrorCode::NONE) {
        status.acks_pending = false;
        status.error = error;
      }
    }
    all_done = all_done && !status.acks_pending;
  }
  if (all_done) complete(produce);
  return all_done;
}

void KafkaApis::complete(const DelayedProduce& produce) {
  protocol::ProduceResponse response;
  for (const ProducePartitionStatus& status : produce.partitions) {
    if (response.responses.empty() || response.responses.back().name != status.partition.topic) {
      response.responses.push_back({status.partition.topic, {}});
    }
    auto& data = response.responses.back().partition_responses.emplace_back();
    data.index = status.partition.partition;
    data.error_code = status.error;
    // NOT_ENOUGH_REPLICAS_AFTER_APPEND and a time-out still tell where the records are.
    data.base_offset = status.base_offset;
    data.log_append_time_ms = status.log_append_time_ms;
    data.log_start_offset = status.log_start;
    if (!status.message.empty()) data.error_message = status.message;
    refuse(ApiKey::Produce, status.ref, status.error);
  }
  broker_.requests.respond(env_, produce.context, response);
}

}  // namespace kscope::broker
