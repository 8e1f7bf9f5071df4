// Groups that are run, not made up. (Compiled into both programs of viewer tests, as the fakes.)
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/catch.h"
#include "tests/viewer/group_runs.h"
#include "tests/viewer/log_clusters.h"

namespace kscope::viewer::testing {

namespace {

constexpr const char* kManyMembers = R"(# Twelve members, 24 partitions, one crash
cluster brokers=3 controllers=3 seed=77 offsets.topic.num.partitions=5)"
                                     R"( group.initial.rebalance.delay.ms=500
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders partitions=24 replicas=3
until partition orders-23 leader != none within 5s
producer shop acks=1
{}until consumer payments-worker-12 membership == Stable within 20s
send shop orders count=200 every=40ms
run 3s
crash payments-worker-7
run 12s
)";

}  // namespace

std::unique_ptr<TimeMachinePort> played_group(const std::string& name) {
  if (name == "many-members") {
    std::string members;
    for (int i = 1; i <= 12; ++i) {
      members += fmt::format(
          "consumer payments-worker-{} group=billing topics=orders assignor=sticky "
          "session.timeout.ms=6000\n",
          i);
    }
    return played(fmt::format(fmt::runtime(kManyMembers), members).c_str());
  }
  const std::string file = std::string(KSCOPE_SOURCE_DIR) + "/tests/scenarios/" + name + ".txt";
  std::ifstream in(file);
  INFO(file);
  REQUIRE(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return played(text.str().c_str());
}

std::unique_ptr<TimeMachinePort> running_group(const std::string& settings) {
  const std::string scenario =
      fmt::format(R"(# Two members of a group
cluster brokers=3 controllers=3 seed=41 offsets.topic.num.partitions=5)"
                  R"( group.initial.rebalance.delay.ms=500)"
                  R"( group.coordinator.rebalance.protocols=classic,consumer
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders partitions=2 replicas=3
topic payments partitions=2 replicas=3
until partition payments-1 leader != none within 5s
consumer c1 group=billing topics=orders metadata.max.age.ms=2000 {0}
consumer c2 group=billing topics=orders metadata.max.age.ms=2000 {0}
until consumer c1 partitions == 1 within 20s
until consumer c2 partitions == 1 within 20s
until group billing state == Stable within 20s
run 2s
)",
                  settings);
  return played(scenario.c_str());
}

}  // namespace kscope::viewer::testing
