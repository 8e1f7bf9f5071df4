#include "engine/metadata/image_writer.h"

namespace kscope::metadata {
namespace {

using Records = std::vector<protocol::MetadataRecord>;

constexpr std::int32_t kNoBroker = -1;

void write_topics(const MetadataImage& image, Records& out) {
  for (const auto& [name, topic] : image.topics()) {
    out.push_back(protocol::TopicRecord{name, topic.id});
    for (const auto& [index, partition] : topic.partitions) {
      out.push_back(partition.to_record(topic.id, index));
    }
  }
}

protocol::RegisterBrokerRecord to_record(const BrokerRegistration& broker) {
  protocol::RegisterBrokerRecord record;
  record.broker_id = broker.id.value();
  record.incarnation_id = broker.incarnation;
  record.broker_epoch = broker.epoch.value();
  for (const BrokerEndpoint& e : broker.endpoints) {
    record.end_points.push_back({e.name, e.host, e.port, 0});
  }
  record.rack = broker.rack;
  record.fenced = broker.fenced;
  record.in_controlled_shutdown = broker.in_controlled_shutdown;
  record.log_dirs = broker.log_dirs;
  return record;
}

void write_configs(const MetadataImage& image, Records& out) {
  for (const auto& [key, value] : image.cluster_config()) {
    out.push_back(protocol::ConfigRecord{kBrokerResource, "", key, value});
  }
  for (const auto& [broker, config] : image.broker_configs()) {
    for (const auto& [key, value] : config) {
      out.push_back(
          protocol::ConfigRecord{kBrokerResource, std::to_string(broker.value()), key, value});
    }
  }
  for (const auto& [name, topic] : image.topics()) {
    for (const auto& [key, value] : image.topic_config(name)) {
      out.push_back(protocol::ConfigRecord{kTopicResource, name, key, value});
    }
  }
}

}  // namespace

std::vector<protocol::MetadataRecord> image_records(const MetadataImage& image) {
  Records out;
  // metadata.version first: it says how to read everything else.
  for (const auto& [name, level] : image.features()) {
    out.push_back(protocol::FeatureLevelRecord{name, level});
  }
  write_topics(image, out);
  for (const auto& [id, broker] : image.brokers()) out.push_back(to_record(broker));
  write_configs(image, out);
  if (image.next_producer_id() > 0) {
    out.push_back(protocol::ProducerIdsRecord{kNoBroker, -1, image.next_producer_id()});
  }
  return out;
}

}  // namespace kscope::metadata
