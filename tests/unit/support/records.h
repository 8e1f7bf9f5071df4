// Record batches and metadata images for tests, made of as few words as possible.
#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/metadata/metadata_delta.h"
#include "engine/metadata/metadata_image.h"
#include "engine/record/record_batch.h"

namespace kscope::test {

/// A batch of `count` small records, as a producer would send it.
inline Bytes batch_of(int count, std::int64_t timestamp_ms = kWallMillisAtStart) {
  std::vector<record::Record> records;
  for (int i = 0; i < count; ++i) {
    record::Record r;
    r.offset = i;
    r.timestamp_ms = timestamp_ms;
    r.value = to_bytes("v" + std::to_string(i));
    records.push_back(r);
  }
  return record::build_batch({}, records);
}

/// The same as a leader would have stored it: base offset and leader epoch stamped.
inline Bytes stored_batch(int count, std::int64_t base, std::int32_t leader_epoch) {
  Bytes batch = batch_of(count);
  record::stamp_base_offset(batch, 0, base);
  record::stamp_leader_epoch(batch, 0, leader_epoch);
  return batch;
}

inline Uuid topic_id_of(std::uint8_t n) {
  Uuid id;
  id.bytes[0] = 0x70;
  id.bytes[15] = n;
  return id;
}

inline std::vector<NodeId> nodes(std::initializer_list<int> ids) {
  std::vector<NodeId> out;
  for (int id : ids) out.push_back(NodeId(id));
  return out;
}

/// Builds a metadata image record by record and keeps the delta since the last take().
class ImageMaker {
 public:
  const metadata::MetadataImage& image() const { return image_; }
  metadata::MetadataDelta take() { return std::exchange(delta_, {}); }

  /// Registers and unfences a broker. The broker epoch is `epoch`.
  ImageMaker& broker(int id, std::int64_t epoch, bool fenced = false) {
    protocol::RegisterBrokerRecord r;
    r.broker_id = id;
    r.broker_epoch = epoch;
    r.incarnation_id = topic_id_of(static_cast<std::uint8_t>(100 + id));
    r.end_points.push_back({"PLAINTEXT", "broker-" + std::to_string(id), 9092, 0});
    r.fenced = fenced;
    r.rack = std::nullopt;
    return add(r);
  }
  ImageMaker& fence(int id, std::int64_t epoch, bool fenced) {
    protocol::BrokerRegistrationChangeRecord r;
    r.broker_id = id;
    r.broker_epoch = epoch;
    r.fenced = fenced ? 1 : -1;
    return add(r);
  }
  ImageMaker& topic(const std::string& name, std::uint8_t id) {
    protocol::TopicRecord r;
    r.name = name;
    r.topic_id = topic_id_of(id);
    return add(r);
  }
  ImageMaker& remove_topic(std::uint8_t id) {
    protocol::RemoveTopicRecord r;
    r.topic_id = topic_id_of(id);
    return add(r);
  }
  ImageMaker& partition(std::uint8_t topic, int index, std::vector<std::int32_t> replicas,
                        std::vector<std::int32_t> isr, int leader, int leader_epoch,
                        int partition_epoch) {
    protocol::PartitionRecord r;
    r.partition_id = index;
    r.topic_id = topic_id_of(topic);
    r.replicas = std::move(replicas);
    r.isr = std::move(isr);
    r.leader = leader;
    r.leader_epoch = leader_epoch;
    r.partition_epoch = partition_epoch;
    return add(r);
  }
  ImageMaker& topic_setting(const std::string& topic, const std::string& name,
                            const std::string& value) {
    protocol::ConfigRecord r;
    r.resource_type = metadata::kTopicResource;
    r.resource_name = topic;
    r.name = name;
    r.value = value;
    return add(r);
  }

  ImageMaker& topic_config(const std::string& topic, const std::string& name,
                           const std::string& value) {
    protocol::ConfigRecord r;
    r.resource_type = 2;
    r.resource_name = topic;
    r.name = name;
    r.value = value;
    return add(r);
  }

 private:
  ImageMaker& add(const protocol::MetadataRecord& record) {
    delta_.note(image_, record);
    image_.apply(record, image_.offset());
    delta_.to = image_.offset();
    return *this;
  }

  metadata::MetadataImage image_;
  metadata::MetadataDelta delta_;
};

}  // namespace kscope::test
