#include "engine/broker/forwarding_manager.h"

namespace kscope::broker {
namespace {

/// For requests the broker itself makes. The newest that both sides know.
constexpr std::int16_t kCreateTopicsVersion = 7;
constexpr std::int16_t kAllocateProducerIdsVersion = 0;

protocol::CreateTopicsResponse timed_out(const protocol::CreateTopicsRequest& request) {
  protocol::CreateTopicsResponse response;
  for (const auto& topic : request.topics) {
    auto& result = response.topics.emplace_back();
    result.name = topic.name;
    result.error_code = ErrorCode::REQUEST_TIMED_OUT;
    result.error_message = "no controller answered in time";
  }
  return response;
}

protocol::DeleteTopicsResponse timed_out(const protocol::DeleteTopicsRequest& request) {
  protocol::DeleteTopicsResponse response;
  const auto add = [&](std::optional<std::string> name, const Uuid& id) {
    auto& result = response.responses.emplace_back();
    result.name = std::move(name);
    result.topic_id = id;
    result.error_code = ErrorCode::REQUEST_TIMED_OUT;
    result.error_message = "no controller answered in time";
  };
  for (const auto& name : request.topic_names) add(name, Uuid{});
  for (const auto& topic : request.topics) add(topic.name, topic.topic_id);
  return response;
}

protocol::ElectLeadersResponse timed_out(const protocol::ElectLeadersRequest& request) {
  protocol::ElectLeadersResponse response;
  for (const auto& topic : request.topic_partitions.value_or(
           std::vector<protocol::ElectLeadersRequest::TopicPartitions>{})) {
    auto& result = response.replica_election_results.emplace_back();
    result.topic = topic.topic;
    for (std::int32_t partition : topic.partitions) {
      result.partition_result.push_back(
          {partition, ErrorCode::REQUEST_TIMED_OUT, "no controller answered in time"});
    }
  }
  return response;
}

protocol::AddRaftVoterResponse timed_out(const protocol::AddRaftVoterRequest&) {
  return {0, ErrorCode::REQUEST_TIMED_OUT, "no controller answered in time"};
}
protocol::RemoveRaftVoterResponse timed_out(const protocol::RemoveRaftVoterRequest&) {
  return {0, ErrorCode::REQUEST_TIMED_OUT, "no controller answered in time"};
}
protocol::DescribeQuorumResponse timed_out(const protocol::DescribeQuorumRequest&) {
  protocol::DescribeQuorumResponse response;
  response.error_code = ErrorCode::REQUEST_TIMED_OUT;
  response.error_message = "no controller answered in time";
  return response;
}

template <class Response>
Response configs_timed_out(const auto& request) {
  Response response;
  for (const auto& resource : request.resources) {
    response.responses.push_back({ErrorCode::REQUEST_TIMED_OUT, "no controller answered in time",
                                  resource.resource_type, resource.resource_name});
  }
  return response;
}

protocol::AlterConfigsResponse timed_out(const protocol::AlterConfigsRequest& request) {
  return configs_timed_out<protocol::AlterConfigsResponse>(request);
}

protocol::IncrementalAlterConfigsResponse timed_out(
    const protocol::IncrementalAlterConfigsRequest& request) {
  return configs_timed_out<protocol::IncrementalAlterConfigsResponse>(request);
}

protocol::CreatePartitionsResponse timed_out(const protocol::CreatePartitionsRequest& request) {
  protocol::CreatePartitionsResponse response;
  for (const auto& topic : request.topics) {
    response.results.push_back(
        {topic.name, ErrorCode::REQUEST_TIMED_OUT, "no controller answered in time"});
  }
  return response;
}

protocol::AlterPartitionReassignmentsResponse timed_out(
    const protocol::AlterPartitionReassignmentsRequest&) {
  protocol::AlterPartitionReassignmentsResponse response;
  response.error_code = ErrorCode::REQUEST_TIMED_OUT;
  return response;
}

protocol::ListPartitionReassignmentsResponse timed_out(
    const protocol::ListPartitionReassignmentsRequest&) {
  protocol::ListPartitionReassignmentsResponse response;
  response.error_code = ErrorCode::REQUEST_TIMED_OUT;
  return response;
}

/// The controller's answer, or that there was none, in the words of that API.
template <class Response, class Request>
Response answer_to(const Request& request, const ControllerReply& reply) {
  if (reply.body) {
    auto decoded = protocol::decode_body<Response>(*reply.body, reply.version);
    if (decoded.ok()) return std::move(decoded).value();
  }
  return timed_out(request);
}

}  // namespace

void ForwardingManager::forward(env::Env& env, NodeToControllerChannel& channel,
                                const RequestContext& from, ControllerRequest request,
                                ConfigVerdicts verdicts) {
  const protocol::RequestTag tag = ++last_tag_;
  forwarded_.emplace(tag, Forwarded{from, request, std::move(verdicts)});
  channel.enqueue(env, std::move(request), from.header.version, tag);
}

void ForwardingManager::create_topics(env::Env& env, NodeToControllerChannel& channel,
                                      const std::vector<std::string>& topics,
                                      const AutoTopicSettings& settings) {
  protocol::CreateTopicsRequest request;
  request.timeout_ms = static_cast<std::int32_t>(to_millis(settings.timeout));
  std::vector<std::string> names;
  for (const std::string& topic : topics) {
    if (!creating_.insert(topic).second) continue;
    auto& creatable = request.topics.emplace_back();
    creatable.name = topic;
    creatable.num_partitions = settings.partitions;
    creatable.replication_factor = settings.replication_factor;
    for (const auto& [name, value] : settings.configs) creatable.configs.push_back({name, value});
    names.push_back(topic);
  }
  if (names.empty()) return;
  const protocol::RequestTag tag = ++last_tag_;
  creations_.emplace(tag, std::move(names));
  channel.enqueue(env, std::move(request), kCreateTopicsVersion, tag);
}

std::optional<std::int64_t> ForwardingManager::next_producer_id(env::Env& env,
                                                                NodeToControllerChannel& channel,
                                                                NodeId broker,
                                                                BrokerEpoch broker_epoch) {
  if (next_producer_id_ < producer_ids_end_) return next_producer_id_++;
  if (!producer_ids_asked_) {
    producer_ids_asked_ = ++last_tag_;
    protocol::AllocateProducerIdsRequest request;
    request.broker_id = broker.value();
    request.broker_epoch = broker_epoch.value();
    channel.enqueue(env, std::move(request), kAllocateProducerIdsVersion, *producer_ids_asked_);
  }
  return std::nullopt;
}

void ForwardingManager::on_reply(env::Env& env, const ControllerReply& reply,
                                 RequestChannel& responses) {
  if (producer_ids_asked_ == reply.tag) return take_producer_ids(env, reply);
  if (const auto creation = creations_.find(reply.tag); creation != creations_.end()) {
    // Whatever came of it, the client asks for metadata again and will see.
    for (const std::string& topic : creation->second) creating_.erase(topic);
    creations_.erase(creation);
    return;
  }
  const auto it = forwarded_.find(reply.tag);
  if (it == forwarded_.end()) return;
  const Forwarded forwarded = std::move(it->second);
  forwarded_.erase(it);
  answer(env, forwarded, reply, responses);
}

void ForwardingManager::answer(env::Env& env, const Forwarded& forwarded,
                               const ControllerReply& reply, RequestChannel& responses) {
  using namespace protocol;
  const ControllerRequest& asked = forwarded.request;
  if (const auto* create = std::get_if<CreateTopicsRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<CreateTopicsResponse>(*create, reply));
  } else if (const auto* remove = std::get_if<DeleteTopicsRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<DeleteTopicsResponse>(*remove, reply));
  } else if (const auto* elect = std::get_if<ElectLeadersRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<ElectLeadersResponse>(*elect, reply));
  } else if (const auto* add = std::get_if<AddRaftVoterRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<AddRaftVoterResponse>(*add, reply));
  } else if (const auto* drop = std::get_if<RemoveRaftVoterRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<RemoveRaftVoterResponse>(*drop, reply));
  } else if (const auto* quorum = std::get_if<DescribeQuorumRequest>(&asked)) {
    responses.respond(env, forwarded.from, answer_to<DescribeQuorumResponse>(*quorum, reply));
  } else {
    answer_admin(env, forwarded, reply, responses);
  }
}

