// AllocateProducerIds (key 67): a broker asks the controller for a block of producer ids.
//
// Blocks of 1000, so that a new producer costs no trip to the controller; the block is recorded in
// the metadata log before it is handed out and is never handed out twice (KIP-730).
// Real Kafka: RPCProducerIdManager, ProducerIdControlManager.
// Called by: broker/. Answered by: metadata/.
// Read next: messages/init_producer_id.h
#pragma once

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct AllocateProducerIdsRequest {
  static constexpr const char* kName = "AllocateProducerIdsRequest";
  static constexpr ApiKey kApi = ApiKey::AllocateProducerIds;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = -1;

  bool operator==(const AllocateProducerIdsRequest&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
  }
};

struct AllocateProducerIdsResponse {
  static constexpr const char* kName = "AllocateProducerIdsResponse";
  static constexpr ApiKey kApi = ApiKey::AllocateProducerIds;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::int64_t producer_id_start = 0;
  std::int32_t producer_id_len = 0;

  bool operator==(const AllocateProducerIdsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ProducerIdStart", producer_id_start);
    f("ProducerIdLen", producer_id_len);
  }
};

}  // namespace kscope::protocol
