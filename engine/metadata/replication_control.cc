// Elections and ISR changes; creating and deleting topics is in topic_control.cc.
#include "engine/metadata/replication_control.h"

#include <fmt/format.h>

#include "engine/metadata/admin_errors.h"
#include "engine/metadata/node_ids.h"
#include "engine/metadata/topic_config.h"

namespace kscope::metadata {
namespace {

AcceptableLeader active_in(const MetadataImage& image) {
  return [&image](NodeId broker) { return image.is_active(broker); };
}

void for_each_partition(const MetadataImage& image, auto visit) {
  for (const auto& [name, topic] : image.topics()) {
    for (const auto& [index, partition] : topic.partitions) visit(topic, index, partition);
  }
}

/// REQUIRES the partition to be there.
PartitionChangeBuilder builder_for(const ControllerView& view, const TopicImage& topic,
                                   std::int32_t index, AcceptableLeader is_acceptable) {
  PartitionChangeBuilder builder(topic.partitions.at(index), topic.id, index,
                                 std::move(is_acceptable));
  allow_eligible_leaders(view, topic.name, builder);
  return builder;
}

bool is_duplicate_free_subset(const std::vector<NodeId>& isr, const std::vector<NodeId>& replicas) {
  if (isr.empty()) return false;
  for (std::size_t i = 0; i < isr.size(); ++i) {
    if (!contains(replicas, isr[i])) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (isr[i] == isr[j]) return false;
    }
  }
  return true;
}

using WantedPartition = protocol::AlterPartitionRequest::PartitionData;
using AlteredPartition = protocol::AlterPartitionResponse::PartitionData;

/// Before version 3 the ISR comes without broker epochs; -1 means: do not check.
std::vector<protocol::AlterPartitionRequest::BrokerState> wanted_isr(const WantedPartition& wanted,
                                                                     std::int16_t version) {
  if (version >= 3) return wanted.new_isr_with_epochs;
  std::vector<protocol::AlterPartitionRequest::BrokerState> isr;
  for (std::int32_t id : wanted.new_isr) isr.push_back({id, -1});
  return isr;
}

bool is_eligible(const MetadataImage& image,
                 const protocol::AlterPartitionRequest::BrokerState& state) {
  const BrokerRegistration* broker = image.broker(NodeId(state.broker_id));
  return broker != nullptr && broker->is_active() &&
         (state.broker_epoch == -1 || state.broker_epoch == broker->epoch.value());
}

AlteredPartition altered(std::int32_t index, const PartitionRegistration& partition) {
  AlteredPartition result;
  result.partition_index = index;
  result.leader_id = int_or_none(partition.leader);
  result.leader_epoch = partition.leader_epoch.value();
  result.isr = to_ints(partition.isr);
  result.leader_recovery_state = partition.recovering ? 1 : 0;
  result.partition_epoch = partition.partition_epoch;
  return result;
}

AlteredPartition refused(std::int32_t index, ErrorCode error) {
  AlteredPartition result;
  result.partition_index = index;
  result.error_code = error;
  return result;
}

AlteredPartition alter_one(const ControllerView& view, NodeId sender, const TopicImage& topic,
                           const WantedPartition& wanted, std::int16_t version, Records& records) {
  const auto found = topic.partitions.find(wanted.partition_index);
  if (found == topic.partitions.end()) {
    return refused(wanted.partition_index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  }
  const PartitionRegistration& partition = found->second;
  const ErrorCode error = validate_alter_partition(view.image, sender, partition, wanted, version);
  if (error != ErrorCode::NONE) return refused(wanted.partition_index, error);
  std::vector<NodeId> isr;
  for (const auto& state : wanted_isr(wanted, version)) isr.push_back(NodeId(state.broker_id));
  const auto record =
      builder_for(view, topic, wanted.partition_index, active_in(view.image))
          .election(allowed_election(view, topic.name))
          .target_isr(std::move(isr))
          .target_recovering(wanted.leader_recovery_state == 1)
          .build();
  if (!record) return altered(wanted.partition_index, partition);
  const PartitionRegistration next = partition.merged(*record);
  records.push_back(*record);
  if (next.leader != partition.leader) {
    return refused(wanted.partition_index,
                   version > 1 ? ErrorCode::NEW_LEADER_ELECTED : ErrorCode::FENCED_LEADER_EPOCH);
  }
  return altered(wanted.partition_index, next);
}

ApiError elect_one(const ControllerView& view, const TopicImage& topic, std::int32_t index,
                   Election election, Records& records) {
  const auto found = topic.partitions.find(index);
  if (found == topic.partitions.end()) {
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            fmt::format("No such partition as {}-{}", topic.name, index)};
  }
  const PartitionRegistration& partition = found->second;
  const bool preferred = election == Election::Preferred;
  if (preferred ? partition.has_preferred_leader() : partition.leader.has_value()) {
    return {ErrorCode::ELECTION_NOT_NEEDED, "Leader election not needed for topic partition."};
  }
  const auto record = builder_for(view, topic, index, active_in(view.image))
                          .election(election)
                          .build();
  if (!record) {
    return preferred ? ApiError{ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE,
                                "The preferred leader was not available."}
                     : ApiError{ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE,
                                "Eligible topic partition leaders are not available."};
  }
  records.push_back(*record);
  return {};
}

}  // namespace

