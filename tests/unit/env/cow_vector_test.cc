// Goal: copies of a CowVector are values: writing to one is never seen in another, whatever the
// chunk boundaries. Method: the same random operations on a CowVector with tiny chunks and on a
// std::vector, with copies taken on the way and compared at the end.
#include "engine/base/cow_vector.h"

#include "engine/env/random.h"
#include "tests/catch.h"

using namespace kscope;

namespace {

using Small = CowVector<int, 4>;

std::vector<int> contents(const Small& v) {
  std::vector<int> out(v.size());
  v.read(0, v.size(), out.data());
  for (std::size_t i = 0; i < v.size(); ++i) REQUIRE(v[i] == out[i]);
  return out;
}

void mutate(env::Random& random, Small& cow, std::vector<int>& plain) {
  const int value = static_cast<int>(random.below(1'000));
  switch (random.below(4)) {
    case 0:
      cow.push_back(value);
      plain.push_back(value);
      break;
    case 1: {
      const std::vector<int> run(random.below(11), value);
      cow.append(run.data(), run.size());
      plain.insert(plain.end(), run.begin(), run.end());
      break;
    }
    case 2:
      if (plain.empty()) break;
      cow.set(static_cast<std::size_t>(value) % plain.size(), value);
      plain[static_cast<std::size_t>(value) % plain.size()] = value;
      break;
    case 3: {
      const std::size_t keep = plain.empty() ? 0 : plain.size() - random.below(plain.size()) % 5;
      cow.truncate(keep);
      plain.resize(keep);
      break;
    }
  }
}

}  // namespace

TEST_CASE("a copy never sees what is written to the other") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    env::Random random(seed);
    std::vector<std::pair<Small, std::vector<int>>> kept(1);
    for (int step = 0; step < 300; ++step) {
      mutate(random, kept.back().first, kept.back().second);
      if (random.chance(1, 20)) kept.push_back(kept[random.below(kept.size())]);
    }
    for (const auto& [cow, plain] : kept) REQUIRE(contents(cow) == plain);
  }
}

TEST_CASE("reading across chunks gives exactly the range") {
  Small v;
  for (int i = 0; i < 11; ++i) v.push_back(i);
  std::vector<int> out(6);
  v.read(3, 6, out.data());
  CHECK(out == std::vector<int>{3, 4, 5, 6, 7, 8});
}
