// Creating, growing and deleting topics. Kafka: ReplicationControlManager.createTopics,
// createPartitions, deleteTopics.
#include <fmt/format.h>

#include <set>

#include "engine/metadata/admin_errors.h"
#include "engine/metadata/config_table.h"
#include "engine/metadata/configuration_control.h"
#include "engine/metadata/effective_config.h"
#include "engine/metadata/node_ids.h"
#include "engine/metadata/replica_placer.h"
#include "engine/metadata/replication_control.h"
#include "engine/metadata/topic_config.h"

namespace kscope::metadata {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

/// Replicas by partition, as asked for or as placed.
using Assignment = std::map<std::int32_t, std::vector<NodeId>>;

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
  std::map<std::string, std::string> settings;
  for (const auto& config : topic.configs) {
    if (!config.value) {
      return {ErrorCode::INVALID_CONFIG,
              "Null value not supported for topic configs: " + config.name};
    }
    settings[config.name] = *config.value;
  }
  if (auto problem = topic_configs_problem(settings)) return {ErrorCode::INVALID_CONFIG, *problem};
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

struct PlacementSpec {
  std::int32_t first = 0, count = 1;  ///< partitions
  std::int16_t factor = 1;
};

ApiError place(const ControllerView& view, const PlacementSpec& spec, env::Random& random,
               Assignment& result) {
  // Kafka bounds the records of one request (QuorumController.MAX_RECORDS_PER_USER_OP).
  constexpr std::int32_t kMaxPartitions = 10'000;
  if (spec.count > kMaxPartitions) {
    return {ErrorCode::POLICY_VIOLATION, "Excessively large number of partitions per request."};
  }
  std::vector<UsableBroker> usable;
  for (const auto& [id, broker] : view.image.brokers()) {
    if (!broker.in_controlled_shutdown) usable.push_back({id, broker.rack, broker.fenced});
  }
  Placement placement = place_replicas(usable, spec.count, spec.factor, random);
  if (!placement.problem.empty()) {
    return {ErrorCode::INVALID_REPLICATION_FACTOR,
            fmt::format("Unable to replicate the partition {} time(s): {}", spec.factor,
                        placement.problem)};
  }
  for (std::int32_t p = 0; p < spec.count; ++p) {
    result[spec.first + p] = std::move(placement.replicas[static_cast<std::size_t>(p)]);
  }
  return {};
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
  return place(view, {0, partitions, factor}, random, result);
}

/// The ISR begins as the replicas that are alive; the first of them leads.
ApiError add_partitions(const MetadataImage& image, bool placed_by_us, const Uuid& id,
                        const Assignment& assignment, Records& records) {
  for (const auto& [index, replicas] : assignment) {
    PartitionRegistration partition;
    partition.replicas = replicas;
    for (NodeId replica : replicas) {
      partition.directories.push_back(directory_of(image, replica));
      if (image.is_active(replica)) partition.isr.push_back(replica);
    }
    if (partition.isr.empty()) {
      if (placed_by_us) {
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

/// KIP-525: all settings that the new topic has, and where each comes from.
void tell_configs(const ControllerView& view, const CreateTopicsRequest::CreatableTopic& topic,
                  CreateTopicsResponse::CreatableTopicResult& result) {
  std::map<std::string, std::string> own;
  for (const auto& config : topic.configs) own[config.name] = *config.value;
  for (const ConfigKey& key : topic_config_table()) {
    const EffectiveConfig config =
        effective_topic_config(key, own, view.image, view.config.node, view.config.settings);
    result.configs->push_back({key.name, config.value(), false,
                               static_cast<std::int8_t>(config.source()), false});
  }
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
  const bool placed_by_us = topic.assignments.empty();
  if (auto e = add_partitions(view.image, placed_by_us, id, assignment, created); e.is_failure()) {
    return e;
  }
  records.insert(records.end(), created.begin(), created.end());
  result.topic_id = id;
  result.num_partitions = static_cast<std::int32_t>(assignment.size());
  result.replication_factor = static_cast<std::int16_t>(assignment.begin()->second.size());
  tell_configs(view, topic, result);
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

namespace {

using NewPartitions = protocol::CreatePartitionsRequest::CreatePartitionsTopic;

ApiError assign_new(const ControllerView& view, const NewPartitions& asked, const TopicImage& topic,
                    env::Random& random, Assignment& result) {
  const auto first = static_cast<std::int32_t>(topic.partitions.size());
  const std::size_t factor = topic.partitions.begin()->second.replicas.size();
  if (!asked.assignments) {
    return place(view, {first, asked.count - first, static_cast<std::int16_t>(factor)}, random,
                 result);
  }
  if (asked.assignments->size() != static_cast<std::size_t>(asked.count - first)) {
    return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            fmt::format("Attempted to add {} additional partition(s), but only {} assignment(s) "
                        "were specified.",
                        asked.count - first, asked.assignments->size())};
  }
  std::int32_t index = first;
  for (const auto& assignment : *asked.assignments) {
    if (auto e = check_manual_replicas(view.image, assignment.broker_ids, factor); e.is_failure()) {
      return e;
    }
    result[index++] = to_nodes(assignment.broker_ids);
  }
  return {};
}

ApiError grow_topic(const ControllerView& view, const NewPartitions& asked, env::Random& random,
                    Records& records) {
  const TopicImage* topic = view.image.topic(asked.name);
  if (topic == nullptr) {
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            "This server does not host this topic-partition."};
  }
  const auto present = static_cast<std::int32_t>(topic->partitions.size());
  if (asked.count == present) {
    return {ErrorCode::INVALID_PARTITIONS,
            fmt::format("Topic already has {} partition(s).", present)};
  }
  if (asked.count < present) {
    return {ErrorCode::INVALID_PARTITIONS,
            fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.",
                        asked.name, present, asked.count)};
  }
  Assignment assignment;
  if (auto e = assign_new(view, asked, *topic, random, assignment); e.is_failure()) return e;
  Records added;
  const bool placed_by_us = !asked.assignments.has_value();
  if (auto e = add_partitions(view.image, placed_by_us, topic->id, assignment, added);
      e.is_failure()) {
    return e;
  }
  records.insert(records.end(), added.begin(), added.end());
  return {};
}

}  // namespace

ControllerResult<protocol::CreatePartitionsResponse> create_partitions(
    const ControllerView& view, const protocol::CreatePartitionsRequest& request,
    env::RandomSet& random) {
  ControllerResult<protocol::CreatePartitionsResponse> result;
  std::map<std::string, int> times;
  for (const auto& topic : request.topics) ++times[topic.name];
  for (const auto& topic : request.topics) {
    const ApiError error =
        times[topic.name] > 1
            ? ApiError{ErrorCode::INVALID_REQUEST, "Duplicate topic name."}
            : grow_topic(view, topic, random[env::Purpose::Placement], result.records);
    result.response.results.push_back({topic.name, error.code, error.text()});
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
