// Labels of responses: what came of it; an error before anything else.
#include <fmt/format.h>

#include "engine/protocol/label_text.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/api_versions.h"
#include "engine/protocol/messages/begin_quorum_epoch.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/end_quorum_epoch.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/init_producer_id.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/list_partition_reassignments.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"
#include "engine/protocol/messages/vote.h"

namespace kscope::protocol {
namespace {

template <class Response>
std::string label(const Response&) {
  return "ok";
}

std::string label(const ProduceResponse& response) {
  const std::size_t n = count_partitions(
      response.responses, [](const auto& t) -> auto& { return t.partition_responses; });
  if (n != 1) return count_label(n, "partition") + " acked";
  return fmt::format("acked at {}",
                     response.responses.front().partition_responses.front().base_offset);
}

std::string label(const DeleteRecordsResponse& response) {
  const std::size_t n =
      count_partitions(response.topics, [](const auto& t) -> auto& { return t.partitions; });
  if (n != 1) return "ok";
  return fmt::format("low watermark {}",
                     response.topics.front().partitions.front().low_watermark);
}

std::string label(const FetchResponse& response) {
  std::size_t partitions = 0, records = 0;
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) {
      ++partitions;
      records += summarize_records(partition.records).count;
    }
  }
  if (partitions == 0) return "nothing new";
  if (partitions > 1) {
    return count_label(partitions, "partition") + ", " + count_label(records, "record");
  }
  const auto& only = response.responses.front().partitions.front();
  if (only.diverging_epoch.epoch >= 0) {
    return fmt::format("diverges: ep={} ends at {}", only.diverging_epoch.epoch,
                       only.diverging_epoch.end_offset);
  }
  if (only.snapshot_id.epoch >= 0) return fmt::format("snapshot {}", only.snapshot_id.end_offset);
  if (records == 0) return fmt::format("empty, HW {}", only.high_watermark);
  const RecordsSummary range = summarize_records(only.records);
  if (range.first == range.last) return fmt::format("{}, HW {}", range.first, only.high_watermark);
  return fmt::format("{}..{}, HW {}", range.first, range.last, only.high_watermark);
}

std::string label(const MetadataResponse& response) {
  return count_label(response.brokers.size(), "broker") + ", " +
         count_label(response.topics.size(), "topic");
}

std::string label(const ApiVersionsResponse& response) {
  return count_label(response.api_keys.size(), "API");
}

std::string label(const ListOffsetsResponse& response) {
  if (response.topics.size() != 1 || response.topics.front().partitions.size() != 1) return "ok";
  return fmt::format("off={}", response.topics.front().partitions.front().offset);
}

std::string label(const OffsetForLeaderEpochResponse& response) {
  if (response.topics.size() != 1 || response.topics.front().partitions.size() != 1) return "ok";
  const auto& only = response.topics.front().partitions.front();
  return fmt::format("ep={} ends at {}", only.leader_epoch, only.end_offset);
}

std::string label(const VoteResponse& response) {
  if (response.topics.empty() || response.topics.front().partitions.empty()) return "ok";
  const auto& only = response.topics.front().partitions.front();
  return fmt::format("{} ep={}", only.vote_granted ? "granted" : "refused", only.leader_epoch);
}

std::string label(const BrokerRegistrationResponse& response) {
  return fmt::format("broker epoch {}", response.broker_epoch);
}

std::string label(const BrokerHeartbeatResponse& response) {
  if (response.should_shut_down) return "stop now";
  return response.is_fenced ? "fenced" : "unfenced";
}

std::string label(const InitProducerIdResponse& response) {
  return fmt::format("producer {} ep={}", response.producer_id, response.producer_epoch);
}

template <class Response>
std::string label_of(ApiKey api, std::int16_t version, const Blob& body) {
  auto response = decode_body<Response>(body, version);
  if (!response.ok()) return std::string(to_string(api)) + " ?";
  ErrorFinder errors;
  response->describe(errors);
  return errors.found == ErrorCode::NONE ? label(*response) : to_string(errors.found);
}

}  // namespace

std::string response_label(ApiKey api, std::int16_t version, const Blob& body) {
  switch (api) {
    case ApiKey::Produce: return label_of<ProduceResponse>(api, version, body);
    case ApiKey::Fetch: return label_of<FetchResponse>(api, version, body);
    case ApiKey::Metadata: return label_of<MetadataResponse>(api, version, body);
    case ApiKey::ApiVersions: return label_of<ApiVersionsResponse>(api, version, body);
    case ApiKey::ListOffsets: return label_of<ListOffsetsResponse>(api, version, body);
    case ApiKey::OffsetForLeaderEpoch:
      return label_of<OffsetForLeaderEpochResponse>(api, version, body);
    case ApiKey::CreateTopics: return label_of<CreateTopicsResponse>(api, version, body);
    case ApiKey::DeleteTopics: return label_of<DeleteTopicsResponse>(api, version, body);
    case ApiKey::DeleteRecords: return label_of<DeleteRecordsResponse>(api, version, body);
    case ApiKey::InitProducerId: return label_of<InitProducerIdResponse>(api, version, body);
    case ApiKey::DescribeCluster: return label_of<DescribeClusterResponse>(api, version, body);
    case ApiKey::AlterConfigs: return label_of<AlterConfigsResponse>(api, version, body);
    case ApiKey::IncrementalAlterConfigs:
      return label_of<IncrementalAlterConfigsResponse>(api, version, body);
    case ApiKey::DescribeConfigs: return label_of<DescribeConfigsResponse>(api, version, body);
    case ApiKey::CreatePartitions: return label_of<CreatePartitionsResponse>(api, version, body);
    case ApiKey::AlterPartitionReassignments:
      return label_of<AlterPartitionReassignmentsResponse>(api, version, body);
    case ApiKey::ElectLeaders: return label_of<ElectLeadersResponse>(api, version, body);
    case ApiKey::Vote: return label_of<VoteResponse>(api, version, body);
    case ApiKey::BeginQuorumEpoch: return label_of<BeginQuorumEpochResponse>(api, version, body);
    case ApiKey::EndQuorumEpoch: return label_of<EndQuorumEpochResponse>(api, version, body);
    case ApiKey::FetchSnapshot: return label_of<FetchSnapshotResponse>(api, version, body);
    case ApiKey::AlterPartition: return label_of<AlterPartitionResponse>(api, version, body);
    case ApiKey::BrokerRegistration:
      return label_of<BrokerRegistrationResponse>(api, version, body);
    case ApiKey::BrokerHeartbeat: return label_of<BrokerHeartbeatResponse>(api, version, body);
    default: return to_string(api);
  }
}

}  // namespace kscope::protocol
