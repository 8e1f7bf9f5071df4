#include "engine/protocol/frame.h"

#include "engine/protocol/registry.h"

namespace kscope::protocol {
namespace {

constexpr std::size_t kSizePrefix = 4;

Error damaged(ErrorKind kind, const std::string& what) { return {kind, "frame: " + what}; }

/// The frame without its size, once that was found to be true.
Result<ByteView> contents(ByteView frame) {
  ByteReader in(frame);
  const std::int32_t size = in.i32();
  if (!in.ok()) {
    return damaged(ErrorKind::Truncated,
                   "ends after " + std::to_string(frame.size()) + " of 4 bytes of size");
  }
  if (size < 0 || size > kMaxFrameBytes) {
    return damaged(ErrorKind::Corrupt, "impossible size " + std::to_string(size));
  }
  if (static_cast<std::size_t>(size) != in.remaining()) {
    return damaged(ErrorKind::Truncated, "size says " + std::to_string(size) + " bytes, but " +
                                             std::to_string(in.remaining()) + " follow");
  }
  return frame.subspan(kSizePrefix);
}

/// Headers have no tags of their own so far; whatever is there is skipped (KIP-482).
void skip_tags(ByteReader& in) {
  for (std::uint32_t n = in.unsigned_varint(); n > 0 && in.ok(); --n) {
    in.unsigned_varint();
    in.skip(in.unsigned_varint());
  }
}

/// Nullable and never compact, even in header v2: whoever reads it need not know the version yet.
std::optional<std::string> read_client_id(ByteReader& in) {
  const std::int16_t length = in.i16();
  if (length < -1) in.fail();
  if (!in.ok() || length < 0) return std::nullopt;
  return std::string(text_of(in.take(static_cast<std::size_t>(length))));
}

}  // namespace

namespace detail {

void begin_request(ByteWriter& out, const RequestHeader& header) {
  const ApiEntry* api = find_api(header.api);
  KCHECK(api != nullptr);
  out.reserve(256);
  out.i32(0);
  out.i16(static_cast<std::int16_t>(header.api));
  out.i16(header.version);
  out.i32(header.correlation.value());
  out.i16(header.client_id ? static_cast<std::int16_t>(header.client_id->size())
                           : std::int16_t{-1});
  if (header.client_id) out.raw(view_of(*header.client_id));
  if (api->request_header_version(header.version) >= 2) out.unsigned_varint(0);
}

void begin_response(ByteWriter& out, ApiKey key, std::int16_t version, CorrelationId correlation) {
  const ApiEntry* api = find_api(key);
  KCHECK(api != nullptr);
  out.reserve(256);
  out.i32(0);
  out.i32(correlation.value());
  if (api->response_header_version(version) >= 1) out.unsigned_varint(0);
}

Blob finish_frame(ByteWriter& out) {
  out.patch_u32(0, static_cast<std::uint32_t>(out.size() - kSizePrefix));
  return Blob(out.take());
}

}  // namespace detail

Blob request_frame(const RequestHeader& header, ByteView body) {
  ByteWriter out;
  detail::begin_request(out, header);
  out.raw(body);
  return detail::finish_frame(out);
}

Blob response_frame(ApiKey api, std::int16_t version, CorrelationId correlation, ByteView body) {
  ByteWriter out;
  detail::begin_response(out, api, version, correlation);
  out.raw(body);
  return detail::finish_frame(out);
}

Result<ParsedRequest> parse_request(const Blob& frame) {
  KTRY_ASSIGN(const ByteView bytes, contents(frame));
  ByteReader in(bytes);
  RequestHeader header;
  header.api = static_cast<ApiKey>(in.i16());
  header.version = in.i16();
  header.correlation = CorrelationId(in.i32());
  header.client_id = read_client_id(in);
  const ApiEntry* api = find_api(header.api);
  if (in.ok() && api == nullptr) {
    return damaged(ErrorKind::Unsupported,
                   "unknown API key " + std::to_string(static_cast<std::int16_t>(header.api)) +
                       " (version " + std::to_string(header.version) + ", correlation " +
                       std::to_string(header.correlation.value()) + ")");
  }
  if (in.ok() && api->request_header_version(header.version) >= 2) skip_tags(in);
  if (!in.ok()) {
    return damaged(ErrorKind::Truncated, "the request header does not fit into " +
                                             std::to_string(bytes.size()) + " bytes");
  }
  return ParsedRequest{std::move(header),
                       frame.slice(kSizePrefix + in.position(), in.remaining())};
}

Result<ParsedResponse> parse_response(const Blob& frame, ApiKey key, std::int16_t version) {
  const ApiEntry* api = find_api(key);
  KCHECK(api != nullptr);
  KTRY_ASSIGN(const ByteView bytes, contents(frame));
  ByteReader in(bytes);
  const CorrelationId correlation(in.i32());
  if (api->response_header_version(version) >= 1) skip_tags(in);
  if (!in.ok()) {
    return damaged(ErrorKind::Truncated, "the response header does not fit into " +
                                             std::to_string(bytes.size()) + " bytes");
  }
  return ParsedResponse{correlation, frame.slice(kSizePrefix + in.position(), in.remaining())};
}

}  // namespace kscope::protocol