void ForwardingManager::answer_admin(env::Env& env, const Forwarded& forwarded,
                                     const ControllerReply& reply, RequestChannel& responses) {
  using namespace protocol;
  const ControllerRequest& asked = forwarded.request;
  const RequestContext& to = forwarded.from;
  if (const auto* r = std::get_if<AlterConfigsRequest>(&asked)) {
    responses.respond(env, to, reassembled(forwarded.verdicts,
                                           answer_to<AlterConfigsResponse>(*r, reply)));
  } else if (const auto* r = std::get_if<IncrementalAlterConfigsRequest>(&asked)) {
    responses.respond(env, to, reassembled(forwarded.verdicts,
                                           answer_to<IncrementalAlterConfigsResponse>(*r, reply)));
  } else if (const auto* r = std::get_if<CreatePartitionsRequest>(&asked)) {
    responses.respond(env, to, answer_to<CreatePartitionsResponse>(*r, reply));
  } else if (const auto* r = std::get_if<AlterPartitionReassignmentsRequest>(&asked)) {
    responses.respond(env, to, answer_to<AlterPartitionReassignmentsResponse>(*r, reply));
  } else if (const auto* r = std::get_if<ListPartitionReassignmentsRequest>(&asked)) {
    responses.respond(env, to, answer_to<ListPartitionReassignmentsResponse>(*r, reply));
  }
}

void ForwardingManager::take_producer_ids(env::Env&, const ControllerReply& reply) {
  producer_ids_asked_.reset();
  if (!reply.body) return;
  const auto response =
      protocol::decode_body<protocol::AllocateProducerIdsResponse>(*reply.body, reply.version);
  if (!response.ok() || response->error_code != ErrorCode::NONE) return;
  next_producer_id_ = response->producer_id_start;
  producer_ids_end_ = response->producer_id_start + response->producer_id_len;
}

}  // namespace kscope::broker
