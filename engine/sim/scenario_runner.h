// ScenarioRunner: plays a scenario on a TimeMachine, tells the story, and says whether it held.
//
//   ScenarioRunner runner(scenario, {}, [](const std::string& line) { puts(line.c_str()); });
//   const ScenarioOutcome outcome = runner.run();
//
// The runner only ever acts through TimeMachine::act and schedule, so a scenario that was played is
// an ordinary recording: the viewer can open its machine at the end and wind it back.
//
// Invariant: (scenario, seed) determine every event; tests/simulation plays each scenario several
// times, and through seeks, and compares hashes.
//
// Called by: `kafkascope run`, tests, the viewer (one statement at a time, with step()).
// Read next: sim/random_run.h
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/cluster/metrics_tape.h"
#include "engine/cluster/snapshot_json.h"
#include "engine/sim/scenario.h"
#include "engine/sim/time_machine.h"

namespace kscope::sim {

struct ScenarioOutcome {
  bool passed = true;
  std::string failure;  ///< "FILE:LINE: expected …, found …"; empty if it passed
};

/// One line of the story.
using Narrator = std::function<void(const std::string&)>;

struct ScenarioOptions {
  std::optional<std::uint64_t> seed;            ///< instead of the scenario's own
  event::Weight weight = event::Weight::Drama;  ///< events of at least this weight are narrated
};

class ScenarioRunner {
 public:
  explicit ScenarioRunner(Scenario scenario, const ScenarioOptions& options = {},
                          Narrator narrator = {});

  /// Plays the next statement. False when there is none left or one did not hold.
  bool step();
  ScenarioOutcome run();

  const Scenario& scenario() const { return scenario_; }
  const ScenarioOutcome& outcome() const { return outcome_; }
  TimeMachine& machine() { return *machine_; }
  std::unique_ptr<TimeMachine> take_machine() { return std::move(machine_); }
  /// The line about to be played; 0 at the end.
  int next_line() const;

 private:
  bool play(const Statement& statement);
  bool until(const Statement& statement);
  bool until_event(const Statement& statement);
  bool expect(const Statement& statement);
  bool expect_event(const Statement& statement);
  bool expect_violation(const Statement& statement);
  bool fail(const Statement& statement, const std::string& what);
  std::string read(const std::string& path);
  void finish();
  void say(const std::string& line);
  void narrate_events();
  bool matches(const event::Event& event, const EventPattern& pattern) const;
  std::string name_of(NodeId node, event::Subject subject);

  Scenario scenario_;
  ScenarioOptions options_;
  Narrator narrator_;
  std::unique_ptr<TimeMachine> machine_;
  cluster::MetricsTape metrics_;
  ScenarioOutcome outcome_;
  std::size_t next_ = 0;
  EventSeq mark_;    // `expect event` counts what came after it
  EventSeq waited_;  // `until event` looks at what came after it
  EventSeq narrated_;
  std::size_t violations_told_ = 0;
  bool violations_expected_ = false;
  std::map<std::int32_t, std::string> client_names_;
};

/// {seed, events, hash, state, violations}: what `run --json` ends with. The hash is text, because
/// JSON's numbers have 53 bits.
cluster::Json run_result(const World& world);

/// What `show` prints: "isr", "logs", "quorum", "clients" or "frames".
std::string show(const cluster::Snapshot& snapshot, const std::string& what);

}  // namespace kscope::sim
