// Creating and deleting topics. Kafka: ReplicationControlManager.createTopics, deleteTopics.
#include <fmt/format.h>

#include <set>

#include "engine/metadata/node_ids.h"
#include "engine/metadata/replica_placer.h"
#include "engine/metadata/replication_control.h"
#include "engine/metadata/topic_config.h"

namespace kscope::metadata {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

struct ApiError {
  ErrorCode code = ErrorCode::NONE;
  std::string message;
  bool is_failure() const { return code != ErrorCode::NONE; }
};

/// Replicas by partition, as asked for or as placed.
using Assignment = std::map<std::int32_t, std::vector<NodeId>>;

/// The directory of a replica as far as the controller can know it (KIP-858): the broker's only
/// one, or "unassigned" (reserved id 1), to be told by the broker.
Uuid directory_of(const MetadataImage& image, NodeId broker) {
  const BrokerRegistration* registration = image.broker(broker);
  if (registration != nullptr && registration->log_dirs.size() == 1) {
    return registration->log_dirs.front();
  }
  Uuid unassigned;
  unassigned.bytes[15] = 1;
  return unassigned;
}

Uuid random_uuid(env::Random& random) {
  Uuid id;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = random.next();
    for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
      id.bytes[half * 8 + i] = static_cast<std::uint8_t>(bits);
    }
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);  // version 4, as Java's
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

ApiError check_name(const MetadataImage& image, const std::string& name) {
  if (auto problem = topic_name_problem(name))
    return {ErrorCode::INVALID_TOPIC_EXCEPTION, *problem};
  if (image.topic(name) != nullptr) {
    return {ErrorCode::TOPIC_ALREADY_EXISTS, fmt::format("Topic '{}' already exists.", name)};
  }
  if (name.find_first_of("._") == std::string::npos) return {};
  for (const auto& [other, topic] : image.topics()) {
    if (without_collision_chars(other) != without_collision_chars(name)) continue;
    return {ErrorCode::INVALID_TOPIC_EXCEPTION,
            fmt::format("Topic '{}' collides with existing topic: {}", name, other)};
  }
  return {};
}

ApiError check_configs(const CreateTopicsRequest::CreatableTopic& topic) {
  for (const auto& config : topic.configs) {
    if (!config.value) {
      return {ErrorCode::INVALID_CONFIG,
              "Null value not supported for topic configs: " + config.name};
    }
    if (auto problem = topic_config_problem(config.name, *config.value)) {
      return {ErrorCode::INVALID_CONFIG, *problem};
    }
  }
  return {};
}

/// Kafka: validateManualPartitionAssignment.
ApiError check_manual_replicas(const MetadataImage& image, const std::vector<std::int32_t>& ids,
                               std::size_t expected) {
  if (ids.empty()) {
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes an empty replica list."};
  }
  std::set<std::int32_t> distinct(ids.begin(), ids.end());
  if (distinct.size() != ids.size()) {
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes the same broker more than once."};
  }
  for (std::int32_t id : ids) {
    if (image.broker(NodeId(id)) != nullptr) continue;
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            fmt::format("The manual partition assignment includes broker {}, but no such broker is "
                        "registered.",
                        id)};
  }
  if (expected != 0 && ids.size() != expected) {
    return {
        ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes partitions with different replication factors."};
  }
  return {};
}

ApiError assign_manually(const MetadataImage& image,
                         const CreateTopicsRequest::CreatableTopic& topic, Assignment& result) {
  if (topic.replication_factor != -1) {
    return {
        ErrorCode::INVALID_REQUEST,
        "A manual partition assignment was specified, but replication factor was not set to -1."};
  }
  if (topic.num_partitions != -1) {
    return {ErrorCode::INVALID_REQUEST,
            "A manual partition assignment was specified, but numPartitions was not set to -1."};
  }
  std::size_t factor = 0;
  for (const auto& assignment : topic.assignments) {
    if (result.count(assignment.partition_index) != 0) {
      return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
              fmt::format("Found multiple manual partition assignments for partition {}",
                          assignment.partition_index)};
    }
    if (auto e = check_manual_replicas(image, assignment.broker_ids, factor); e.is_failure())
      return e;
    factor = assignment.broker_ids.size();
    result[assignment.partition_index] = to_nodes(assignment.broker_ids);
  }
  const bool consecutive = result.begin()->first == 0 &&
                           result.rbegin()->first + 1 == static_cast<std::int32_t>(result.size());
  if (consecutive) return {};
  return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
          "partitions should be a consecutive 0-based integer sequence"};
}

