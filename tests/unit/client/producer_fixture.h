// A producer in front of a FakeCluster, with the few words that its tests are written in.
#pragma once

#include "engine/client/kafka_producer.h"
#include "tests/unit/client/fake_cluster.h"

namespace kscope::test {

class ProducerFixture : public FakeCluster<client::KafkaProducer> {
 public:
  explicit ProducerFixture(const client::Settings& settings = {}) {
    auto config = client::parse_producer_config(settings);
    REQUIRE(config.ok());
    client = client::KafkaProducer::start(env(), *config, {NodeId(1), NodeId(2), NodeId(3)});
    leaders[{"orders", 0}] = {1, 0};
    leaders[{"orders", 1}] = {2, 0};
    leaders[{"orders", 2}] = {3, 0};
  }

  void send(const std::string& value, std::optional<std::int32_t> partition = 0,
            std::optional<std::string> key = std::nullopt) {
    std::optional<Bytes> key_bytes;
    if (key) key_bytes = to_bytes(*key);
    client.send(env(), "orders", partition, std::move(key_bytes), to_bytes(value));
  }
  Received next_produce() { return take_waiting(ApiKey::Produce); }
  static Blob records_of(const Received& received) {
    return received.as<protocol::ProduceRequest>().topic_data.at(0).partition_data.at(0).records;
  }
  static std::vector<std::string> values(const Received& received) {
    return values_of(records_of(received));
  }
  /// Answers every partition of the request alike.
  void answer(const Received& received, ErrorCode error, std::int64_t base_offset = -1) {
    protocol::ProduceResponse response;
    for (const auto& topic : received.as<protocol::ProduceRequest>().topic_data) {
      protocol::ProduceResponse::TopicProduceResponse t_response;
      t_response.name = topic.name;
      for (const auto& p : topic.partition_data) {
        protocol::ProduceResponse::PartitionProduceResponse entry;
        entry.index = p.index;
        entry.error_code = error;
        entry.base_offset = base_offset;
        t_response.partition_responses.push_back(entry);
      }
      response.responses.push_back(t_response);
    }
    reply(received, response);
  }
};

}  // namespace kscope::test
