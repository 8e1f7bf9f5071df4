#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "engine/cluster/metrics_json.h"
#include "engine/sim/metrics_of.h"
#include "engine/sim/scenario_runner.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/random_command.h"
#include "viewer/model/lookup.h"
#include "viewer/session/time_machine_port.h"

namespace kscope::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::string for_time;
  bool json = false;
  bool all_events = false;
  bool metrics = false;
  std::string lookup;
  RandomOptions random;
};

// A path, or the name of a script that came with the program.
Result<sim::Scenario> load(const std::string& name) {
  std::string path = name;
  const std::string shipped = fmt::format("{}/tests/scenarios/{}.txt", KSCOPE_SOURCE_DIR, name);
  if (!fs::exists(path) && fs::exists(shipped)) path = shipped;
  if (!fs::exists(path)) {
    std::string known;
    std::error_code ignored;
    std::vector<std::string> names;
    for (const auto& entry :
         fs::directory_iterator(std::string(KSCOPE_SOURCE_DIR) + "/tests/scenarios", ignored)) {
      if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    for (const std::string& n : names) known += " " + n;
    return Error{ErrorKind::NotFound,
                 fmt::format("there is no scenario \"{}\"; give a file, \"random\", or one of:{}",
                             name, known)};
  }
  KTRY_ASSIGN(const std::string text, read_file(path));
  return sim::parse_scenario(text, path);
}

// The end of the run is the moment that is asked about.
Result<void> look_up(const Options& options, std::unique_ptr<sim::TimeMachine> machine,
                     std::ostream& out) {
  constexpr int kColumns = 100;
  viewer::TimeMachinePort port(std::move(machine));
  KTRY_ASSIGN(const viewer::LookupQuestion question, viewer::parse_lookup(port, options.lookup));
  const viewer::Lookup lookup = viewer::build_lookup(port, question);
  if (lookup.steps.empty()) return Error{ErrorKind::NotFound, lookup.problem};
  out << viewer::lookup_text(lookup, kColumns);
  return {};
}

cluster::Json result_of(const sim::TimeMachine& machine, bool metrics) {
  cluster::Json result = sim::run_result(machine.world());
  if (metrics) result["metrics"] = cluster::metrics_json(sim::metrics_of(machine));
  return result;
}

int run(const Options& options) {
  Result<sim::Scenario> scenario = load(options.scenario);
  if (!scenario.ok()) return complain("run", scenario.error().message);
  Duration longer{};
  if (!options.for_time.empty() && !parse_duration(options.for_time, &longer)) {
    return complain("run", fmt::format("--for takes a time such as 20ms, 1.5s or 2m, found \"{}\"",
                                       options.for_time));
  }
  std::ostream& out = options.json ? std::cerr : std::cout;  // --json keeps standard output clean
  sim::ScenarioOptions how;
  how.seed = options.seed;
  how.weight = options.all_events ? event::Weight::Detail : event::Weight::Drama;
  sim::ScenarioRunner runner(*scenario, how, [&](const std::string& line) { out << line << "\n"; });
  const sim::ScenarioOutcome outcome = runner.run();
  if (longer > Duration{0}) runner.machine().run_until(Instant{} + longer);
  if (options.json) std::cout << result_of(runner.machine(), options.metrics).dump() << std::endl;
  if (!outcome.passed) {
    std::cerr << outcome.failure << std::endl;
    return kExitFound;
  }
  const sim::World& world = runner.machine().world();
  out << fmt::format("passed: {} events, hash {:016x}, {} of simulated time\n",
                     world.last_event().value(), world.hash(), format_instant(world.now()));
  const bool clean = world.violations().empty();
  if (options.metrics && !options.json) {
    out << cluster::metrics_text(sim::metrics_of(runner.machine()));
  }
  if (!options.lookup.empty()) {
    const Result<void> shown = look_up(options, runner.take_machine(), out);
    if (!shown.ok()) return complain("run", shown.error().message);
  }
  return clean ? 0 : kExitFound;
}

int start_random(Options& options) {
  const std::string& text = options.for_time;
  if (!text.empty() &&
      (!parse_duration(text, &options.random.storm) || options.random.storm <= Duration{0}))
    return complain("run", fmt::format("--for takes a time such as 20s or 3m, found \"{}\"", text));
  return run_random(options.random);
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "run", "Runs a scenario without a window, or random ones until something breaks");
  auto options = std::make_shared<Options>();
  command
      ->add_option("SCENARIO", options->scenario, "a file, a shipped scenario's name, or `random`")
      ->required();
  command->add_option("--seed", options->seed, "instead of the scenario's own");
  command->add_option("--for", options->for_time,
                      "go on until this time since the start; random: so long a storm");
  command->add_flag("--json", options->json, "end with {seed, events, hash, state, violations}");
  command->add_flag("--all-events", options->all_events, "print every event, not only the drama");
  command->add_flag("--metrics", options->metrics,
                    "at the end, print every metric under Kafka's name (with --json: add them)");
  command->add_option("--lookup", options->lookup,
                      "at the end, look a record up probe by probe: orders-0@41, orders-0@t=3.2s");
  command->add_option("--seeds", options->random.seeds, "random: how many runs")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
  command->add_option("--jobs", options->random.jobs, "random: processes at a time")
      ->check(CLI::Range(1, 256));
  command->add_option("--script", options->random.script_file,
                      "random: write the run (the failing one, if any) as a scenario to this file");
  command->add_flag("--over-budget", options->random.over_budget,
                    "random: more power losses than Kafka survives; losses must then be declared");
  command->add_flag("!--no-shrink", options->random.shrink,
                    "random: write a failing run as it was, not cut down");
  command->add_option("--report", options->random.report_file,
                      "random: write the figures of many runs as Markdown to this file");
  command->callback([options, &exit_code] {
    if (options->scenario == "random") {
      options->random.first_seed = options->seed.value_or(1);
      options->random.json = options->json;
      exit_code = start_random(*options);
    } else {
      exit_code = run(*options);
    }
  });
}

}  // namespace kscope::cli
