// A consumer of orders-0 in front of a FakeCluster, and the few words that its tests are written
// in.
#pragma once

#include "engine/client/kafka_consumer.h"
#include "tests/unit/client/fake_cluster.h"

namespace kscope::test {

/// A batch with one record per value, as a leader in that epoch would store it.
inline Bytes stored_batch(std::int64_t base_offset, const std::vector<std::string>& values,
                          std::int32_t epoch = 0, bool control = false) {
  std::vector<record::Record> records;
  for (const std::string& value : values) {
    record::Record r;
    r.offset = base_offset + static_cast<std::int64_t>(records.size());
    r.timestamp_ms = kWallMillisAtStart;
    r.value = to_bytes(value);
    records.push_back(std::move(r));
  }
  record::BatchOptions options;
  options.base_offset = base_offset;
  options.partition_leader_epoch = epoch;
  options.control = control;
  return record::build_batch(options, records);
}

class ConsumerFixture : public FakeCluster<client::KafkaConsumer> {
 public:
  const TopicPartition orders0{"orders", 0};

  explicit ConsumerFixture(client::Settings settings = {}) {
    settings.emplace("auto.offset.reset", "earliest");
    auto config = client::parse_consumer_config(settings);
    REQUIRE(config.ok());
    client = client::KafkaConsumer::start(env(), *config, {NodeId(1), NodeId(2), NodeId(3)});
    leaders[orders0] = {1, 0};
  }
  /// Assigns orders-0 and answers its ListOffsets with `start`.
  void assign_at(std::int64_t start) {
    REQUIRE(client.assign(env(), {orders0}).ok());
    run_for(millis(1));
    answer_list_offsets(take_waiting(ApiKey::ListOffsets), start);
  }
  std::int64_t answer_list_offsets(const Received& received, std::int64_t offset,
                                   ErrorCode error = ErrorCode::NONE) {
    const auto request = received.as<protocol::ListOffsetsRequest>();
    protocol::ListOffsetsResponse response;
    response.topics.emplace_back();
    response.topics[0].name = request.topics.at(0).name;
    for (const auto& p : request.topics[0].partitions) {
      protocol::ListOffsetsResponse::ListOffsetsPartitionResponse entry;
      entry.partition_index = p.partition_index;
      entry.error_code = error;
      entry.offset = offset;
      response.topics[0].partitions.push_back(entry);
    }
    reply(received, response);
    return request.topics[0].partitions.at(0).timestamp;
  }
  void answer_epoch(const Received& received, std::int32_t epoch, std::int64_t end,
                    ErrorCode error = ErrorCode::NONE) {
    protocol::OffsetForLeaderEpochResponse response;
    response.topics.emplace_back();
    response.topics[0].topic = "orders";
    protocol::OffsetForLeaderEpochResponse::EpochEndOffset entry;
    entry.error_code = error;
    entry.leader_epoch = epoch;
    entry.end_offset = end;
    response.topics[0].partitions.push_back(entry);
    reply(received, response);
  }
  struct Answer {
    Bytes records;
    std::int64_t high_watermark = 0;
    ErrorCode error = ErrorCode::NONE;
    std::int32_t leader = -1, leader_epoch = -1;
  };
  /// The first partition of the request gets the answer, the others have nothing.
  void answer_fetch(const Received& received, const Answer& answer) {
    const auto request = received.as<protocol::FetchRequest>();
    protocol::FetchResponse response;
    response.responses.emplace_back();
    response.responses[0].topic = request.topics.at(0).topic;
    protocol::FetchResponse::PartitionData data;
    data.partition_index = request.topics[0].partitions.at(0).partition;
    data.error_code = answer.error;
    data.high_watermark = answer.high_watermark;
    data.last_stable_offset = answer.high_watermark;
    data.aborted_transactions.reset();
    data.current_leader.leader_id = answer.leader;
    data.current_leader.leader_epoch = answer.leader_epoch;
    data.records = Blob(answer.records);
    response.responses[0].partitions.push_back(data);
    for (std::size_t i = 1; i < request.topics[0].partitions.size(); ++i) {
      auto& other = response.responses[0].partitions.emplace_back();
      other.partition_index = request.topics[0].partitions[i].partition;
      other.high_watermark = other.last_stable_offset = 0;
      other.aborted_transactions.reset();
      other.records = Blob(Bytes{});
    }
    reply(received, response);
  }
  Received next_fetch() { return take_waiting(ApiKey::Fetch); }
  static std::int64_t fetch_offset(const Received& received) {
    return received.as<protocol::FetchRequest>().topics.at(0).partitions.at(0).fetch_offset;
  }
  std::int64_t position() { return client.positions().at(orders0).value(); }
  client::FetchState state() { return client.subscriptions().all().at(orders0).state; }
};

}  // namespace kscope::test
