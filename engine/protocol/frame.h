// Frames: size prefix, header, body.
//
//   request:  size:int32 | api_key:int16 version:int16 correlation:int32 client_id:nullable string
//             [tagged fields from header v2 on] | body
//   response: size:int32 | correlation:int32 [tagged fields in header v1] | body
//
// Which header version goes with a request version is part of each message's description
// (`kFlexible`): flexible requests use request header v2 and response header v1, with the one
// exception that ApiVersions responses always use header v0, so that a client that guessed a too
// high version can still read the answer (KIP-511).
//
// Called by: protocol/network_client, broker/, raft/, live/. Kafka: RequestHeader, ResponseHeader.
// Read next: protocol/codec.h, protocol/walk.h
#pragma once

#include <optional>
#include <string>

#include "engine/base/api_key.h"
#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct RequestHeader {
  ApiKey api{};
  std::int16_t version = 0;
  CorrelationId correlation;
  std::optional<std::string> client_id;
};

/// `socket.request.max.bytes`: anything larger is a broken or hostile client.
inline constexpr std::int32_t kMaxFrameBytes = 104'857'600;

/// A request frame, size prefix included. REQUIRES the api to be in the registry.
Blob request_frame(const RequestHeader& header, ByteView body);
/// A response frame, size prefix included.
Blob response_frame(ApiKey api, std::int16_t version, CorrelationId correlation, ByteView body);

/// The same in one buffer, for those who have the message itself.
template <class Request>
Blob encode_request(const RequestHeader& header, const Request& request);
template <class Response>
Blob encode_response(std::int16_t version, CorrelationId correlation, const Response& response);

struct ParsedRequest {
  RequestHeader header;
  Blob body;
};
/// Unsupported for an api key that we do not know (the header is parsed as v1 then and the error
/// says so); for a *known* api with a version outside our range the header is still returned.
Result<ParsedRequest> parse_request(const Blob& frame);
/// REQUIRES api and version as sent.
struct ParsedResponse {
  CorrelationId correlation;
  Blob body;
};
Result<ParsedResponse> parse_response(const Blob& frame, ApiKey api, std::int16_t version);

namespace detail {
/// Four bytes for the size, and the header.
void begin_request(ByteWriter& out, const RequestHeader& header);
void begin_response(ByteWriter& out, ApiKey api, std::int16_t version, CorrelationId correlation);
/// Fills in the size.
Blob finish_frame(ByteWriter& out);
}  // namespace detail

template <class Request>
Blob encode_request(const RequestHeader& header, const Request& request) {
  ByteWriter out;
  detail::begin_request(out, header);
  encode_into(out, request, header.version);
  return detail::finish_frame(out);
}

template <class Response>
Blob encode_response(std::int16_t version, CorrelationId correlation, const Response& response) {
  ByteWriter out;
  detail::begin_response(out, Response::kApi, version, correlation);
  encode_into(out, response, version);
  return detail::finish_frame(out);
}

}  // namespace kscope::protocol
