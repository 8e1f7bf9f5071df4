// The definitions behind codec.h, and the macro that makes them for one message.
//
// Included only by the .cc files of messages/ and records/ and by tests; see codec.h for why.
#pragma once

#include "engine/protocol/decoder.h"
#include "engine/protocol/encoder.h"
#include "engine/protocol/span_trace.h"

namespace kscope::protocol {

template <class T>
Result<void> check_version(std::int16_t version) {
  if (version >= T::kMinVersion && version <= T::kMaxVersion) return {};
  const auto v = [](std::int16_t n) { return "v" + std::to_string(n); };
  return Error{ErrorKind::Unsupported, T::kName + (' ' + v(version)) + " is outside " +
                                           v(T::kMinVersion) + " to " + v(T::kMaxVersion)};
}

template <class T>
void encode_into(ByteWriter& out, const T& message, std::int16_t version) {
  KCHECK(version >= T::kMinVersion && version <= T::kMaxVersion);
  Encoder encoder(out, version, version >= T::kFlexible);
  StructWriter<T>(encoder, message).write();
}

template <class T>
Bytes encode_body(const T& message, std::int16_t version) {
  ByteWriter out;
  out.reserve(128);  // most requests fit, so that most take one allocation
  encode_into(out, message, version);
  return out.take();
}

template <class T>
Result<T> decode_bytes(ByteView body, const Blob* owner, std::int16_t version, std::size_t* end) {
  KTRY(check_version<T>(version));
  NoTrace trace;
  Decoder<NoTrace> decoder(body, owner, version, version >= T::kFlexible, trace);
  T message;
  StructReader<NoTrace, T>(decoder, message).read();
  if (!decoder.ok()) return decoder.error(T::kName);
  if (end != nullptr) *end = decoder.in().position();
  return message;
}

template <class T>
Result<T> decode_body(const Blob& body, std::int16_t version) {
  return decode_bytes<T>(body.view(), &body, version, nullptr);
}

template <class T>
Result<T> decode_body(ByteView body, std::int16_t version) {
  return decode_bytes<T>(body, nullptr, version, nullptr);
}

template <class T>
Result<void> check_body(ByteView body, std::int16_t version) {
  auto message = decode_body<T>(body, version);
  if (!message.ok()) return message.error();
  return {};
}

template <class T>
void walk_body(ByteView body, std::int16_t version, std::size_t offset, int depth,
               std::vector<FieldSpan>& out) {
  SpanTrace trace(body, offset, depth, out);
  if (auto known = check_version<T>(version); !known.ok()) {
    return trace.unreadable(0, known.error());
  }
  Decoder<SpanTrace> decoder(body, nullptr, version, version >= T::kFlexible, trace);
  T message;
  StructReader<SpanTrace, T>(decoder, message).read();
  if (!decoder.ok()) return trace.unreadable(decoder.in().position(), decoder.error(T::kName));
  trace.rest(decoder.in().position());
}

}  // namespace kscope::protocol

/// In a .cc file, inside namespace kscope::protocol.
#define KSCOPE_INSTANTIATE_CODEC(T)                                                     \
  template void encode_into<T>(ByteWriter&, const T&, std::int16_t);                    \
  template Bytes encode_body<T>(const T&, std::int16_t);                                \
  template Result<T> decode_body<T>(const Blob&, std::int16_t);                         \
  template Result<T> decode_body<T>(ByteView, std::int16_t);                            \
  template Result<void> check_body<T>(ByteView, std::int16_t);                          \
  template void walk_body<T>(ByteView, std::int16_t, std::size_t, int, std::vector<FieldSpan>&)
