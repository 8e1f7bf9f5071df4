#include "engine/base/checksums.h"

#include "engine/base/check.h"

namespace kscope {
namespace {

constexpr std::uint32_t kCastagnoliReflected = 0x82f63b78;

/// Slicing-by-8 (Kounavis and Berry 2005): table k gives the effect of a byte k places further
/// left.
struct Crc32cTables {
  std::uint32_t t[8][256];
};

constexpr Crc32cTables make_tables() {
  Crc32cTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1) != 0 ? (crc >> 1) ^ kCastagnoliReflected : crc >> 1;
    }
    tables.t[0][i] = crc;
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    for (int k = 1; k < 8; ++k) {
      const std::uint32_t previous = tables.t[k - 1][i];
      tables.t[k][i] = (previous >> 8) ^ tables.t[0][previous & 0xff];
    }
  }
  return tables;
}

constexpr Crc32cTables kTables = make_tables();

std::uint32_t little_endian32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
         static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24;
}

#if defined(__x86_64__)
/// The CRC32 instruction of SSE 4.2 computes this very polynomial, but each step waits three cycles
/// for the one before. So long input is cut into three lanes that are computed side by side, and
/// joined: CRCs are linear, and what kLane bytes of zeroes do to a state is a matrix, kept as
/// tables.
constexpr std::size_t kLane = 1024;

struct LaneShift {
  std::uint32_t t[4][256];
};

constexpr LaneShift make_lane_shift() {
  std::uint32_t columns[32] = {};
  for (int bit = 0; bit < 32; ++bit) {
    std::uint32_t state = std::uint32_t{1} << bit;
    for (std::size_t i = 0; i < kLane; ++i) state = (state >> 8) ^ kTables.t[0][state & 0xff];
    columns[bit] = state;
  }
  LaneShift shift{};
  for (int byte = 0; byte < 4; ++byte) {
    for (std::uint32_t value = 0; value < 256; ++value) {
      for (int bit = 0; bit < 8; ++bit) {
        if ((value >> bit & 1) != 0) shift.t[byte][value] ^= columns[8 * byte + bit];
      }
    }
  }
  return shift;
}

constexpr LaneShift kShift = make_lane_shift();

std::uint32_t past_a_lane(std::uint32_t state) {
  return kShift.t[0][state & 0xff] ^ kShift.t[1][state >> 8 & 0xff] ^
         kShift.t[2][state >> 16 & 0xff] ^ kShift.t[3][state >> 24];
}

std::uint64_t word_at(const std::uint8_t* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, 8);
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t update_hardware(std::uint32_t crc,
                                                                const std::uint8_t* p,
                                                                std::size_t n) {
  std::uint64_t state = crc;
  for (; n >= 3 * kLane; n -= 3 * kLane, p += 3 * kLane) {
    std::uint64_t second = 0, third = 0;
    for (std::size_t i = 0; i < kLane; i += 8) {
      state = __builtin_ia32_crc32di(state, word_at(p + i));
      second = __builtin_ia32_crc32di(second, word_at(p + kLane + i));
      third = __builtin_ia32_crc32di(third, word_at(p + 2 * kLane + i));
    }
    const std::uint32_t two =
        past_a_lane(static_cast<std::uint32_t>(state)) ^ static_cast<std::uint32_t>(second);
    state = past_a_lane(two) ^ static_cast<std::uint32_t>(third);
  }
  for (; n >= 8; n -= 8, p += 8) state = __builtin_ia32_crc32di(state, word_at(p));
  auto state32 = static_cast<std::uint32_t>(state);
  for (; n > 0; --n, ++p) state32 = __builtin_ia32_crc32qi(state32, *p);
  return state32;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t seed) {
  const auto& t = kTables.t;
  const std::uint8_t* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint32_t crc = ~seed;
  for (; n >= 8; n -= 8, p += 8) {
    const std::uint32_t low = little_endian32(p) ^ crc;
    const std::uint32_t high = little_endian32(p + 4);
    crc = t[7][low & 0xff] ^ t[6][(low >> 8) & 0xff] ^ t[5][(low >> 16) & 0xff] ^ t[4][low >> 24] ^
          t[3][high & 0xff] ^ t[2][(high >> 8) & 0xff] ^ t[1][(high >> 16) & 0xff] ^
          t[0][high >> 24];
  }
  for (; n > 0; --n, ++p) crc = (crc >> 8) ^ t[0][(crc ^ *p) & 0xff];
  return ~crc;
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) {
    return ~update_hardware(~seed, bytes.data(), bytes.size());
  }
#endif
  return crc32c_portable(bytes, seed);
}

std::int32_t murmur2(ByteView bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMix = 0x5bd1e995;
  constexpr int kShift = 24;
  const std::uint8_t* p = bytes.data();
  std::size_t n = bytes.size();
  std::uint32_t h = kSeed ^ static_cast<std::uint32_t>(n);
  for (; n >= 4; n -= 4, p += 4) {
    std::uint32_t k = little_endian32(p) * kMix;
    k = (k ^ (k >> kShift)) * kMix;
    h = (h * kMix) ^ k;
  }
  if (n >= 3) h ^= static_cast<std::uint32_t>(p[2]) << 16;
  if (n >= 2) h ^= static_cast<std::uint32_t>(p[1]) << 8;
  if (n >= 1) h = (h ^ p[0]) * kMix;
  h = (h ^ (h >> 13)) * kMix;
  return static_cast<std::int32_t>(h ^ (h >> 15));
}

std::int32_t partition_for_key(ByteView key, std::int32_t partitions) {
  KCHECK(partitions > 0);
  return (murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace kscope
