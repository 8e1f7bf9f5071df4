// Goal: replicas are spread evenly, never twice on one broker, and never led by a fenced one.
// Method: placements over many seeds, counted. Kafka: StripedReplicaPlacerTest.
#include "engine/metadata/replica_placer.h"

#include <map>
#include <set>

#include "tests/catch.h"

namespace kscope::metadata {
namespace {

std::vector<UsableBroker> brokers(int count) {
  std::vector<UsableBroker> result;
  for (int id = 1; id <= count; ++id) result.push_back({NodeId(id), std::nullopt, false});
  return result;
}

}  // namespace

TEST_CASE("every partition gets distinct brokers and every broker leads equally often") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    env::Random random(seed);
    const Placement placement = place_replicas(brokers(5), 10, 3, random);
    REQUIRE(placement.problem.empty());
    std::map<NodeId, int> led, held;
    for (const auto& replicas : placement.replicas) {
      REQUIRE(std::set<NodeId>(replicas.begin(), replicas.end()).size() == 3);
      ++led[replicas.front()];
      for (NodeId replica : replicas) ++held[replica];
    }
    for (int id = 1; id <= 5; ++id) {
      CHECK(led[NodeId(id)] == 2);
      CHECK(held[NodeId(id)] == 6);
    }
  }
}

TEST_CASE("with racks no partition has all its replicas in one of them") {
  std::vector<UsableBroker> list;
  for (int id = 1; id <= 6; ++id)
    list.push_back({NodeId(id), std::string(id <= 3 ? "a" : "b"), false});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    env::Random random(seed);
    for (const auto& replicas : place_replicas(list, 7, 2, random).replicas) {
      CHECK((replicas[0].value() <= 3) != (replicas[1].value() <= 3));
    }
  }
}

TEST_CASE("fenced brokers follow only where nobody else is left and never lead") {
  auto list = brokers(4);
  list[0].fenced = list[1].fenced = true;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    env::Random random(seed);
    for (const auto& replicas : place_replicas(list, 9, 3, random).replicas) {
      CHECK(replicas.front().value() >= 3);
      CHECK(std::count_if(replicas.begin(), replicas.end(),
                          [](NodeId r) { return r.value() >= 3; }) == 2);
    }
  }
}

TEST_CASE("what cannot be placed is refused with the reason") {
  env::Random random(1);
  CHECK(place_replicas(brokers(2), 1, 3, random).problem.find("only 2 broker(s)") !=
        std::string::npos);
  auto fenced = brokers(1);
  fenced[0].fenced = true;
  CHECK(place_replicas(fenced, 1, 1, random).problem == "All brokers are currently fenced.");
  CHECK_FALSE(place_replicas({}, 1, 1, random).problem.empty());
}

}  // namespace kscope::metadata
