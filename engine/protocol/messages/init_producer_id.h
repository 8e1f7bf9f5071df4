// InitProducerId (key 22): give me an identity for idempotent or transactional writes.
//
// Without a transactional id any broker answers from a block of ids that it got from the controller
// (AllocateProducerIds); with one, the transaction coordinator does and also fences the previous
// holder by raising the epoch. v2 is flexible, v3 lets a producer keep its id and raise its epoch
// after an error (KIP-360).
// Called by: client/ (producer), real clients. Answered by: broker/.
// Read next: messages/allocate_producer_ids.h
#pragma once

#include <optional>
#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct InitProducerIdRequest {
  static constexpr const char* kName = "InitProducerIdRequest";
  static constexpr ApiKey kApi = ApiKey::InitProducerId;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 2;

  std::optional<std::string> transactional_id = "";  ///< null: idempotence only
  std::int32_t transaction_timeout_ms = 0;
  std::int64_t producer_id = -1;  ///< -1: a new one, otherwise raise the epoch of this one
  std::int16_t producer_epoch = -1;

  bool operator==(const InitProducerIdRequest&) const = default;
  void describe(auto& f) {
    f("TransactionalId", transactional_id, nullable());
    f("TransactionTimeoutMs", transaction_timeout_ms);
    f("ProducerId", producer_id, since(3));
    f("ProducerEpoch", producer_epoch, since(3));
  }
};

struct InitProducerIdResponse {
  static constexpr const char* kName = "InitProducerIdResponse";
  static constexpr ApiKey kApi = ApiKey::InitProducerId;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 5, kFlexible = 2;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = 0;

  bool operator==(const InitProducerIdResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ProducerId", producer_id);
    f("ProducerEpoch", producer_epoch);
  }
};

}  // namespace kscope::protocol
