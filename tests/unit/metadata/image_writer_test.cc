// Goal: the records that an image is written as make the same image again, and history leaves no
// trace in them. Method: an image with one of everything; histories that end in it.
// KIP-630; Kafka: MetadataImageTest, ImageWriter.
#include "engine/metadata/image_writer.h"

#include "engine/metadata/metadata_delta.h"
#include "tests/catch.h"

namespace kscope::metadata {
namespace {

Uuid uuid(std::uint8_t last) {
  Uuid id;
  id.bytes[15] = last;
  return id;
}

protocol::PartitionRecord partition(const Uuid& topic, std::int32_t index, std::int32_t leader) {
  protocol::PartitionRecord record;
  record.partition_id = index;
  record.topic_id = topic;
  record.replicas = {1, 2, 3};
  record.isr = {1, 2};
  record.leader = leader;
  record.leader_epoch = 7;
  record.partition_epoch = 9;
  record.adding_replicas = {3};
  record.removing_replicas = {1};
  record.directories = {uuid(11), uuid(12), uuid(13)};
  return record;
}

std::vector<protocol::MetadataRecord> one_of_everything() {
  protocol::RegisterBrokerRecord broker;
  broker.broker_id = 2;
  broker.incarnation_id = uuid(42);
  broker.broker_epoch = 5;
  broker.end_points.push_back({"PLAINTEXT", "broker-2", 9092, 0});
  broker.rack = "east";
  broker.fenced = false;
  broker.log_dirs = {uuid(12)};
  protocol::PartitionRecord leaderless = partition(uuid(1), 1, -1);
  leaderless.leader_recovery_state = 1;
  return {protocol::FeatureLevelRecord{"metadata.version", 21},
          protocol::TopicRecord{"orders", uuid(1)},
          partition(uuid(1), 0, 1),
          leaderless,
          protocol::TopicRecord{"empty", uuid(2)},
          broker,
          protocol::ConfigRecord{kTopicResource, "orders", "min.insync.replicas", "2"},
          protocol::ConfigRecord{kBrokerResource, "", "log.retention.ms", "1000"},
          protocol::ConfigRecord{kBrokerResource, "2", "log.cleaner.threads", "2"},
          protocol::ProducerIdsRecord{2, 5, 3000}};
}

MetadataImage fold(const std::vector<protocol::MetadataRecord>& records) {
  MetadataImage image;
  for (const auto& record : records) image.apply_from_snapshot(record, Offset(99));
  image.advance_to(Offset(100));
  return image;
}

}  // namespace

TEST_CASE("what an image is written as makes the same image") {
  const MetadataImage image = fold(one_of_everything());
  CHECK(fold(image_records(image)) == image);
  CHECK(image_records(fold(image_records(image))) == image_records(image));
}

TEST_CASE("of what came and went nothing is written") {
  auto records = one_of_everything();
  records.push_back(protocol::TopicRecord{"gone", uuid(3)});
  records.push_back(partition(uuid(3), 0, 1));
  records.push_back(protocol::ConfigRecord{kTopicResource, "gone", "retention.ms", "5"});
  records.push_back(protocol::RemoveTopicRecord{uuid(3)});
  for (int i = 0; i < 50; ++i) {
    protocol::PartitionChangeRecord change;
    change.topic_id = uuid(1);
    change.partition_id = 0;
    change.leader = 1 + i % 2;
    records.push_back(change);
  }
  records.push_back(protocol::NoOpRecord{});
  CHECK(image_records(fold(records)).size() == one_of_everything().size());
}

TEST_CASE("the difference of two images names what went, what came, and everything that is left") {
  const MetadataImage before = fold(one_of_everything());
  auto records = one_of_everything();
  records.push_back(protocol::RemoveTopicRecord{uuid(2)});
  records.push_back(protocol::TopicRecord{"empty", uuid(8)});
  MetadataDelta delta;
  delta.note_difference(before, fold(records));
  REQUIRE(delta.deleted_topics.size() == 1);
  CHECK(delta.deleted_topics[0].id == uuid(2));
  CHECK(delta.partitions.at("orders") == std::set<std::int32_t>{0, 1});
  CHECK(delta.partitions.count("empty") == 1);
  CHECK(delta.brokers == std::set<NodeId>{NodeId(2)});
  CHECK(delta.cluster_config);
}

}  // namespace kscope::metadata
