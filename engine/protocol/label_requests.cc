// Labels of requests: the API's name and the one or two numbers that matter about it.
#include <fmt/format.h>

#include "engine/protocol/label_text.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/begin_quorum_epoch.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/end_quorum_epoch.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/list_partition_reassignments.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"
#include "engine/protocol/messages/vote.h"

namespace kscope::protocol {

std::string partition_label(const std::string& topic, std::int32_t partition) {
  return fmt::format("{}-{}", topic, partition);
}

std::string count_label(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

RecordsSummary summarize_records(ByteView records) {
  RecordsSummary summary;
  const auto batches = record::split_batches(records);
  if (!batches.ok()) return summary;
  for (const record::BatchHeader& batch : *batches) {
    if (summary.count == 0) summary.first = batch.base_offset;
    summary.count += static_cast<std::size_t>(std::max(batch.count, 0));
    summary.last = batch.last_offset();
  }
  return summary;
}

namespace {

std::string label(const ProduceRequest& request) {
  std::size_t partitions = 0, records = 0;
  std::string only;
  for (const auto& topic : request.topic_data) {
    for (const auto& partition : topic.partition_data) {
      ++partitions;
      records += summarize_records(partition.records).count;
      only = partition_label(topic.name, partition.index);
    }
  }
  if (partitions != 1) only = count_label(partitions, "partition");
  return fmt::format("Produce {} n={}", only, records);
}

std::string label(const FetchRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n == 0) return "Fetch as before";  // a session of which nothing changed
  if (n > 1) return "Fetch " + count_label(n, "partition");
  const auto& partition = request.topics.front().partitions.front();
  std::string text = fmt::format("Fetch off={}", partition.fetch_offset);
  if (partition.current_leader_epoch >= 0) {
    text += fmt::format(" ep={}", partition.current_leader_epoch);
  }
  return text;
}

std::string label(const MetadataRequest& request) {
  if (!request.topics) return "Metadata, all topics";
  if (request.topics->size() == 1 && request.topics->front().name) {
    return "Metadata " + *request.topics->front().name;
  }
  return "Metadata, " + count_label(request.topics->size(), "topic");
}

std::string time_label(std::int64_t timestamp) {
  if (timestamp == -1) return "latest";
  if (timestamp == -2) return "earliest";
  if (timestamp == -3) return "max timestamp";
  return fmt::format("at {}", timestamp);
}

std::string label(const ListOffsetsRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "ListOffsets " + count_label(n, "partition");
  const auto& partition = request.topics.front().partitions.front();
  return fmt::format("ListOffsets {} {}",
                     partition_label(request.topics.front().name, partition.partition_index),
                     time_label(partition.timestamp));
}

std::string label(const OffsetForLeaderEpochRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "EpochEnd " + count_label(n, "partition");
  const auto& partition = request.topics.front().partitions.front();
  return fmt::format("EpochEnd {} ep={}",
                     partition_label(request.topics.front().topic, partition.partition),
                     partition.leader_epoch);
}

std::string label(const CreateTopicsRequest& request) {
  if (request.topics.size() != 1) return "CreateTopics " + std::to_string(request.topics.size());
  return "CreateTopics " + request.topics.front().name;
}

std::string label(const DeleteTopicsRequest& request) {
  if (request.topic_names.size() == 1) return "DeleteTopics " + request.topic_names.front();
  if (request.topics.size() == 1 && request.topics.front().name) {
    return "DeleteTopics " + *request.topics.front().name;
  }
  return fmt::format("DeleteTopics {}", request.topics.size() + request.topic_names.size());
}

std::string label(const DeleteRecordsRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "DeleteRecords " + count_label(n, "partition");
  const auto& topic = request.topics.front();
  const auto& partition = topic.partitions.front();
  return fmt::format("DeleteRecords {} before={}",
                     partition_label(topic.name, partition.partition_index), partition.offset);
}

/// Vote, BeginQuorumEpoch and EndQuorumEpoch speak of one partition; `epoch_of` finds its epoch.
template <class Request, class EpochOf>
std::string epoch_label(const char* name, const Request& request, EpochOf epoch_of) {
  if (request.topics.empty() || request.topics.front().partitions.empty()) return name;
  return fmt::format("{} ep={}", name, epoch_of(request.topics.front().partitions.front()));
}

std::string label(const VoteRequest& request) {
  const bool asks_only = !request.topics.empty() && !request.topics.front().partitions.empty() &&
                         request.topics.front().partitions.front().pre_vote;
  return epoch_label(asks_only ? "PreVote" : "Vote", request,
                     [](const auto& p) { return p.candidate_epoch; });
}
std::string label(const BeginQuorumEpochRequest& request) {
  return epoch_label("BeginQuorumEpoch", request, [](const auto& p) { return p.leader_epoch; });
}
std::string label(const EndQuorumEpochRequest& request) {
  return epoch_label("EndQuorumEpoch", request, [](const auto& p) { return p.leader_epoch; });
}

std::string label(const FetchSnapshotRequest& request) {
  if (request.topics.empty() || request.topics.front().partitions.empty()) return "FetchSnapshot";
  const auto& partition = request.topics.front().partitions.front();
  return fmt::format("FetchSnapshot pos={}", partition.position);
}

std::string label(const BrokerRegistrationRequest& request) {
  return fmt::format("Register broker {}", request.broker_id);
}

std::string label(const BrokerHeartbeatRequest& request) {
  const char* wish = request.want_shut_down ? ", stop me" : request.want_fence ? ", fenced" : "";
  return fmt::format("Heartbeat off={}{}", request.current_metadata_offset, wish);
}

std::string label(const AlterPartitionRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "AlterPartition " + count_label(n, "partition");
  const auto& topic = request.topics.front();
  const auto& partition = topic.partitions.front();
  std::vector<std::int32_t> isr = partition.new_isr;
  for (const auto& broker : partition.new_isr_with_epochs) isr.push_back(broker.broker_id);
  // From v2 on the topic is named by id only, which tells a reader nothing.
  const std::string what = topic.topic_name.empty()
                               ? "AlterPartition"
                               : partition_label(topic.topic_name, partition.partition_index);
  return fmt::format("{} ISR {{{}}}?", what, fmt::join(isr, ","));
}

/// "topic orders", "broker 1", "all brokers".
std::string resource_label(std::int8_t type, const std::string& name) {
  if (type == 2) return "topic " + name;
  return name.empty() ? "all brokers" : "broker " + name;
}

std::string alteration_label(const char* api, const auto& request) {
  if (request.resources.size() != 1) return count_label(request.resources.size(), "resource");
  const auto& only = request.resources.front();
  const std::string what = resource_label(only.resource_type, only.resource_name);
  if (only.configs.size() != 1) return fmt::format("{} {}", api, what);
  const auto& config = only.configs.front();
  return fmt::format("{} {} {}={}", api, what, config.name, config.value.value_or("default"));
}

std::string label(const AlterConfigsRequest& request) {
  return alteration_label("AlterConfigs", request);
}

std::string label(const IncrementalAlterConfigsRequest& request) {
  return alteration_label("AlterConfigs", request);
}

std::string label(const DescribeConfigsRequest& request) {
  if (request.resources.size() != 1) return "DescribeConfigs";
  const auto& only = request.resources.front();
  return "DescribeConfigs " + resource_label(only.resource_type, only.resource_name);
}

std::string label(const CreatePartitionsRequest& request) {
  if (request.topics.size() != 1) return "CreatePartitions";
  return fmt::format("CreatePartitions {} to {}", request.topics.front().name,
                     request.topics.front().count);
}

std::string label(const AlterPartitionReassignmentsRequest& request) {
  const std::size_t n =
      count_partitions(request.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "Reassign " + count_label(n, "partition");
  const auto& topic = request.topics.front();
  const auto& partition = topic.partitions.front();
  const std::string what = partition_label(topic.name, partition.partition_index);
  if (!partition.replicas) return fmt::format("Reassign {}: cancel", what);
  return fmt::format("Reassign {} to {{{}}}", what, fmt::join(*partition.replicas, ","));
}

template <class Request>
std::string label_of(ApiKey api, std::int16_t version, const Blob& body) {
  const auto request = decode_body<Request>(body, version);
  return request.ok() ? label(*request) : std::string(to_string(api)) + " ?";
}

}  // namespace

std::string request_label(ApiKey api, std::int16_t version, const Blob& body) {
  switch (api) {
    case ApiKey::Produce: return label_of<ProduceRequest>(api, version, body);
    case ApiKey::Fetch: return label_of<FetchRequest>(api, version, body);
    case ApiKey::Metadata: return label_of<MetadataRequest>(api, version, body);
    case ApiKey::ListOffsets: return label_of<ListOffsetsRequest>(api, version, body);
    case ApiKey::OffsetForLeaderEpoch:
      return label_of<OffsetForLeaderEpochRequest>(api, version, body);
    case ApiKey::CreateTopics: return label_of<CreateTopicsRequest>(api, version, body);
    case ApiKey::DeleteTopics: return label_of<DeleteTopicsRequest>(api, version, body);
    case ApiKey::DeleteRecords: return label_of<DeleteRecordsRequest>(api, version, body);
    case ApiKey::Vote: return label_of<VoteRequest>(api, version, body);
    case ApiKey::BeginQuorumEpoch: return label_of<BeginQuorumEpochRequest>(api, version, body);
    case ApiKey::EndQuorumEpoch: return label_of<EndQuorumEpochRequest>(api, version, body);
    case ApiKey::FetchSnapshot: return label_of<FetchSnapshotRequest>(api, version, body);
    case ApiKey::BrokerRegistration:
      return label_of<BrokerRegistrationRequest>(api, version, body);
    case ApiKey::BrokerHeartbeat: return label_of<BrokerHeartbeatRequest>(api, version, body);
    case ApiKey::AlterConfigs: return label_of<AlterConfigsRequest>(api, version, body);
    case ApiKey::IncrementalAlterConfigs:
      return label_of<IncrementalAlterConfigsRequest>(api, version, body);
    case ApiKey::DescribeConfigs: return label_of<DescribeConfigsRequest>(api, version, body);
    case ApiKey::CreatePartitions: return label_of<CreatePartitionsRequest>(api, version, body);
    case ApiKey::AlterPartitionReassignments:
      return label_of<AlterPartitionReassignmentsRequest>(api, version, body);
    case ApiKey::AlterPartition: return label_of<AlterPartitionRequest>(api, version, body);
    default: return to_string(api);
  }
}

}  // namespace kscope::protocol
