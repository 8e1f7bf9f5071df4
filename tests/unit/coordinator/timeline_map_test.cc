// Goal: readers see what is committed, the coordinator what is written. Method: by hand, and random
// histories against two plain maps, one of which lags behind.
#include "engine/coordinator/offsets/timeline_map.h"

#include <string>

#include "engine/env/random.h"
#include "tests/catch.h"

using namespace kscope;
using coordinator::TimelineMap;

namespace {

using Map = TimelineMap<int, int>;
using Plain = std::map<int, int>;

int or_nothing(const int* value) { return value == nullptr ? -1 : *value; }

Plain committed_of(const Map& map) {
  Plain result;
  map.each_committed(
      0, [](int) { return true; }, [&](int key, int value) { result[key] = value; });
  return result;
}

void ignore(int, const int*, const int*) {}

}  // namespace

TEST_CASE("a write is seen by its coordinator at once and by others when it is committed") {
  Map map;
  map.put(Offset(0), 1, 10);
  CHECK(or_nothing(map.find(1)) == 10);
  CHECK(map.find_committed(1) == nullptr);
  CHECK(map.has_uncommitted(1));
  map.commit(Offset(1), ignore);
  CHECK(or_nothing(map.find_committed(1)) == 10);
  map.put(Offset(1), 1, 11);
  map.erase(Offset(2), 1);
  CHECK(map.find(1) == nullptr);
  CHECK(or_nothing(map.find_committed(1)) == 10);
  std::string told;
  map.commit(Offset(2), [&](int key, const int* before, const int* now) {
    told += std::to_string(key) + ":" + std::to_string(or_nothing(before)) + ">" +
            std::to_string(or_nothing(now));
  });
  CHECK(told == "1:10>11");
  CHECK(or_nothing(map.find_committed(1)) == 11);
  map.commit(Offset(9), ignore);
  CHECK(map.find_committed(1) == nullptr);
  CHECK_FALSE(map.has_uncommitted(1));
}

TEST_CASE("random histories") {
  env::Random random(7);
  for (int run = 0; run < 200; ++run) {
    Map map;
    Plain written, committed;
    std::vector<std::pair<int, std::optional<int>>> log;
    std::size_t high_watermark = 0;
    for (int step = 0; step < 60; ++step) {
      const int key = static_cast<int>(random.below(5));
      const Offset at(static_cast<std::int64_t>(log.size()));
      if (random.chance(1, 3)) {
        high_watermark += random.below(log.size() - high_watermark + 1);
        map.commit(Offset(static_cast<std::int64_t>(high_watermark)), ignore);
      } else if (random.chance(1, 3)) {
        map.erase(at, key);
        written.erase(key);
        log.emplace_back(key, std::nullopt);
      } else {
        map.put(at, key, step);
        written[key] = step;
        log.emplace_back(key, step);
      }
      committed.clear();
      for (std::size_t i = 0; i < high_watermark; ++i) {
        if (log[i].second)
          committed[log[i].first] = *log[i].second;
        else
          committed.erase(log[i].first);
      }
      REQUIRE(map.written() == written);
      REQUIRE(committed_of(map) == committed);
      for (int k = 0; k < 5; ++k) {
        const auto it = committed.find(k);
        REQUIRE(or_nothing(map.find_committed(k)) == (it == committed.end() ? -1 : it->second));
      }
    }
  }
}
