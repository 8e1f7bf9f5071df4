// Envelope (key 58): a broker forwards a client's request to the controller, as it was.
//
// The whole request (header and body) travels as bytes inside, with the client's principal and
// address, and the controller's whole answer comes back the same way (KIP-590).
// Real Kafka: EnvelopeRequest, ForwardingManager.
// Called by: broker/. Answered by: metadata/.
// Read next: messages/create_topics.h
#pragma once

#include <optional>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct EnvelopeRequest {
  static constexpr const char* kName = "EnvelopeRequest";
  static constexpr ApiKey kApi = ApiKey::Envelope;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  Blob request_data;  ///< header and body, without the size
  std::optional<Blob> request_principal = Blob();
  Blob client_host_address;  ///< 4 or 16 bytes

  bool operator==(const EnvelopeRequest&) const = default;
  void describe(auto& f) {
    f("RequestData", request_data);
    f("RequestPrincipal", request_principal, nullable());
    f("ClientHostAddress", client_host_address);
  }
};

struct EnvelopeResponse {
  static constexpr const char* kName = "EnvelopeResponse";
  static constexpr ApiKey kApi = ApiKey::Envelope;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::optional<Blob> response_data;
  ErrorCode error_code = ErrorCode::NONE;

  bool operator==(const EnvelopeResponse&) const = default;
  void describe(auto& f) {
    f("ResponseData", response_data, nullable());
    f("ErrorCode", error_code);
  }
};

}  // namespace kscope::protocol
