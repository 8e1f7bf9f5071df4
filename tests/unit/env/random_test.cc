// Goal: chance is reproducible, separate for each purpose and node, and fair. Method: the published
// first outputs of SplitMix64, equality of copies, counts within wide bounds.
#include "engine/env/random.h"

#include <array>
#include <cstdlib>
#include <limits>

#include "engine/env/network.h"
#include "engine/env/timers.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::env;

TEST_CASE("the generator is SplitMix64") {
  Random random(1234567);
  CHECK(random.next() == 6457827717110365317ULL);
  CHECK(random.next() == 3203168211198807973ULL);
  CHECK(random.next() == 9817491932198370423ULL);
  CHECK(random.next() == 4593380528125082431ULL);
  CHECK(random.next() == 16408922859458223821ULL);
}

TEST_CASE("a copy continues with the same luck") {
  RandomSet original(42, 1);
  original[Purpose::ElectionTimeout].next();
  RandomSet copy = original;
  CHECK(copy == original);
  CHECK(copy[Purpose::ElectionTimeout].next() == original[Purpose::ElectionTimeout].next());
}

TEST_CASE("drawing for one purpose does not shift another") {
  RandomSet quiet(42, 1), busy(42, 1);
  for (int i = 0; i < 100; ++i) busy[Purpose::ClientBackoff].next();
  CHECK(quiet[Purpose::ElectionTimeout].next() == busy[Purpose::ElectionTimeout].next());
}

TEST_CASE("nodes, purposes and seeds have luck of their own") {
  std::array<std::uint64_t, 5> first{};
  first[0] = RandomSet(1, 2)[Purpose::ElectionTimeout].next();
  first[1] = RandomSet(2, 1)[Purpose::ElectionTimeout].next();
  first[2] = RandomSet(1, 1)[Purpose::ElectionTimeout].next();
  first[3] = RandomSet(1, 2)[Purpose::NetworkLatency].next();
  first[4] = RandomSet(0, 0)[Purpose::ElectionTimeout].next();
  for (std::size_t a = 0; a < first.size(); ++a) {
    for (std::size_t b = a + 1; b < first.size(); ++b) CHECK(first[a] != first[b]);
  }
}

TEST_CASE("draws stay in their range and reach both ends of it") {
  Random random(7);
  std::array<int, 7> counts{};
  for (int i = 0; i < 7'000; ++i) {
    const std::int64_t v = random.between(-3, 3);
    REQUIRE(v >= -3);
    REQUIRE(v <= 3);
    ++counts[static_cast<std::size_t>(v + 3)];
  }
  for (const int count : counts) CHECK(std::abs(count - 1'000) < 200);
  CHECK(random.between(5, 5) == 5);
  CHECK(random.between(millis(10), millis(10)) == millis(10));
  // The whole range has 2^64 values: its width does not fit into 64 bits.
  using Limits = std::numeric_limits<std::int64_t>;
  random.between(Limits::min(), Limits::max());
}

TEST_CASE("chance is fair") {
  Random random(11);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(1, 4) ? 1 : 0;
  CHECK(std::abs(hits - 2'500) < 250);
  CHECK_FALSE(random.chance(0, 5));
  CHECK(random.chance(5, 5));
}

TEST_CASE("every timer, listener and purpose has a name") {
  for (int i = 0; i < static_cast<int>(TimerKind::Count); ++i) {
    CHECK(std::string(to_string(static_cast<TimerKind>(i))) != "unknown");
  }
  CHECK(std::string(to_string(Listener::Controller)) == "controller");
  CHECK(std::string(to_string(ConnectionPurpose::ReplicaFetcher)) == "replica fetcher");
}
