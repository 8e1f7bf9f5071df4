// Answers of the controller as frames: plain or in an envelope, granted or refused.
//
// Called by: quorum_controller. Kafka: EnvelopeUtils, ControllerApis.
// Read next: metadata/quorum_controller.h
#pragma once

#include "engine/metadata/quorum_controller.h"

namespace kscope::metadata {

/// The whole frame that goes back, given the frame that would answer the request itself.
Blob wrapped(const ReplyTo& to, Blob inner);

template <class Response>
Blob answer_frame(const ReplyTo& to, const Response& response) {
  return wrapped(to, protocol::encode_response(to.header.version, to.header.correlation, response));
}

/// An answer that says nothing but `error`, in the place where this API has room for it. Empty if
/// the request's body does not decode.
Blob refusal_frame(const ReplyTo& to, const Blob& body, ErrorCode error);

/// The request inside an envelope. Corrupt or Unsupported as parse_request.
Result<protocol::ParsedRequest> unwrap(const protocol::ParsedRequest& envelope);

void send_answer(env::Env& env, const ReplyTo& to, Blob frame);

}  // namespace kscope::metadata
