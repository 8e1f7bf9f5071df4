// The layout of one record, written down once.
//
// scan_record drives a visitor over the fields of a record. The reader assembles a Record from
// them, the inspector's walk turns them into byte ranges; neither repeats the layout:
//
//   length varint | attributes i8 | timestampDelta varlong | offsetDelta varint
//   | keyLength varint, key | valueLength varint, value
//   | headers count varint | (keyLength varint, key | valueLength varint, value)*
//
// A length of -1 is null. A record says its own length first, so that a consumer can skip it; here
// both must agree, because a record that ends elsewhere than it says is damaged.
//
// Called by: batch_reader.cc, batch_walk.cc. Kafka: DefaultRecord.readFrom.
// Read next: record/batch_reader.cc
#pragma once

#include <optional>

#include "engine/base/byte_io.h"

namespace kscope::record {

/// Where a field's bytes are in the block that is scanned.
struct Range {
  std::size_t begin = 0, end = 0;
};

/// Fewer bytes than this cannot hold a record: seven fields of at least one byte.
inline constexpr std::size_t kMinRecordBytes = 7;

namespace detail {

/// Reads a varint and hands it over under its name.
template <class Visitor>
std::int32_t scan_varint(ByteReader& reader, Visitor& visitor, const char* name) {
  const std::size_t begin = reader.position();
  const std::int32_t v = reader.varint();
  if (reader.ok()) visitor.number(name, v, Range{begin, reader.position()});
  return v;
}

/// A length and as many bytes. The range covers both.
template <class Visitor>
void scan_bytes(ByteReader& reader, Visitor& visitor, const char* name, bool nullable) {
  const std::size_t begin = reader.position();
  const std::int32_t length = reader.varint();
  if (length < 0 && !(nullable && length == -1)) reader.fail();
  std::optional<ByteView> value;
  if (length >= 0) value = reader.take(static_cast<std::size_t>(length));
  if (reader.ok()) visitor.bytes(name, value, Range{begin, reader.position()});
}

}  // namespace detail

/// Visits the record at the reader's position. False (and a failed reader) if it is damaged; the
/// visitor may then have seen some of its fields. Visitor:
///   void number(const char* name, std::int64_t value, Range);
///   void bytes(const char* name, std::optional<ByteView> value, Range);
///   void header(std::size_t index);   // the next two fields are headerKey and headerValue
template <class Visitor>
bool scan_record(ByteReader& reader, Visitor& visitor) {
  const std::int32_t length = detail::scan_varint(reader, visitor, "length");
  if (length < 0 || static_cast<std::size_t>(length) > reader.remaining()) reader.fail();
  const std::size_t body = reader.position();

  const std::size_t attributes_at = reader.position();
  const std::int8_t attributes = reader.i8();
  if (reader.ok()) visitor.number("attributes", attributes, {attributes_at, reader.position()});
  const std::size_t timestamp_at = reader.position();
  const std::int64_t timestamp_delta = reader.varlong();
  if (reader.ok()) {
    visitor.number("timestampDelta", timestamp_delta, {timestamp_at, reader.position()});
  }
  detail::scan_varint(reader, visitor, "offsetDelta");
  detail::scan_bytes(reader, visitor, "key", true);
  detail::scan_bytes(reader, visitor, "value", true);

  const std::int32_t headers = detail::scan_varint(reader, visitor, "headers count");
  // A header takes at least two bytes; a count beyond that is refused before anything is built.
  if (headers < 0 || static_cast<std::size_t>(headers) > reader.remaining() / 2) reader.fail();
  for (std::int32_t i = 0; reader.ok() && i < headers; ++i) {
    visitor.header(static_cast<std::size_t>(i));
    detail::scan_bytes(reader, visitor, "headerKey", false);
    detail::scan_bytes(reader, visitor, "headerValue", true);
  }
  if (reader.position() - body != static_cast<std::size_t>(length)) reader.fail();
  return reader.ok();
}

}  // namespace kscope::record