ApiError assign_by_placement(const ControllerView& view,
                             const CreateTopicsRequest::CreatableTopic& topic, env::Random& random,
                             Assignment& result) {
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return {ErrorCode::INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value."};
  }
  if (topic.num_partitions < -1 || topic.num_partitions == 0) {
    return {ErrorCode::INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value."};
  }
  const std::int32_t partitions =
      topic.num_partitions == -1 ? view.config.num_partitions : topic.num_partitions;
  const std::int16_t factor =
      topic.replication_factor == -1 ? view.config.replication_factor : topic.replication_factor;
  // Kafka bounds the records of one request (QuorumController.MAX_RECORDS_PER_USER_OP).
  constexpr std::int32_t kMaxPartitions = 10'000;
  if (partitions > kMaxPartitions) {
    return {ErrorCode::POLICY_VIOLATION, "Excessively large number of partitions per request."};
  }
  std::vector<UsableBroker> usable;
  for (const auto& [id, broker] : view.image.brokers()) {
    if (!broker.in_controlled_shutdown) usable.push_back({id, broker.rack, broker.fenced});
  }
  Placement placement = place_replicas(usable, partitions, factor, random);
  if (!placement.problem.empty()) {
    return {
        ErrorCode::INVALID_REPLICATION_FACTOR,
        fmt::format("Unable to replicate the partition {} time(s): {}", factor, placement.problem)};
  }
  for (std::int32_t p = 0; p < partitions; ++p) {
    result[p] = std::move(placement.replicas[static_cast<std::size_t>(p)]);
  }
  return {};
}

/// The ISR begins as the replicas that are alive; the first of them leads.
ApiError add_partitions(const MetadataImage& image,
                        const CreateTopicsRequest::CreatableTopic& topic, const Uuid& id,
                        const Assignment& assignment, Records& records) {
  for (const auto& [index, replicas] : assignment) {
    PartitionRegistration partition;
    partition.replicas = replicas;
    for (NodeId replica : replicas) {
      partition.directories.push_back(directory_of(image, replica));
      if (image.is_active(replica)) partition.isr.push_back(replica);
    }
    if (partition.isr.empty()) {
      if (topic.assignments.empty()) {
        return {
            ErrorCode::INVALID_REPLICATION_FACTOR,
            fmt::format("Unable to replicate the partition {} time(s): All brokers are currently "
                        "fenced or in controlled shutdown.",
                        replicas.size())};
      }
      return {
          ErrorCode::INVALID_REPLICA_ASSIGNMENT,
          fmt::format("All brokers specified in the manual partition assignment for partition {} "
                      "are fenced or in controlled shutdown.",
                      index)};
    }
    partition.leader = partition.isr.front();
    records.push_back(partition.to_record(id, index));
  }
  return {};
}

ApiError create_topic(const ControllerView& view, const CreateTopicsRequest::CreatableTopic& topic,
                      env::RandomSet& random, Records& records,
                      CreateTopicsResponse::CreatableTopicResult& result) {
  if (auto e = check_name(view.image, topic.name); e.is_failure()) return e;
  if (auto e = check_configs(topic); e.is_failure()) return e;
  Assignment assignment;
  const ApiError error =
      topic.assignments.empty()
          ? assign_by_placement(view, topic, random[env::Purpose::Placement], assignment)
          : assign_manually(view.image, topic, assignment);
  if (error.is_failure()) return error;
  const Uuid id = random_uuid(random[env::Purpose::Identity]);
  Records created;
  created.push_back(protocol::TopicRecord{topic.name, id});
  for (const auto& config : topic.configs) {
    created.push_back(
        protocol::ConfigRecord{kTopicResource, topic.name, config.name, config.value});
  }
  if (auto e = add_partitions(view.image, topic, id, assignment, created); e.is_failure()) return e;
  records.insert(records.end(), created.begin(), created.end());
  result.topic_id = id;
  result.num_partitions = static_cast<std::int32_t>(assignment.size());
  result.replication_factor = static_cast<std::int16_t>(assignment.begin()->second.size());
  for (const auto& config : topic.configs) {
    constexpr std::int8_t kDynamicTopicConfig = 1;
    result.configs->push_back({config.name, config.value, false, kDynamicTopicConfig, false});
  }
  return {};
}

}  // namespace

ControllerResult<CreateTopicsResponse> create_topics(const ControllerView& view,
                                                     const CreateTopicsRequest& request,
                                                     env::RandomSet& random) {
  ControllerResult<CreateTopicsResponse> result;
  std::map<std::string, int> times;
  for (const auto& topic : request.topics) ++times[without_collision_chars(topic.name)];
  for (const auto& topic : request.topics) {
    auto& answer = result.response.topics.emplace_back();
    answer.name = topic.name;
    answer.error_message = std::nullopt;
    const ApiError error = times[without_collision_chars(topic.name)] > 1
                               ? ApiError{ErrorCode::INVALID_REQUEST, "Duplicate topic name."}
                               : create_topic(view, topic, random, result.records, answer);
    answer.error_code = error.code;
    if (error.is_failure()) answer.error_message = error.message;
  }
  if (request.validate_only) result.records.clear();
  return result;
}

ControllerResult<protocol::DeleteTopicsResponse> delete_topics(
    const MetadataImage& image, const protocol::DeleteTopicsRequest& request) {
  ControllerResult<protocol::DeleteTopicsResponse> result;
  std::set<Uuid> deleted;
  const auto remove = [&](const std::optional<std::string>& name, const Uuid& id) {
    auto& answer = result.response.responses.emplace_back();
    answer.name = name;
    answer.topic_id = id;
    const TopicImage* topic = name ? image.topic(*name) : image.topic(id);
    if (name && !id.is_zero()) {
      answer.error_code = ErrorCode::INVALID_REQUEST;  // one of the two, not both
    } else if (topic == nullptr || !deleted.insert(topic->id).second) {
      answer.error_code =
          name ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION : ErrorCode::UNKNOWN_TOPIC_ID;
    } else {
      answer.name = topic->name;
      answer.topic_id = topic->id;
      result.records.push_back(protocol::RemoveTopicRecord{topic->id});
    }
  };
  for (const auto& topic : request.topics) remove(topic.name, topic.topic_id);
  for (const std::string& name : request.topic_names) remove(name, {});
  return result;
}

}  // namespace kscope::metadata
