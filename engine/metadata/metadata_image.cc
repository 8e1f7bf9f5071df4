#include "engine/metadata/metadata_image.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/config_def.h"
#include "engine/metadata/node_ids.h"

namespace kscope::metadata {
namespace {

// Values of the wire's own little languages.
constexpr std::int8_t kFence = 1;
constexpr std::int8_t kUnfence = -1;

const std::map<std::string, std::string> kNoConfig;

}  // namespace

bool PartitionRegistration::is_replica(NodeId broker) const { return contains(replicas, broker); }
bool PartitionRegistration::in_isr(NodeId broker) const { return contains(isr, broker); }

PartitionRegistration PartitionRegistration::merged(
    const protocol::PartitionChangeRecord& change) const {
  PartitionRegistration next = *this;
  if (change.replicas) next.replicas = to_nodes(*change.replicas);
  if (change.directories) next.directories = *change.directories;
  if (change.isr) next.isr = to_nodes(*change.isr);
  if (change.leader != protocol::PartitionChangeRecord::kLeaderUnchanged) {
    next.leader = node_or_none(change.leader);
    next.leader_epoch = LeaderEpoch(leader_epoch.value() + 1);
  }
  if (change.leader_recovery_state >= 0) next.recovering = change.leader_recovery_state == 1;
  if (change.removing_replicas) next.removing = to_nodes(*change.removing_replicas);
  if (change.adding_replicas) next.adding = to_nodes(*change.adding_replicas);
  if (change.eligible_leader_replicas) next.elr = to_nodes(*change.eligible_leader_replicas);
  if (change.last_known_elr) next.last_known_elr = to_nodes(*change.last_known_elr);
  next.partition_epoch = partition_epoch + 1;
  return next;
}

protocol::PartitionRecord PartitionRegistration::to_record(const Uuid& topic,
                                                           std::int32_t partition) const {
  protocol::PartitionRecord record;
  record.partition_id = partition;
  record.topic_id = topic;
  record.replicas = to_ints(replicas);
  record.isr = to_ints(isr);
  record.leader = int_or_none(leader);
  record.leader_recovery_state = recovering ? 1 : 0;
  record.leader_epoch = leader_epoch.value();
  record.partition_epoch = partition_epoch;
  record.directories = directories;
  record.removing_replicas = to_ints(removing);
  record.adding_replicas = to_ints(adding);
  if (!elr.empty()) record.eligible_leader_replicas = to_ints(elr);
  if (!last_known_elr.empty()) record.last_known_elr = to_ints(last_known_elr);
  return record;
}

PartitionRegistration PartitionRegistration::from_record(const protocol::PartitionRecord& record) {
  PartitionRegistration partition;
  partition.replicas = to_nodes(record.replicas);
  partition.isr = to_nodes(record.isr);
  partition.leader = node_or_none(record.leader);
  partition.recovering = record.leader_recovery_state == 1;
  partition.leader_epoch = LeaderEpoch(record.leader_epoch);
  partition.partition_epoch = record.partition_epoch;
  partition.directories = record.directories;
  partition.removing = to_nodes(record.removing_replicas);
  partition.adding = to_nodes(record.adding_replicas);
  if (record.eligible_leader_replicas) partition.elr = to_nodes(*record.eligible_leader_replicas);
  if (record.last_known_elr) partition.last_known_elr = to_nodes(*record.last_known_elr);
  return partition;
}

void MetadataImage::apply(const protocol::MetadataRecord& record, Offset at) {
  KCHECK(at >= offset_);
  std::visit([&](const auto& r) { replay(r, at); }, record);
  offset_ = at + 1;
}

void MetadataImage::apply_from_snapshot(const protocol::MetadataRecord& record, Offset last) {
  std::visit([&](const auto& r) { replay(r, last); }, record);
}

// ---- brokers ----------------------------------------------------------------------------------

void MetadataImage::replay(const protocol::RegisterBrokerRecord& r, Offset at) {
  BrokerRegistration broker;
  broker.id = NodeId(r.broker_id);
  broker.epoch = BrokerEpoch(r.broker_epoch);
  broker.incarnation = r.incarnation_id;
  broker.registered_at = at;
  for (const auto& e : r.end_points) broker.endpoints.push_back({e.name, e.host, e.port});
  broker.rack = r.rack;
  broker.log_dirs = r.log_dirs;
  broker.fenced = r.fenced;
  broker.in_controlled_shutdown = r.in_controlled_shutdown;
  brokers_[broker.id] = std::move(broker);
}

void MetadataImage::replay(const protocol::UnregisterBrokerRecord& r, Offset) {
  brokers_.erase(NodeId(r.broker_id));
}

void MetadataImage::replay(const protocol::BrokerRegistrationChangeRecord& r, Offset) {
  const auto found = brokers_.find(NodeId(r.broker_id));
  if (found == brokers_.end() || found->second.epoch.value() != r.broker_epoch) return;
  if (r.fenced == kFence) found->second.fenced = true;
  if (r.fenced == kUnfence) found->second.fenced = false;
  if (r.in_controlled_shutdown == 1) found->second.in_controlled_shutdown = true;
  if (!r.log_dirs.empty()) found->second.log_dirs = r.log_dirs;
}

void MetadataImage::replay(const protocol::FenceBrokerRecord& r, Offset) {
  const auto found = brokers_.find(NodeId(r.id));
  if (found != brokers_.end()) found->second.fenced = true;
}

void MetadataImage::replay(const protocol::UnfenceBrokerRecord& r, Offset) {
  const auto found = brokers_.find(NodeId(r.id));
  if (found != brokers_.end()) found->second.fenced = false;
}

// ---- topics -----------------------------------------------------------------------------------

void MetadataImage::replay(const protocol::TopicRecord& r, Offset) {
  topics_[r.name] = TopicImage{r.name, r.topic_id, {}};
  names_[r.topic_id] = r.name;
}

void MetadataImage::replay(const protocol::RemoveTopicRecord& r, Offset) {
  const auto found = names_.find(r.topic_id);
  if (found == names_.end()) return;
  topics_.erase(found->second);
  topic_configs_.erase(found->second);
  names_.erase(found);
}

void MetadataImage::replay(const protocol::PartitionRecord& r, Offset) {
  const auto found = names_.find(r.topic_id);
  if (found == names_.end()) return;
  topics_.at(found->second).partitions[r.partition_id] = PartitionRegistration::from_record(r);
}

void MetadataImage::replay(const protocol::PartitionChangeRecord& r, Offset) {
  PartitionRegistration* partition = find(r.topic_id, r.partition_id);
  if (partition != nullptr) *partition = partition->merged(r);
}

// ---- the rest ---------------------------------------------------------------------------------

void MetadataImage::replay(const protocol::ConfigRecord& r, Offset) {
  std::map<std::string, std::string>* config = nullptr;
  if (r.resource_type == kTopicResource) config = &topic_configs_[r.resource_name];
  const auto broker = parse_integer(r.resource_name);
  if (r.resource_type == kBrokerResource && r.resource_name.empty()) config = &cluster_config_;
  if (r.resource_type == kBrokerResource && broker) {
    config = &broker_configs_[NodeId(static_cast<std::int32_t>(*broker))];
  }
  if (config == nullptr) return;
  if (r.value)
    (*config)[r.name] = *r.value;
  else
    config->erase(r.name);
  std::erase_if(broker_configs_, [](const auto& entry) { return entry.second.empty(); });
}

void MetadataImage::replay(const protocol::FeatureLevelRecord& r, Offset) {
  features_[r.name] = r.feature_level;
}

void MetadataImage::replay(const protocol::ProducerIdsRecord& r, Offset) {
  next_producer_id_ = r.next_producer_id;
}

void MetadataImage::replay(const protocol::NoOpRecord&, Offset) {}

// ---- look-ups ---------------------------------------------------------------------------------

const TopicImage* MetadataImage::topic(const std::string& name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

const TopicImage* MetadataImage::topic(const Uuid& id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? nullptr : topic(found->second);
}

const PartitionRegistration* MetadataImage::partition(const TopicPartition& tp) const {
  const TopicImage* found = topic(tp.topic);
  if (found == nullptr) return nullptr;
  const auto it = found->partitions.find(tp.partition);
  return it == found->partitions.end() ? nullptr : &it->second;
}

const PartitionRegistration* MetadataImage::partition(const Uuid& id, std::int32_t index) const {
  const TopicImage* found = topic(id);
  if (found == nullptr) return nullptr;
  const auto it = found->partitions.find(index);
  return it == found->partitions.end() ? nullptr : &it->second;
}

PartitionRegistration* MetadataImage::find(const Uuid& id, std::int32_t index) {
  return const_cast<PartitionRegistration*>(std::as_const(*this).partition(id, index));
}

const BrokerRegistration* MetadataImage::broker(NodeId id) const {
  const auto found = brokers_.find(id);
  return found == brokers_.end() ? nullptr : &found->second;
}

bool MetadataImage::is_active(NodeId id) const {
  const BrokerRegistration* found = broker(id);
  return found != nullptr && found->is_active();
}

const std::map<std::string, std::string>& MetadataImage::broker_config(NodeId broker) const {
  const auto found = broker_configs_.find(broker);
  return found == broker_configs_.end() ? kNoConfig : found->second;
}

const std::map<std::string, std::string>& MetadataImage::config_of(std::int8_t type,
                                                                   const std::string& name) const {
  if (type == kTopicResource) return topic_config(name);
  if (name.empty()) return cluster_config_;
  const auto id = parse_integer(name);
  return id ? broker_config(NodeId(static_cast<std::int32_t>(*id))) : kNoConfig;
}

const std::map<std::string, std::string>& MetadataImage::topic_config(
    const std::string& topic) const {
  const auto found = topic_configs_.find(topic);
  return found == topic_configs_.end() ? kNoConfig : found->second;
}

}  // namespace kscope::metadata
