// Goal: the metrics of a moment depend on the events up to it and on nothing else. Method: whole
// scenarios; a tape that is wound back and forth against a fold from the beginning.
#include "engine/cluster/metrics_json.h"
#include "engine/cluster/metrics_tape.h"
#include "engine/sim/metrics_of.h"
#include "tests/catch.h"
#include "tests/simulation/support.h"

using namespace kscope;
using namespace kscope::sim;

namespace {

std::string scenario(const char* name) {
  return std::string(KSCOPE_SOURCE_DIR "/tests/scenarios/") + name + ".txt";
}

const cluster::MetricsFold& wind(cluster::MetricsTape& tape, const TimeMachine& machine) {
  const World& world = machine.world();
  return tape.at(machine.present(), machine.now(), world.snapshot(),
                 cluster::MetricSettings::from(world.spec().config), world.names(),
                 [&](EventSeq seq) -> const event::Event& { return machine.event(seq); });
}

}  // namespace

TEST_CASE("metrics after a seek are those of a fold from the beginning") {
  for (const char* name : {"metrics-of-a-failover", "request-queue-full", "unclean-election"}) {
    INFO(name);
    ScenarioRunner runner(load_scenario(scenario(name)));
    REQUIRE(runner.run().failure == "");
    TimeMachine& machine = runner.machine();
    const Instant end = machine.now();
    cluster::MetricsTape tape;
    for (const int tenth : {10, 3, 7, 1, 9, 10}) {
      machine.seek(at_micros(to_micros(end) / 10 * tenth));
      CHECK(cluster::metrics_text(wind(tape, machine)) ==
            cluster::metrics_text(metrics_of(machine)));
    }
  }
}

TEST_CASE("the gauges of the fold are those of the engine") {
  for (const std::string& file : scenario_files()) {
    INFO(file);
    ScenarioRunner runner(load_scenario(file));
    runner.run();
    const cluster::Snapshot snapshot = runner.machine().world().snapshot();
    const cluster::MetricsFold metrics = metrics_of(runner.machine());
    for (const cluster::NodeView& node : snapshot.nodes) {
      if (node.state != cluster::NodeState::Running) continue;
      const auto value = [&](cluster::Metric metric, const char* tag = "") {
        return static_cast<std::int32_t>(metrics.value({node.id, metric, tag}));
      };
      CHECK(value(cluster::Metric::RequestQueueSize) == node.broker.requests_waiting);
      CHECK(value(cluster::Metric::PurgatorySize, "Produce") == node.broker.delayed_produces);
      CHECK(value(cluster::Metric::PurgatorySize, "Fetch") == node.broker.delayed_fetches);
      CHECK(value(cluster::Metric::RaftCurrentEpoch) == node.quorum.epoch);
      CHECK((value(cluster::Metric::ActiveControllerCount) == 1) == node.quorum.controller_active);
    }
  }
}
