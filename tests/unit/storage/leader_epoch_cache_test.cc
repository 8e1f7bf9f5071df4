// Goal: the epoch cache answers as Kafka's does, in the situations that LeaderEpochFileCacheTest
// lists. Method: build a cache by assign() and ask it. KIP-101, KIP-279.
#include "engine/storage/leader_epoch_cache.h"

#include "engine/env/random.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

using Pairs = std::vector<std::pair<int, int>>;

LeaderEpochCache cache_of(const Pairs& assigned) {
  LeaderEpochCache cache;
  for (const auto& [epoch, start] : assigned) cache.assign(LeaderEpoch(epoch), Offset(start));
  return cache;
}

Pairs pairs_of(const LeaderEpochCache& cache) {
  Pairs pairs;
  for (const EpochEntry& entry : cache.entries()) {
    pairs.emplace_back(entry.epoch.value(), static_cast<int>(entry.start.value()));
  }
  return pairs;
}

/// {-1, -1} stands for "undefined".
std::pair<int, int> end_for(const LeaderEpochCache& cache, int epoch, int log_end) {
  const auto end = cache.end_for(LeaderEpoch(epoch), Offset(log_end));
  if (!end) return {-1, -1};
  return {end->epoch.value(), static_cast<int>(end->end.value())};
}

using Answer = std::pair<int, int>;

}  // namespace

TEST_CASE("the end of the latest epoch is the log end") {
  const auto cache = cache_of({{2, 0}});
  CHECK(end_for(cache, 2, 10) == Answer(2, 10));
}

TEST_CASE("an empty cache knows no epoch") {
  const LeaderEpochCache cache;
  CHECK(end_for(cache, 0, 10) == Answer(-1, -1));
  CHECK(end_for(cache, -1, 10) == Answer(-1, -1));
  CHECK_FALSE(cache.latest().has_value());
  CHECK_FALSE(cache.epoch_of(Offset(0)).has_value());
}

TEST_CASE("an epoch newer than all known ones is undefined") {
  const auto cache = cache_of({{5, 1}, {6, 2}, {7, 3}});
  CHECK(end_for(cache, 8, 73) == Answer(-1, -1));
}

TEST_CASE("an epoch that was skipped gives the one before it and its end") {
  const auto cache = cache_of({{0, 10}, {2, 20}, {4, 30}});
  CHECK(end_for(cache, 1, 40) == Answer(0, 20));
  CHECK(end_for(cache, 3, 40) == Answer(2, 30));
  CHECK(end_for(cache, 0, 40) == Answer(0, 20));
  CHECK(end_for(cache, 2, 40) == Answer(2, 30));
  CHECK(end_for(cache, 4, 40) == Answer(4, 40));
}

TEST_CASE("an epoch older than all known ones ends where the first known one starts") {
  const auto cache = cache_of({{5, 11}, {6, 12}, {7, 13}});
  CHECK(end_for(cache, 4, 40) == Answer(4, 11));
}

TEST_CASE("assigning the same epoch again does not move its start") {
  auto cache = cache_of({{2, 6}});
  CHECK_FALSE(cache.assign(LeaderEpoch(2), Offset(7)));
  CHECK(pairs_of(cache) == Pairs{{2, 6}});
}

TEST_CASE("assigning the latest epoch to an earlier start moves it back") {
  auto cache = cache_of({{1, 3}, {2, 6}});
  CHECK(cache.assign(LeaderEpoch(2), Offset(5)));
  CHECK(pairs_of(cache) == Pairs{{1, 3}, {2, 5}});
}

TEST_CASE("a new epoch at the same offset replaces one that never got a record") {
  CHECK(pairs_of(cache_of({{2, 6}, {3, 6}})) == Pairs{{3, 6}});
}

TEST_CASE("an epoch smaller than the latest one truncates what contradicts it") {
  CHECK(pairs_of(cache_of({{2, 6}, {3, 7}, {4, 8}, {1, 9}})) == Pairs{{1, 9}});
  CHECK(pairs_of(cache_of({{1, 6}, {2, 7}, {3, 8}, {4, 5}})) == Pairs{{4, 5}});
}

TEST_CASE("entries rise strictly in epoch and offset whatever is assigned (A12)") {
  env::Random random(11);
  for (int round = 0; round < 200; ++round) {
    LeaderEpochCache cache;
    for (int i = 0; i < 20; ++i) {
      cache.assign(LeaderEpoch(static_cast<std::int32_t>(random.below(10))),
                   Offset(static_cast<std::int64_t>(random.below(10))));
      const auto& entries = cache.entries();
      for (std::size_t k = 1; k < entries.size(); ++k) {
        REQUIRE(entries[k - 1].epoch < entries[k].epoch);
        REQUIRE(entries[k - 1].start < entries[k].start);
      }
    }
  }
}

TEST_CASE("truncating from the end drops the epochs that start at or after it") {
  auto cache = cache_of({{2, 6}, {3, 8}, {4, 11}});
  cache.truncate_from_end(Offset(9));
  CHECK(pairs_of(cache) == Pairs{{2, 6}, {3, 8}});
  cache.truncate_from_end(Offset(8));
  CHECK(pairs_of(cache) == Pairs{{2, 6}});
}

TEST_CASE("truncating from the start keeps the epoch that covers it and moves it there") {
  auto cache = cache_of({{2, 6}, {3, 8}, {4, 11}});
  cache.truncate_from_start(Offset(8));
  CHECK(pairs_of(cache) == Pairs{{3, 8}, {4, 11}});
  cache.truncate_from_start(Offset(9));
  CHECK(pairs_of(cache) == Pairs{{3, 9}, {4, 11}});
  cache.truncate_from_start(Offset(100));
  CHECK(pairs_of(cache) == Pairs{{4, 100}});
}

TEST_CASE("truncating from before the first entry changes nothing") {
  auto cache = cache_of({{2, 6}, {3, 8}});
  cache.truncate_from_start(Offset(1));
  CHECK(pairs_of(cache) == Pairs{{2, 6}, {3, 8}});
}

TEST_CASE("the epoch of an offset is that of the entry below it") {
  const auto cache = cache_of({{1, 10}, {3, 20}});
  CHECK_FALSE(cache.epoch_of(Offset(9)).has_value());
  CHECK(cache.epoch_of(Offset(10)) == LeaderEpoch(1));
  CHECK(cache.epoch_of(Offset(19)) == LeaderEpoch(1));
  CHECK(cache.epoch_of(Offset(20)) == LeaderEpoch(3));
  CHECK(cache.epoch_of(Offset(2000)) == LeaderEpoch(3));
}

TEST_CASE("the checkpoint text is Kafka's and survives the round trip") {
  const auto cache = cache_of({{0, 0}, {3, 120}});
  CHECK(cache.to_checkpoint() == "0\n2\n0 0\n3 120\n");
  const auto again = LeaderEpochCache::from_checkpoint(cache.to_checkpoint());
  REQUIRE(again.ok());
  CHECK(again.value() == cache);
}

TEST_CASE("a damaged checkpoint is refused with the line that is wrong") {
  for (const char* text : {"1\n0\n", "0\n2\n0 0\n", "0\n1\n0 x\n", "0\n1\n-1 5\n", "0\nmany\n",
                           "0\n1\n99999999999 5\n", "0\n1\n1 2 3\n"}) {
    const auto cache = LeaderEpochCache::from_checkpoint(text);
    REQUIRE_FALSE(cache.ok());
    CHECK(cache.error().kind == ErrorKind::Corrupt);
    CHECK(cache.error().message.find("line") != std::string::npos);
  }
}
