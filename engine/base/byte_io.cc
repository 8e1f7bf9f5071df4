#include "engine/base/byte_io.h"

#include "engine/base/check.h"

namespace kscope {
namespace {

constexpr std::uint32_t zig_zag(std::int32_t v) {
  return (static_cast<std::uint32_t>(v) << 1) ^ static_cast<std::uint32_t>(v >> 31);
}

constexpr std::uint64_t zig_zag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}

std::size_t base128_size(std::uint64_t v) {
  std::size_t size = 1;
  while (v >= 0x80) {
    v >>= 7;
    ++size;
  }
  return size;
}

void write_base128(Bytes& out, std::uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(v));
}

}  // namespace

std::uint64_t ByteReader::base128(int max_bytes) {
  if (failed_) return 0;
  // Padded encodings (0x80 0x00 for 0) are accepted, as Java's ByteUtils does; only a number that
  // does not end in time is an error. Bits beyond the width fall off at the caller's cast.
  std::uint64_t v = 0;
  for (int i = 0; i < max_bytes && position_ + static_cast<std::size_t>(i) < bytes_.size(); ++i) {
    const std::uint8_t byte = bytes_[position_ + static_cast<std::size_t>(i)];
    v |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      position_ += static_cast<std::size_t>(i) + 1;
      return v;
    }
  }
  failed_ = true;
  return 0;
}

std::uint32_t ByteReader::unsigned_varint() { return static_cast<std::uint32_t>(base128(5)); }

std::int32_t ByteReader::varint() {
  const std::uint32_t v = unsigned_varint();
  return static_cast<std::int32_t>((v >> 1) ^ (~(v & 1) + 1));
}

std::int64_t ByteReader::varlong() {
  const std::uint64_t v = base128(10);
  return static_cast<std::int64_t>((v >> 1) ^ (~(v & 1) + 1));
}

ByteView ByteReader::take(std::size_t length) {
  if (failed_ || length > remaining()) {
    failed_ = true;
    return {};
  }
  const ByteView view = bytes_.subspan(position_, length);
  position_ += length;
  return view;
}

void ByteWriter::unsigned_varint(std::uint32_t v) { write_base128(bytes_, v); }
void ByteWriter::varint(std::int32_t v) { write_base128(bytes_, zig_zag(v)); }
void ByteWriter::varlong(std::int64_t v) { write_base128(bytes_, zig_zag(v)); }

void ByteWriter::patch_u32(std::size_t at, std::uint32_t v) {
  KCHECK(bytes_.size() >= 4);
  KCHECK(at <= bytes_.size() - 4);
  for (std::size_t i = 0; i < 4; ++i) {
    bytes_[at + i] = static_cast<std::uint8_t>(v >> (8 * (3 - i)));
  }
}

std::size_t varint_size(std::int32_t v) { return base128_size(zig_zag(v)); }
std::size_t varlong_size(std::int64_t v) { return base128_size(zig_zag(v)); }
std::size_t unsigned_varint_size(std::uint32_t v) { return base128_size(v); }

}  // namespace kscope
