// Goal: every script of tests/scenarios holds, with all invariants on; the same run twice is the
// same run; a seek back and forth changes nothing; and the events alone rebuild the snapshot.
// Method: each script is played, and its machine is then wound back and forth and folded.
#include "engine/cluster/fold.h"
#include "engine/event/render.h"
#include "tests/catch.h"
#include "tests/simulation/support.h"

using namespace kscope;
using namespace kscope::sim;

namespace {

struct Told {
  std::string story;
  Narrator narrator() {
    return [this](const std::string& line) { story += line + "\n"; };
  }
};

std::string name_of(const std::string& path) { return std::filesystem::path(path).stem(); }

}  // namespace

TEST_CASE("every scenario holds") {
  for (const std::string& file : scenario_files()) {
    Told told;
    ScenarioRunner runner(load_scenario(file), {}, told.narrator());
    const ScenarioOutcome outcome = runner.run();
    INFO(told.story);
    INFO("replay: ./kafkascope run tests/scenarios/" + name_of(file) + ".txt");
    CHECK(outcome.failure == "");
  }
}

TEST_CASE("the same scenario and seed give the same events, and another seed gives others") {
  for (const std::string& file : scenario_files()) {
    INFO(name_of(file));
    ScenarioRunner once(load_scenario(file)), again(load_scenario(file));
    once.run();
    again.run();
    CHECK(once.machine().world().hash() == again.machine().world().hash());
    CHECK(once.machine().present() == again.machine().present());
  }
  ScenarioRunner a(load_scenario(scenario_files().front()), {1, event::Weight::Drama});
  ScenarioRunner b(load_scenario(scenario_files().front()), {2, event::Weight::Drama});
  a.run();
  b.run();
  CHECK(a.machine().world().hash() != b.machine().world().hash());
}

TEST_CASE("seeking back and forth changes nothing") {
  for (const std::string& file : scenario_files()) {
    INFO(name_of(file));
    ScenarioRunner runner(load_scenario(file));
    runner.run();
    TimeMachine& machine = runner.machine();
    const EventSeq end = machine.present();
    const Instant now = machine.now();
    const std::uint64_t hash = machine.world().hash();
    for (const std::uint64_t part : {2, 3, 5, 1}) {
      machine.seek(EventSeq(std::max<std::uint64_t>(1, end.value() * (part - 1) / part)));
      machine.seek(at_micros(to_micros(now) / static_cast<std::int64_t>(part)));
    }
    machine.seek(end);  // not `now`: a scenario may end in the middle of an instant
    CHECK(machine.present() == end);
    CHECK(machine.world().hash() == hash);
  }
}

TEST_CASE("the events alone rebuild the snapshot, after every single item") {
  for (const std::string& file : scenario_files()) {
    ScenarioRunner runner(load_scenario(file));
    runner.run();
    TimeMachine& machine = runner.machine();
    const EventSeq end = machine.present();
    machine.seek(EventSeq(0));
    cluster::Snapshot folded = machine.world().snapshot();
    std::string difference;
    for (std::uint64_t seen = 0; machine.present() < end && difference.empty();) {
      REQUIRE(machine.step());
      for (; seen < machine.present().value(); ++seen)
        cluster::fold(folded, machine.event(EventSeq(seen + 1)), machine.world().names());
      difference = cluster::difference(folded, machine.world().snapshot());
    }
    INFO(name_of(file) << ".txt, event " << machine.present().value());
    CHECK(difference == "");
  }
}
