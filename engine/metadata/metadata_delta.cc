#include "engine/metadata/metadata_delta.h"

namespace kscope::metadata {
namespace {

struct Noter {
  MetadataDelta& delta;
  const MetadataImage& before;

  void operator()(const protocol::RegisterBrokerRecord& r) {
    delta.brokers.insert(NodeId(r.broker_id));
  }
  void operator()(const protocol::UnregisterBrokerRecord& r) {
    delta.brokers.insert(NodeId(r.broker_id));
  }
  void operator()(const protocol::BrokerRegistrationChangeRecord& r) {
    delta.brokers.insert(NodeId(r.broker_id));
  }
  void operator()(const protocol::FenceBrokerRecord& r) { delta.brokers.insert(NodeId(r.id)); }
  void operator()(const protocol::UnfenceBrokerRecord& r) { delta.brokers.insert(NodeId(r.id)); }
  void operator()(const protocol::TopicRecord& r) { delta.partitions[r.name]; }
  void operator()(const protocol::RemoveTopicRecord& r) {
    const TopicImage* topic = before.topic(r.topic_id);
    if (topic == nullptr) return;
    MetadataDelta::DeletedTopic deleted{topic->name, topic->id, {}};
    for (const auto& [index, partition] : topic->partitions) deleted.partitions.push_back(index);
    delta.partitions.erase(topic->name);
    delta.topic_configs.erase(topic->name);
    delta.deleted_topics.push_back(std::move(deleted));
  }
  void operator()(const protocol::PartitionRecord& r) { partition(r.topic_id, r.partition_id); }
  void operator()(const protocol::PartitionChangeRecord& r) {
    partition(r.topic_id, r.partition_id);
  }
  void operator()(const protocol::ConfigRecord& r) {
    if (r.resource_type == kTopicResource) delta.topic_configs.insert(r.resource_name);
    if (r.resource_type == kBrokerResource) delta.cluster_config = true;
  }
  void operator()(const protocol::FeatureLevelRecord&) {}
  void operator()(const protocol::ProducerIdsRecord&) {}
  void operator()(const protocol::NoOpRecord&) {}

  void partition(const Uuid& id, std::int32_t index) {
    const TopicImage* topic = before.topic(id);
    if (topic != nullptr) delta.partitions[topic->name].insert(index);
  }
};

}  // namespace

void MetadataDelta::note(const MetadataImage& before, const protocol::MetadataRecord& record) {
  std::visit(Noter{*this, before}, record);
}

void MetadataDelta::note_difference(const MetadataImage& before, const MetadataImage& after) {
  for (const auto& [name, topic] : before.topics()) {
    const TopicImage* now = after.topic(name);
    if (now != nullptr && now->id == topic.id) continue;
    note(before, protocol::RemoveTopicRecord{topic.id});
  }
  for (const auto& [name, topic] : after.topics()) {
    topic_configs.insert(name);
    auto& changed = partitions[name];
    for (const auto& [index, partition] : topic.partitions) changed.insert(index);
  }
  for (const auto& [id, broker] : before.brokers()) brokers.insert(id);
  for (const auto& [id, broker] : after.brokers()) brokers.insert(id);
  cluster_config = true;
}

}  // namespace kscope::metadata
