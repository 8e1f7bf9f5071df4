// A rebalance of a large group: 100 members share 1 000 partitions, and one of them goes.
//
// Measured from the member's farewell until the other 99 read all partitions again: what it costs
// the simulator (all members, the coordinator, every byte between them, and whatever the cluster
// does meanwhile), and how long it is in the group's own time.
#include <array>
#include <ctime>
#include <stdexcept>

#include "engine/sim/world.h"
#include "tests/bench/bench.h"

namespace kscope::bench {
namespace {

constexpr int kMembers = 100;
constexpr int kPartitions = 1000;
constexpr Duration kPatience = seconds(120);
constexpr double kLimitMs = 1000;

double cpu_ms() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Counts who reads what, as the members say it.
struct Readers : sim::Observer {
  void on_event(const event::Event& event) override {
    assigned += std::holds_alternative<event::PartitionAssigned>(event.body);
    revoked += std::holds_alternative<event::PartitionRevoked>(event.body);
    led += std::holds_alternative<event::BecameLeader>(event.body);
    if (const auto* state = std::get_if<event::GroupStateChanged>(&event.body)) {
      is_stable = state->to == event::GroupState::Stable;
    }
  }
  std::int64_t held() const { return assigned - revoked; }
  std::int64_t assigned = 0, revoked = 0, led = 0;
  bool is_stable = false;
};

template <class Done>
bool run_until(sim::World& world, Done done) {
  const Instant end = world.now() + kPatience;
  while (!done() && world.now() < end && world.step()) {
  }
  return done();
}

void must(const Result<void>& status) {
  if (!status.ok()) throw std::runtime_error(status.error().message);
}

sim::ClusterSpec spec_of(const std::string& protocol) {
  sim::ClusterSpec spec;
  spec.config["offsets.topic.num.partitions"] = "1";
  spec.config["group.initial.rebalance.delay.ms"] = "3000";
  if (protocol == "consumer") {
    spec.config["group.coordinator.rebalance.protocols"] = "classic,consumer";
  }
  return spec;
}

/// Two figures for each way: what it cost, and how long it took.
std::vector<Figure> one_leaves(const std::string& name, const std::string& settings,
                               const std::string& protocol) {
  sim::World world(spec_of(protocol), 11);
  Readers readers;
  world.set_observer(&readers);
  world.run_until(world.now() + seconds(5));
  must(world.apply("topic big replicas=1 partitions=" + std::to_string(kPartitions)));
  run_until(world, [&] { return readers.led >= kPartitions; });
  for (int i = 1; i <= kMembers; ++i) {
    must(world.apply("consumer c" + std::to_string(i) + " group=g topics=big " + settings));
  }
  const auto whole = [&] { return readers.held() == kPartitions && readers.is_stable; };
  if (!run_until(world, whole)) throw std::runtime_error(name + ": the group never came to rest");
  world.run_until(world.now() + seconds(5));

  const Instant begin = world.now();
  const double cpu = cpu_ms();
  must(world.apply("close c7"));
  const std::int64_t before = readers.revoked;
  run_until(world, [&] { return readers.revoked > before; });
  if (!run_until(world, whole)) throw std::runtime_error(name + ": the group never came to rest");
  const double took = cpu_ms() - cpu;
  return {{"rebalance_" + name + "_cpu_ms", "ms of processor time", took, 1, "what is promised",
           kLimitMs},
          {"rebalance_" + name + "_virtual_ms",
           "ms of virtual time",
           static_cast<double>(to_millis(world.now() - begin)),
           1,
           {},
           {}}};
}

}  // namespace

std::vector<Figure> rebalance_bench() {
  std::vector<Figure> figures;
  for (const auto& [name, settings, protocol] :
       {std::array{"range", "assignor=range", "classic"},
        std::array{"cooperative_sticky", "assignor=cooperative-sticky", "classic"},
        std::array{"kip_848", "protocol=consumer", "consumer"}}) {
    for (Figure& figure : one_leaves(name, settings, protocol)) {
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

}  // namespace kscope::bench
