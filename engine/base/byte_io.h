// Big-endian readers and writers, and Kafka's variable-length integers.
//
// ByteReader never trusts a length: every read says how many bytes it needs, and a short buffer
// sets a sticky failure instead of reading past the end. That is the whole defence of the codec
// against hostile bytes, so it is kept in one place.
//
// Kafka: ByteBufferAccessor, ByteUtils (zig-zag varints as in Protocol Buffers).
// Read next: record/record_batch.h, protocol/codec.h
#pragma once

#include <optional>

#include "engine/base/bytes.h"

namespace kscope {

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  bool ok() const { return !failed_; }
  void fail() { failed_ = true; }
  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }

  /// Each returns 0 (or an empty view) once failed. A failed reader stays where it was.
  std::int8_t i8() { return static_cast<std::int8_t>(big_endian(1)); }
  std::int16_t i16() { return static_cast<std::int16_t>(big_endian(2)); }
  std::int32_t i32() { return static_cast<std::int32_t>(big_endian(4)); }
  std::int64_t i64() { return static_cast<std::int64_t>(big_endian(8)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint32_t unsigned_varint();  ///< at most 5 bytes
  std::int32_t varint();            ///< zig-zag, at most 5 bytes
  std::int64_t varlong();           ///< zig-zag, at most 10 bytes
  ByteView take(std::size_t length);
  void skip(std::size_t length) { take(length); }

 private:
  /// Inline: with a constant width the loop becomes one load and one byte swap.
  std::uint64_t big_endian(std::size_t width) {
    if (failed_ || width > remaining()) {
      failed_ = true;
      return 0;
    }
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < width; ++i) v = (v << 8) | bytes_[position_ + i];
    position_ += width;
    return v;
  }
  std::uint64_t base128(int max_bytes);

  ByteView bytes_;
  std::size_t position_ = 0;  // Invariant: position_ <= bytes_.size()
  bool failed_ = false;
};

class ByteWriter {
 public:
  Bytes& bytes() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  Bytes take() { return std::move(bytes_); }
  void reserve(std::size_t n) { bytes_.reserve(n); }

  void i8(std::int8_t v) { bytes_.push_back(static_cast<std::uint8_t>(v)); }
  void i16(std::int16_t v) { big_endian(static_cast<std::uint16_t>(v), 2); }
  void i32(std::int32_t v) { big_endian(static_cast<std::uint32_t>(v), 4); }
  void i64(std::int64_t v) { big_endian(static_cast<std::uint64_t>(v), 8); }
  void u16(std::uint16_t v) { big_endian(v, 2); }
  void u32(std::uint32_t v) { big_endian(v, 4); }
  void unsigned_varint(std::uint32_t v);
  void varint(std::int32_t v);
  void varlong(std::int64_t v);
  void raw(ByteView v) { bytes_.insert(bytes_.end(), v.begin(), v.end()); }
  /// Overwrites four bytes written earlier (a length or a checksum known only at the end).
  /// REQUIRES at + 4 <= size().
  void patch_u32(std::size_t at, std::uint32_t v);

 private:
  void big_endian(std::uint64_t v, std::size_t width) {
    std::uint8_t buffer[8];
    for (std::size_t i = 0; i < width; ++i) {
      buffer[i] = static_cast<std::uint8_t>(v >> (8 * (width - 1 - i)));
    }
    bytes_.insert(bytes_.end(), buffer, buffer + width);
  }
  Bytes bytes_;
};

/// Encoded sizes, needed because a record starts with its own length.
std::size_t varint_size(std::int32_t v);
std::size_t varlong_size(std::int64_t v);
std::size_t unsigned_varint_size(std::uint32_t v);

}  // namespace kscope
