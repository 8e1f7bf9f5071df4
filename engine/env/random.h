// Chance, with a name for every use.
//
// One generator per purpose and node: drawing a back-off must not shift the next election timeout,
// or two runs that differ in one retry would have nothing in common afterwards. The state is a
// plain value (SplitMix64), so that a checkpoint of the cluster contains its future luck as well.
//
// Read next: env/env.h
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/time.h"

namespace kscope::env {

enum class Purpose : std::uint8_t {
  ElectionTimeout,
  ClientBackoff,
  NetworkLatency,
  DiskLatency,
  Placement,
  Identity,   ///< Uuids
  Workload,
  Fault,
  Count,
};

/// SplitMix64 (Steele, Lea, Flood 2014): tiny state, full period, good enough for everything here.
class Random {
 public:
  Random() = default;
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [0, bound). REQUIRES bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high]. REQUIRES low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  Duration between(Duration low, Duration high);
  /// True `numerator` times out of `denominator`.
  bool chance(std::uint64_t numerator, std::uint64_t denominator);
  bool operator==(const Random&) const = default;

 private:
  std::uint64_t state_ = 0;
};

class RandomSet {
 public:
  RandomSet() = default;
  /// Derives an independent generator for every purpose from the cluster's seed and `stream`
  /// (the node's number).
  RandomSet(std::uint64_t seed, std::uint64_t stream);
  Random& operator[](Purpose purpose) { return generators_[static_cast<std::size_t>(purpose)]; }
  bool operator==(const RandomSet&) const = default;

 private:
  std::array<Random, static_cast<std::size_t>(Purpose::Count)> generators_{};
};

}  // namespace kscope::env
