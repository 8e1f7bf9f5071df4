// Records of __transaction_state: one key for each transactional id, and what it is doing.
//
// The coordinator writes the state before it acts on it: PrepareCommit before the first marker,
// CompleteCommit after the last. Whoever takes over reads the newest value and goes on from there.
// Keys and values are version:int16 and then the fields; a value of null forgets the id.
//
// Written by: the transaction coordinator. Real Kafka: TransactionLog, TransactionMetadata
// (KIP-98). Read next: records/coordinator_record.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

/// TransactionStatus in a TransactionLogValue.
enum class TransactionState : std::int8_t {
  Empty = 0,
  Ongoing = 1,
  PrepareCommit = 2,
  PrepareAbort = 3,
  CompleteCommit = 4,
  CompleteAbort = 5,
  Dead = 6,
  PrepareEpochFence = 7,
};

/// "PrepareCommit"; "unknown" for a number that is none.
const char* to_string(TransactionState state);

struct TransactionLogKey {
  static constexpr const char* kName = "TransactionLogKey";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = kNeverFlexible;
  static constexpr std::int16_t kWriteVersion = 0;

  std::string transactional_id;

  bool operator==(const TransactionLogKey&) const = default;
  void describe(auto& f) { f("TransactionalId", transactional_id); }
};

struct TransactionLogValue {
  static constexpr const char* kName = "TransactionLogValue";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 1;
  static constexpr std::int16_t kWriteVersion = 0;

  struct PartitionsSchema {
    std::string topic;
    std::vector<std::int32_t> partition_ids;

    bool operator==(const PartitionsSchema&) const = default;
    void describe(auto& f) {
      f("Topic", topic);
      f("PartitionIds", partition_ids);
    }
  };

  std::int64_t producer_id = 0;
  std::int16_t producer_epoch = 0;
  std::int32_t transaction_timeout_ms = 0;
  std::int8_t transaction_status = 0;                                   ///< TransactionState
  std::optional<std::vector<PartitionsSchema>> transaction_partitions;  ///< null while Empty
  std::int64_t transaction_last_update_timestamp_ms = 0;
  std::int64_t transaction_start_timestamp_ms = 0;

  bool operator==(const TransactionLogValue&) const = default;
  void describe(auto& f) {
    f("ProducerId", producer_id);
    f("ProducerEpoch", producer_epoch);
    f("TransactionTimeoutMs", transaction_timeout_ms);
    f("TransactionStatus", transaction_status);
    f("TransactionPartitions", transaction_partitions, nullable());
    f("TransactionLastUpdateTimestampMs", transaction_last_update_timestamp_ms);
    f("TransactionStartTimestampMs", transaction_start_timestamp_ms);
  }
};

}  // namespace kscope::protocol
