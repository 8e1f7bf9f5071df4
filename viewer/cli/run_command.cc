#include <fmt/core.h>

#include <iostream>
#include <memory>

#include "engine/cluster/metrics_json.h"
#include "engine/sim/metrics_of.h"
#include "engine/sim/scenario_runner.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/random_command.h"
#include "viewer/cli/scenario_files.h"
#include "viewer/cli/sequence_files.h"
#include "viewer/model/lookup.h"
#include "viewer/session/time_machine_port.h"

namespace kscope::cli {
namespace {

struct Options {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::string for_time;
  bool json = false;
  bool all_events = false;
  bool metrics = false;
  std::string lookup;
  SequenceOptions sequence;
  RandomOptions random;
};

// The end of the run is the moment that is asked about.
Result<void> look_up(const Options& options, viewer::TimeMachinePort& port, std::ostream& out) {
  constexpr int kColumns = 100;
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

/// What was asked for beyond the run itself.
Result<void> show_more(const Options& options, const std::string& title,
                       sim::ScenarioRunner& runner, std::ostream& out) {
  if (options.lookup.empty() && options.sequence.file.empty()) return {};
  viewer::TimeMachinePort port(runner.take_machine());
  if (!options.lookup.empty()) KTRY(look_up(options, port, out));
  if (options.sequence.file.empty()) return {};
  KTRY(write_sequence_of_run(port, title.empty() ? options.scenario : title, options.sequence));
  out << "wrote " << options.sequence.file << "\n";
  return {};
}

int run(const Options& options) {
  Result<sim::Scenario> scenario = load_scenario(options.scenario, "\"random\", ");
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
  const Result<void> shown = show_more(options, scenario->title, runner, out);
  if (!shown.ok()) return complain("run", shown.error().message);
  return clean ? 0 : kExitFound;
}

int start_random(Options& options) {
  const std::string& text = options.for_time;
  if (!text.empty() &&
      (!parse_duration(text, &options.random.storm) || options.random.storm <= Duration{0}))
    return complain("run", fmt::format("--for takes a time such as 20s or 3m, found \"{}\"", text));
  return run_random(options.random);
}

void add_sequence_options(CLI::App* command, SequenceOptions& options) {
  command->add_option("--sequence", options.file,
                      "write the run as a sequence diagram: F.mmd (Mermaid), F.svg or F.png");
  command->add_option("--between", options.between, "of the diagram: from when to when, 8s..14s");
  command->add_option("--apis", options.apis, "of the diagram: only these, Fetch,AlterPartition");
  command->add_option("--partition", options.partition, "of the diagram: only what names orders-0");
  command->add_option("--node", options.node, "of the diagram: only what this node says and hears");
  command->add_flag("--unfolded", options.unfolded,
                    "of the diagram: fetches and heartbeats one by one");
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
  add_sequence_options(command, options->sequence);
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