Election allowed_election(const ControllerView& view, const std::string& topic) {
  return unclean_leader_election(view.image, topic, view.config.node,
                                 view.config.unclean_leader_election)
             ? Election::Unclean
             : Election::Online;
}

void allow_eligible_leaders(const ControllerView& view, const std::string& topic,
                            PartitionChangeBuilder& builder) {
  if (!view.config.eligible_leader_replicas) return;
  const TopicImage* known = view.image.topic(topic);
  const auto replicas =
      static_cast<std::int32_t>(known->partitions.begin()->second.replicas.size());
  const std::int32_t wanted = min_insync_replicas(view.image, topic, view.config.node,
                                                  view.config.min_insync_replicas);
  builder.eligible_leaders(true, std::min(wanted, replicas));
}

// ---- AlterPartition ---------------------------------------------------------------------------

ErrorCode validate_alter_partition(const MetadataImage& image, NodeId sender,
                                   const PartitionRegistration& partition,
                                   const WantedPartition& wanted, std::int16_t version) {
  // The leader knows more than we do: we are most likely no longer the controller.
  if (wanted.leader_epoch > partition.leader_epoch.value()) return ErrorCode::NOT_CONTROLLER;
  if (wanted.partition_epoch > partition.partition_epoch) return ErrorCode::NOT_CONTROLLER;
  if (wanted.leader_epoch < partition.leader_epoch.value()) return ErrorCode::FENCED_LEADER_EPOCH;
  if (sender != partition.leader) return ErrorCode::INVALID_REQUEST;
  if (wanted.partition_epoch < partition.partition_epoch) return ErrorCode::INVALID_UPDATE_VERSION;
  const auto states = wanted_isr(wanted, version);
  std::vector<NodeId> isr;
  for (const auto& state : states) isr.push_back(NodeId(state.broker_id));
  if (!is_duplicate_free_subset(isr, partition.replicas)) return ErrorCode::INVALID_REQUEST;
  if (!contains(isr, sender)) return ErrorCode::INVALID_REQUEST;
  const bool recovering = wanted.leader_recovery_state == 1;
  if (recovering && isr.size() > 1) return ErrorCode::INVALID_REQUEST;
  if (recovering && !partition.recovering) return ErrorCode::INVALID_REQUEST;
  for (const auto& state : states) {
    if (is_eligible(image, state)) continue;
    // Before version 2 the name for it was OPERATION_NOT_ATTEMPTED.
    return version > 1 ? ErrorCode::INELIGIBLE_REPLICA : ErrorCode::INVALID_REQUEST;
  }
  return ErrorCode::NONE;
}

