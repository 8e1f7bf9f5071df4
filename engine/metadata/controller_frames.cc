#include "engine/metadata/controller_frames.h"

#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/envelope.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/list_partition_reassignments.h"

namespace kscope::metadata {
namespace {

constexpr std::size_t kSizePrefix = 4;

template <class Response>
Blob with_top_level_error(const ReplyTo& to, ErrorCode error) {
  Response response;
  response.error_code = error;
  return answer_frame(to, response);
}

Blob refuse_creation(const ReplyTo& to, const Blob& body, ErrorCode error) {
  const auto request =
      protocol::decode_body<protocol::CreateTopicsRequest>(body, to.header.version);
  if (!request.ok()) return {};
  protocol::CreateTopicsResponse response;
  for (const auto& topic : request->topics) {
    auto& answer = response.topics.emplace_back();
    answer.name = topic.name;
    answer.error_code = error;
    answer.error_message = std::nullopt;
  }
  return answer_frame(to, response);
}

Blob refuse_deletion(const ReplyTo& to, const Blob& body, ErrorCode error) {
  const auto request =
      protocol::decode_body<protocol::DeleteTopicsRequest>(body, to.header.version);
  if (!request.ok()) return {};
  protocol::DeleteTopicsResponse response;
  for (const auto& topic : request->topics) {
    response.responses.push_back({topic.name, topic.topic_id, error, std::nullopt});
  }
  for (const auto& name : request->topic_names) {
    response.responses.push_back({name, {}, error, std::nullopt});
  }
  return answer_frame(to, response);
}

template <class Request, class Response>
Blob refuse_configs(const ReplyTo& to, const Blob& body, ErrorCode error) {
  const auto request = protocol::decode_body<Request>(body, to.header.version);
  if (!request.ok()) return {};
  Response response;
  for (const auto& resource : request->resources) {
    response.responses.push_back(
        {error, std::nullopt, resource.resource_type, resource.resource_name});
  }
  return answer_frame(to, response);
}

Blob refuse_partitions(const ReplyTo& to, const Blob& body, ErrorCode error) {
  const auto request =
      protocol::decode_body<protocol::CreatePartitionsRequest>(body, to.header.version);
  if (!request.ok()) return {};
  protocol::CreatePartitionsResponse response;
  for (const auto& topic : request->topics) {
    response.results.push_back({topic.name, error, std::nullopt});
  }
  return answer_frame(to, response);
}

}  // namespace

Blob wrapped(const ReplyTo& to, Blob inner) {
  if (!to.envelope) return inner;
  protocol::EnvelopeResponse envelope;
  envelope.response_data = inner.slice(kSizePrefix, inner.size() - kSizePrefix);
  return protocol::encode_response(to.envelope->version, to.envelope->correlation, envelope);
}

Blob refusal_frame(const ReplyTo& to, const Blob& body, ErrorCode error) {
  if (to.envelope) {  // the broker that forwarded it has to look for the controller, not its client
    protocol::EnvelopeResponse envelope;
    envelope.error_code = error;
    return protocol::encode_response(to.envelope->version, to.envelope->correlation, envelope);
  }
  switch (to.header.api) {
    case ApiKey::BrokerRegistration:
      return with_top_level_error<protocol::BrokerRegistrationResponse>(to, error);
    case ApiKey::BrokerHeartbeat:
      return with_top_level_error<protocol::BrokerHeartbeatResponse>(to, error);
    case ApiKey::AlterPartition:
      return with_top_level_error<protocol::AlterPartitionResponse>(to, error);
    case ApiKey::ElectLeaders:
      return with_top_level_error<protocol::ElectLeadersResponse>(to, error);
    case ApiKey::AllocateProducerIds:
      return with_top_level_error<protocol::AllocateProducerIdsResponse>(to, error);
    case ApiKey::CreateTopics:
      return refuse_creation(to, body, error);
    case ApiKey::DeleteTopics:
      return refuse_deletion(to, body, error);
    case ApiKey::AlterConfigs:
      return refuse_configs<protocol::AlterConfigsRequest, protocol::AlterConfigsResponse>(
          to, body, error);
    case ApiKey::IncrementalAlterConfigs:
      return refuse_configs<protocol::IncrementalAlterConfigsRequest,
                            protocol::IncrementalAlterConfigsResponse>(to, body, error);
    case ApiKey::CreatePartitions:
      return refuse_partitions(to, body, error);
    case ApiKey::AlterPartitionReassignments:
      return with_top_level_error<protocol::AlterPartitionReassignmentsResponse>(to, error);
    case ApiKey::ListPartitionReassignments:
      return with_top_level_error<protocol::ListPartitionReassignmentsResponse>(to, error);
    default:
      return {};
  }
}

Result<protocol::ParsedRequest> unwrap(const protocol::ParsedRequest& envelope) {
  KTRY_ASSIGN(const auto outer, protocol::decode_body<protocol::EnvelopeRequest>(
                                    envelope.body, envelope.header.version));
  ByteWriter frame;
  frame.i32(static_cast<std::int32_t>(outer.request_data.size()));
  frame.raw(outer.request_data);
  return protocol::parse_request(Blob(frame.take()));
}

void send_answer(env::Env& env, const ReplyTo& to, Blob frame) {
  const protocol::RequestHeader& header = to.envelope ? *to.envelope : to.header;
  env.network.send(to.connection, std::move(frame),
                   {header.api, header.version, header.correlation, true});
}

}  // namespace kscope::metadata
