#include "engine/env/random.h"

#include "engine/base/check.h"

namespace kscope::env {
namespace {

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t Random::next() {
  state_ += kGoldenGamma;
  return mix(state_);
}

std::uint64_t Random::below(std::uint64_t bound) {
  KCHECK(bound > 0);
  // Values under `uneven` would make the first few results likelier; they are drawn again. The
  // library's distributions were rejected: their results differ from one library to the next.
  const std::uint64_t uneven = (0 - bound) % bound;
  std::uint64_t value = next();
  while (value < uneven) value = next();
  return value % bound;
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  KCHECK(low <= high);
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t drawn = span == 0 ? next() : below(span);  // 0: every 64-bit number
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn);
}

Duration Random::between(Duration low, Duration high) {
  return Duration(between(low.count(), high.count()));
}

bool Random::chance(std::uint64_t numerator, std::uint64_t denominator) {
  return below(denominator) < numerator;
}

RandomSet::RandomSet(std::uint64_t seed, std::uint64_t stream) {
  for (std::size_t i = 0; i < generators_.size(); ++i) {
    // Mixed twice with different words, so that seed 1 stream 2 is not seed 2 stream 1.
    const std::uint64_t start = mix(mix(seed + kGoldenGamma) ^ mix((stream << 8) + i + 1));
    generators_[i] = Random(start);
  }
}

}  // namespace kscope::env