ControllerResult<protocol::AlterPartitionResponse> alter_partition(
    const ControllerView& view, const protocol::AlterPartitionRequest& request,
    std::int16_t version) {
  ControllerResult<protocol::AlterPartitionResponse> result;
  result.response.error_code =
      check_broker_epoch(view.image, request.broker_id, request.broker_epoch);
  if (result.response.error_code != ErrorCode::NONE) return result;
  for (const auto& wanted_topic : request.topics) {
    const TopicImage* topic = version > 1 ? view.image.topic(wanted_topic.topic_id)
                                          : view.image.topic(wanted_topic.topic_name);
    auto& answer = result.response.topics.emplace_back();
    answer.topic_name = wanted_topic.topic_name;
    answer.topic_id = wanted_topic.topic_id;
    std::vector<std::int32_t> seen;
    for (const WantedPartition& wanted : wanted_topic.partitions) {
      const std::int32_t index = wanted.partition_index;
      if (topic == nullptr) {
        answer.partitions.push_back(refused(index, version > 1
                                                       ? ErrorCode::UNKNOWN_TOPIC_ID
                                                       : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
      } else if (std::find(seen.begin(), seen.end(), index) != seen.end()) {
        // The first of the two has already moved the partition epoch on.
        answer.partitions.push_back(refused(index, ErrorCode::INVALID_UPDATE_VERSION));
      } else {
        answer.partitions.push_back(
            alter_one(view, NodeId(request.broker_id), *topic, wanted, version, result.records));
      }
      seen.push_back(index);
    }
  }
  return result;
}

// ---- elections --------------------------------------------------------------------------------

ControllerResult<protocol::ElectLeadersResponse> elect_leaders(
    const ControllerView& view, const protocol::ElectLeadersRequest& request) {
  ControllerResult<protocol::ElectLeadersResponse> result;
  if (request.election_type != 0 && request.election_type != 1) {
    result.response.error_code = ErrorCode::INVALID_REQUEST;
    return result;
  }
  const Election election = request.election_type == 0 ? Election::Preferred : Election::Unclean;
  const auto elect = [&](const std::string& name, const TopicImage* topic, std::int32_t index,
                         auto& results) {
    const ApiError error =
        topic == nullptr
            ? ApiError{ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + name}
            : elect_one(view, *topic, index, election, result.records);
    // Asked for "all", only those are named that needed an election.
    if (!request.topic_partitions && error.code == ErrorCode::ELECTION_NOT_NEEDED) return;
    results.push_back({index, error.code, error.text()});
  };
  if (request.topic_partitions) {
    for (const auto& asked : *request.topic_partitions) {
      auto& results = result.response.replica_election_results.emplace_back();
      results.topic = asked.topic;
      for (std::int32_t index : asked.partitions) {
        elect(asked.topic, view.image.topic(asked.topic), index, results.partition_result);
      }
    }
    return result;
  }
  for (const auto& [name, topic] : view.image.topics()) {
    auto& results = result.response.replica_election_results.emplace_back();
    results.topic = name;
    for (const auto& [index, partition] : topic.partitions) {
      elect(name, &topic, index, results.partition_result);
    }
  }
  return result;
}

void balance_leaders(const ControllerView& view, Records& records) {
  for_each_partition(view.image, [&](const TopicImage& topic, std::int32_t index,
                                     const PartitionRegistration& partition) {
    if (records.size() >= kMaxElections || partition.has_preferred_leader()) return;
    elect_one(view, topic, index, Election::Preferred, records);
  });
}

void elect_unclean_leaders(const ControllerView& view, Records& records) {
  for_each_partition(view.image, [&](const TopicImage& topic, std::int32_t index,
                                     const PartitionRegistration& partition) {
    if (records.size() >= kMaxElections || partition.leader) return;
    if (allowed_election(view, topic.name) != Election::Unclean) return;
    elect_one(view, topic, index, Election::Unclean, records);
  });
}

bool has_imbalance(const MetadataImage& image) {
  bool found = false;
  for_each_partition(image, [&](const TopicImage&, std::int32_t, const PartitionRegistration& p) {
    found = found || !p.has_preferred_leader();
  });
  return found;
}

bool has_leaderless(const MetadataImage& image) {
  bool found = false;
  for_each_partition(image, [&](const TopicImage&, std::int32_t, const PartitionRegistration& p) {
    found = found || !p.leader;
  });
  return found;
}

// ---- brokers come and go ----------------------------------------------------------------------

bool leads_any(const MetadataImage& image, NodeId broker) {
  bool found = false;
  for_each_partition(image, [&](const TopicImage&, std::int32_t, const PartitionRegistration& p) {
    found = found || p.leader == broker;
  });
  return found;
}

void leave_isrs(const ControllerView& view, NodeId broker, Records& records) {
  const auto others = [&](NodeId id) { return id != broker && view.image.is_active(id); };
  for_each_partition(view.image, [&](const TopicImage& topic, std::int32_t index,
                                     const PartitionRegistration& partition) {
    if (!partition.in_isr(broker)) return;
    std::vector<NodeId> isr = partition.isr;
    std::erase(isr, broker);
    const auto record = builder_for(view, topic, index, others)
                            .election(allowed_election(view, topic.name))
                            .target_isr(std::move(isr))
                            .build();
    if (record) records.push_back(*record);
  });
}

void forget_eligibility(const ControllerView& view, NodeId broker, Records& records) {
  if (!view.config.eligible_leader_replicas) return;
  const auto others = [&](NodeId id) { return id != broker && view.image.is_active(id); };
  for_each_partition(view.image, [&](const TopicImage& topic, std::int32_t index,
                                     const PartitionRegistration& partition) {
    if (!contains(partition.elr, broker) && !partition.in_isr(broker)) return;
    std::vector<NodeId> isr = partition.isr;
    std::erase(isr, broker);
    const auto record = builder_for(view, topic, index, others)
                            .election(allowed_election(view, topic.name))
                            .target_isr(std::move(isr))
                            .unclean_shutdown_of(broker)
                            .build();
    if (record) records.push_back(*record);
  });
}

void elect_for_leaderless(const ControllerView& view, NodeId newcomer, Records& records) {
  const auto alive = [&](NodeId id) { return id == newcomer || view.image.is_active(id); };
  for_each_partition(view.image, [&](const TopicImage& topic, std::int32_t index,
                                     const PartitionRegistration& partition) {
    if (partition.leader) return;
    const auto record = builder_for(view, topic, index, alive)
                            .election(allowed_election(view, topic.name))
                            .build();
    if (record) records.push_back(*record);
  });
}

}  // namespace kscope::metadata
