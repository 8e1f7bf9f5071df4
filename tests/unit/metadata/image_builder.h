// Images for tests, made of records as real ones are. Read next: cluster_control_test.cc
#pragma once

#include "engine/metadata/cluster_control.h"
#include "engine/metadata/replication_control.h"

namespace kscope::metadata::testing {

inline Uuid uuid(std::uint8_t n) {
  Uuid id;
  id.bytes[0] = 0xaa;
  id.bytes[15] = n;
  return id;
}

inline std::vector<NodeId> nodes(std::initializer_list<std::int32_t> ids) {
  std::vector<NodeId> result;
  for (std::int32_t id : ids) result.push_back(NodeId(id));
  return result;
}

/// An image, heartbeats and a clock: everything that a decision looks at.
class World {
 public:
  World() { config.cluster_id = "test-cluster"; }

  void apply(const protocol::MetadataRecord& record) { image.apply(record, image.offset()); }
  void apply(const Records& records) {
    for (const auto& record : records) apply(record);
  }

  /// Registers `id` as a new incarnation, heard of now.
  void register_broker(std::int32_t id, bool fenced = false) {
    protocol::RegisterBrokerRecord record;
    record.broker_id = id;
    record.incarnation_id = uuid(static_cast<std::uint8_t>(100 + id));
    record.broker_epoch = image.offset().value();
    record.fenced = fenced;
    record.rack = std::nullopt;
    apply(record);
    heartbeats.touch(NodeId(id), fenced, -1, now);
  }
  void register_brokers(int count) {
    for (int id = 1; id <= count; ++id) register_broker(id);
  }
  void fence(std::int32_t id) {
    protocol::BrokerRegistrationChangeRecord record;
    record.broker_id = id;
    record.broker_epoch = epoch_of(id);
    record.fenced = 1;
    apply(record);
    heartbeats.fence(NodeId(id));
  }
  void add_topic(const std::string& name, const Uuid& id,
                 const std::vector<std::vector<NodeId>>& assignment) {
    apply(protocol::TopicRecord{name, id});
    for (std::size_t p = 0; p < assignment.size(); ++p) {
      PartitionRegistration partition;
      partition.replicas = partition.isr = assignment[p];
      partition.leader = assignment[p].front();
      apply(partition.to_record(id, static_cast<std::int32_t>(p)));
    }
  }
  void set_config(const std::string& topic, const std::string& name, const std::string& value) {
    apply(protocol::ConfigRecord{kTopicResource, topic, name, value});
  }
  /// Changes the ISR and leader behind everybody's back. `leader` -2: as it is.
  void change(const Uuid& topic, std::vector<std::int32_t> isr, std::int32_t leader = -2) {
    protocol::PartitionChangeRecord record;
    record.topic_id = topic;
    record.partition_id = 0;
    record.isr = std::move(isr);
    record.leader = leader;
    apply(record);
  }

  std::int64_t epoch_of(std::int32_t broker) const {
    return image.broker(NodeId(broker))->epoch.value();
  }
  const PartitionRegistration& partition(const std::string& topic, std::int32_t index = 0) const {
    return *image.partition(TopicPartition{topic, index});
  }
  ControllerView view() const { return {image, heartbeats, config, now}; }

  MetadataImage image;
  BrokerHeartbeats heartbeats{seconds(9)};
  ControllerConfig config;
  Instant now = at_micros(1'000'000);
};

}  // namespace kscope::metadata::testing
