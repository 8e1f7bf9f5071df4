// Produce (key 0): append these record batches.
//
// One record batch per partition, sent to that partition's leader. `acks` decides when the leader
// answers: 0 never, 1 after its own append, -1 once the whole ISR has it. Partitions succeed or
// fail one by one, so that one bad partition does not spoil the rest.
//
// v3 is the first with record batches v2 and the transactional id, v7 allows zstd (KIP-110), v8
// names the records at fault (KIP-467), v9 is flexible, v10 adds the current leader for a faster
// retry (KIP-951). Bodies of v0-2 are described for completeness; brokers list them because
// librdkafka takes a higher minimum for a sign that only zstd is understood, but message sets of
// magic 0 and 1 are refused.
// Real Kafka: ProduceRequest, ReplicaManager.appendRecords.
// Called by: client/ (producer), real clients. Answered by: broker/.
// Read next: messages/fetch.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct ProduceRequest {
  static constexpr const char* kName = "ProduceRequest";
  static constexpr ApiKey kApi = ApiKey::Produce;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 11, kFlexible = 9;

  struct PartitionProduceData {
    std::int32_t index = 0;
    Blob records;  ///< one batch of magic 2

    bool operator==(const PartitionProduceData&) const = default;
    void describe(auto& f) {
      f("Index", index);
      f("Records", records, nullable().records());
    }
  };

  struct TopicProduceData {
    std::string name;
    std::vector<PartitionProduceData> partition_data;

    bool operator==(const TopicProduceData&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("PartitionData", partition_data);
    }
  };

  std::optional<std::string> transactional_id;
  std::int16_t acks = 0;  ///< 0, 1 or -1 (all in sync)
  std::int32_t timeout_ms = 0;  ///< how long the leader may wait for the ISR
  std::vector<TopicProduceData> topic_data;

  bool operator==(const ProduceRequest&) const = default;
  void describe(auto& f) {
    f("TransactionalId", transactional_id, since(3).nullable());
    f("Acks", acks);
    f("TimeoutMs", timeout_ms);
    f("TopicData", topic_data);
  }
};

struct ProduceResponse {
  static constexpr const char* kName = "ProduceResponse";
  static constexpr ApiKey kApi = ApiKey::Produce;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 11, kFlexible = 9;

  struct BatchIndexAndErrorMessage {
    std::int32_t batch_index = 0;  ///< position of the record in its batch
    std::optional<std::string> batch_index_error_message;

    bool operator==(const BatchIndexAndErrorMessage&) const = default;
    void describe(auto& f) {
      f("BatchIndex", batch_index);
      f("BatchIndexErrorMessage", batch_index_error_message, nullable(8));
    }
  };

  struct LeaderIdAndEpoch {
    std::int32_t leader_id = -1;
    std::int32_t leader_epoch = -1;

    bool operator==(const LeaderIdAndEpoch&) const = default;
    void describe(auto& f) {
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
    }
  };

  struct PartitionProduceResponse {
    std::int32_t index = 0;
    ErrorCode error_code = ErrorCode::NONE;
    std::int64_t base_offset = 0;  ///< of the first record; -1 on an error
    std::int64_t log_append_time_ms = -1;  ///< -1 unless the topic uses LogAppendTime
    std::int64_t log_start_offset = -1;
    std::vector<BatchIndexAndErrorMessage> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;

    bool operator==(const PartitionProduceResponse&) const = default;
    void describe(auto& f) {
      f("Index", index);
      f("ErrorCode", error_code);
      f("BaseOffset", base_offset);
      f("LogAppendTimeMs", log_append_time_ms, since(2).ignorable());
      f("LogStartOffset", log_start_offset, since(5).ignorable());
      f("RecordErrors", record_errors, since(8).ignorable());
      f("ErrorMessage", error_message, since(8).nullable().ignorable());
      f("CurrentLeader", current_leader, since(10).tag(0));
    }
  };

  struct TopicProduceResponse {
    std::string name;
    std::vector<PartitionProduceResponse> partition_responses;

    bool operator==(const TopicProduceResponse&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("PartitionResponses", partition_responses);
    }
  };

  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const NodeEndpoint&) const = default;
    void describe(auto& f) {
      f("NodeId", node_id);
      f("Host", host);
      f("Port", port);
      f("Rack", rack, nullable(10));
    }
  };

  std::vector<TopicProduceResponse> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  bool operator==(const ProduceResponse&) const = default;
  void describe(auto& f) {
    f("Responses", responses);
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("NodeEndpoints", node_endpoints, since(10).tag(0));
  }
};

}  // namespace kscope::protocol
