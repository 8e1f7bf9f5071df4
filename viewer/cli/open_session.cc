#include "viewer/cli/open_session.h"

#include <fmt/format.h>

#include "engine/sim/scenario_runner.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/scenario_files.h"
#include "viewer/session/opening.h"

namespace kscope::cli {

namespace {

constexpr std::uint64_t kOpeningSeed = 2024;
constexpr Instant kPictureAt = at_micros(6'000'000);

/// Plays the whole scenario, so that it can be wound back; one that fails can still be looked at.
Result<std::unique_ptr<sim::TimeMachine>> play_scenario(const SessionOptions& options,
                                                        std::string* title) {
  KTRY_ASSIGN(sim::Scenario scenario, load_scenario(options.scenario));
  *title = scenario.title.empty() ? options.scenario : scenario.title;
  sim::ScenarioOptions how;
  how.seed = options.seed;
  sim::ScenarioRunner runner(std::move(scenario), how);
  const sim::ScenarioOutcome outcome = runner.run();
  if (!outcome.passed) *title += " (failed: " + outcome.failure + ")";
  return runner.take_machine();
}

/// Replays what somebody recorded, to a little after the last thing that came from outside.
Result<std::unique_ptr<sim::TimeMachine>> play_recording(const std::string& file) {
  constexpr Duration kAfterwards = seconds(1);
  KTRY_ASSIGN(const std::string text, read_file(file));
  Result<sim::Recording> recording = sim::parse_recording(text);
  if (!recording.ok()) {
    return Error{recording.error().kind, file + ": " + recording.error().message};
  }
  auto machine = std::make_unique<sim::TimeMachine>(*recording);
  Instant last{};
  for (const sim::RecordedInput& input : recording->inputs) last = std::max(last, input.input.at);
  machine->run_until(last + kAfterwards);
  return machine;
}

Result<void> go_to(viewer::Machine& machine, const SessionOptions& options) {
  if (!options.at.empty()) {
    Duration at{};
    if (!parse_duration(options.at, &at) || at.count() < 0) {
      return Error{ErrorKind::Invalid,
                   fmt::format("--at wants a time like 6s or 1500ms, not \"{}\"", options.at)};
    }
    machine.seek(Instant(at));
    return {};
  }
  constexpr std::uint64_t kMostEvents = 50'000'000;
  if (options.event > kMostEvents) {
    return Error{ErrorKind::Invalid, fmt::format("--event wants a number up to {}", kMostEvents)};
  }
  while (machine.recorded_end().value() < options.event) {
    if (!machine.step()) {
      return Error{ErrorKind::NotFound, fmt::format("--event {}: only {} events happen",
                                                    options.event, machine.recorded_end().value())};
    }
  }
  machine.seek(EventSeq(options.event));
  return {};
}

}  // namespace

Result<OpenedSession> open_session(const SessionOptions& options) {
  OpenedSession opened;
  std::unique_ptr<viewer::TimeMachinePort> machine;
  const bool scenario = !options.scenario.empty();
  const bool recording = !options.recording.empty();
  if (scenario) {
    KTRY_ASSIGN(auto played, play_scenario(options, &opened.title));
    machine = std::make_unique<viewer::TimeMachinePort>(std::move(played));
  } else if (recording) {
    KTRY_ASSIGN(auto played, play_recording(options.recording));
    opened.title = options.recording;
    machine = std::make_unique<viewer::TimeMachinePort>(std::move(played));
  } else {
    opened.title = "A live cluster";
    machine = viewer::opening_machine(options.seed.value_or(kOpeningSeed));
  }
  if (!options.at.empty() || options.event > 0) {
    KTRY(go_to(*machine, options));
  } else if (scenario || recording) {
    if (!options.for_picture) machine->seek(Instant{});
  } else if (options.for_picture) {
    machine->run_until(kPictureAt);
    viewer::go_to_lively_moment(*machine);
  } else {
    viewer::go_to_first_election(*machine);
  }
  opened.session = std::make_unique<viewer::Session>(std::move(machine));
  return opened;
}

}  // namespace kscope::cli
