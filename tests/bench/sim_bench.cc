#include <algorithm>

#include "engine/env/random.h"
#include "engine/sim/time_machine.h"
#include "tests/bench/bench.h"

namespace kscope::bench {
namespace {

// Three combined nodes, one producer, one consumer: the cluster that the speed floor is stated for.
sim::World busy_world(std::uint64_t seed, bool invariants) {
  sim::ClusterSpec spec;
  sim::World world(spec, seed);
  world.enable_invariants(invariants);
  world.schedule(
      {at_micros(4'000'000), "topic orders partitions=3 replicas=3 min.insync.replicas=2", {}});
  world.schedule({at_micros(5'000'000), "producer p1 acks=all", {}});
  world.schedule({at_micros(5'000'001), "send p1 orders every=2ms", {}});
  world.schedule({at_micros(5'000'002),
                  "consumer c1 assign=orders-0,orders-1,orders-2 from=earliest", {}});
  world.run_until(at_micros(6'000'000));
  return world;
}

Figure events_per_second(const char* name, bool invariants) {
  std::vector<double> rates;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    sim::World world = busy_world(seed, invariants);
    const std::uint64_t before = world.last_event().value();
    const Stopwatch watch;
    while (world.last_event().value() - before < 400'000 && world.step()) {
    }
    rates.push_back(static_cast<double>(world.last_event().value() - before) / watch.seconds());
  }
  Figure figure{name, "events/s", median(rates), 5, {}, {}};
  if (invariants) {
    figure.limit = "floor: 300 000 events/s with checkers on";
    figure.limit_value = 300'000;
  }
  return figure;
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

std::vector<Figure> sim_bench() {
  return {events_per_second("events_per_second", true),
          events_per_second("events_per_second_unchecked", false)};
}

std::vector<Figure> seek_bench() {
  sim::TimeMachine machine(sim::ClusterSpec{}, 7);
  machine.schedule({at_micros(4'000'000), "topic orders partitions=3 replicas=3", {}});
  machine.schedule({at_micros(5'000'000), "producer p1 acks=all", {}});
  machine.schedule({at_micros(5'000'001), "send p1 orders every=50ms", {}});
  machine.schedule(
      {at_micros(5'000'002), "consumer c1 assign=orders-0,orders-1 from=earliest", {}});
  for (int minute = 1; minute < 10; ++minute) {
    machine.schedule({Instant(seconds(60 * minute)), "crash 1", {}});
    machine.schedule({Instant(seconds(60 * minute + 30)), "start 1", {}});
  }
  const Stopwatch forward;
  machine.run_until(Instant(seconds(600)));
  const double run_seconds = forward.seconds();
  env::Random random(99);
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) {
    const EventSeq to(1 + random.below(machine.recorded_end().value()));
    const Stopwatch watch;
    machine.seek(to);
    times.push_back(watch.seconds() * 1000);
  }
  const double worst = *std::max_element(times.begin(), times.end());
  return {{"seek_ms", "ms", median(times), 100, "ceiling: 100 ms", 100},
          {"seek_worst_ms", "ms", worst, 100, "ceiling: 100 ms", 100},
          {"seek_scenario_run_s", "s", run_seconds, 1, "ten virtual minutes", 600},
          {"seek_scenario_events", "events",
           static_cast<double>(machine.recorded_end().value()), 1, {}, {}}};
}

// How long clients are without a leader after a crash, in virtual time: what a student will see.
std::vector<Figure> cluster_bench() {
  std::vector<double> without_leader;
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    sim::World world = busy_world(seed, true);
    const TopicPartition partition{"orders", 0};
    const cluster::PartitionView* view = nullptr;
    const cluster::Snapshot before = world.snapshot();
    view = before.partition(partition);
    if (view == nullptr) continue;
    const std::int32_t leader = view->leader;
    const Instant crashed = world.now();
    if (!world.apply("crash " + std::to_string(leader)).ok()) continue;
    while (world.now() < crashed + seconds(60)) {
      world.run_until(world.now() + millis(10));
      const cluster::Snapshot now = world.snapshot();
      const cluster::PartitionView* p = now.partition(partition);
      if (p != nullptr && p->leader >= 0 && p->leader != leader) break;
    }
    without_leader.push_back(static_cast<double>(to_millis(world.now() - crashed)));
  }
  std::vector<Figure> figures{{"failover_virtual_ms", "ms of virtual time", median(without_leader),
                               static_cast<int>(without_leader.size()),
                               "broker.session.timeout.ms", 9000}};
  for (const Figure& figure : recovery_bench()) figures.push_back(figure);
  return figures;
}

}  // namespace kscope::bench
