// RandomRun: a cluster under random operations and faults, and the question whether it kept its
// word.
//
// Three phases, as TigerBeetle's VOPR has them. Boot: the cluster comes up, topics and clients are
// made. Storm: every few hundred milliseconds something happens (random_storm.h); all invariants
// are checked after every item. Calm: everything is healed and the cluster must converge: all
// replicas equal and in sync, every record acknowledged or refused, consumers at the end.
// Everything is drawn from one seed, so a failure is replayed by its number.
//
// Mixes are drawn in the manner of swarm testing (Groce et al. 2012): each seed switches on a
// random subset of all that can happen, with random weights. A run that can do everything does
// nothing often enough to reach the corners.
//
// What was done is kept as a scenario (script()), so that it can be read, cut down (shrink.h) and
// opened in the viewer.
//
// Called by: `kafkascope run random`, tests/simulation, tests/sensitivity.
// Read next: sim/random_storm.h
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/env/random.h"
#include "engine/sim/world.h"

namespace kscope::sim {

struct RandomRunOptions {
  std::uint64_t seed = 1;
  Duration storm = seconds(20);
  Duration calm = seconds(120);  ///< it has so long to converge; mostly it needs a tenth
  std::int32_t min_insync_replicas = 2;
  bool over_budget = false;
  /// See Invariants::break_rule_for_test; "windows" forbids loss windows.
  std::string broken_rule;
};

struct RandomRunResult {
  bool passed = true;
  std::string failure;  ///< what did not hold, in one line
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  Duration simulated{};
  std::map<std::string, std::int64_t> acts;  ///< what the storm did, by name, and how often
  std::int64_t operations = 0;               ///< … of which uses of the cluster
  std::int64_t faults = 0;                   ///< … and faults
  std::int64_t acked = 0;
  std::int64_t consumed = 0;
  std::int64_t loss_windows = 0;
  std::map<std::string, std::int64_t> looks;  ///< how often each invariant was looked at
  std::vector<cluster::Violation> violations;
};

class RandomRun {
 public:
  explicit RandomRun(const RandomRunOptions& options);
  ~RandomRun();
  RandomRunResult run();
  const World& world() const { return world_; }
  void set_observer(Observer* observer) { world_.set_observer(observer); }
  /// The same run as a scenario, to be read and opened elsewhere.
  std::string script() const;

 private:
  void apply(const std::string& command);
  bool boot();
  bool run_until_ready(Instant limit);
  void start_clients();
  void heal();
  bool converge();

  RandomRunOptions options_;
  env::Random luck_;
  World world_;
  std::unique_ptr<class RandomGroups> groups_;
  std::unique_ptr<class RandomStorm> storm_;
  std::string failure_;
};

/// The first thing that is not as it should be in a healthy cluster at rest; empty: nothing.
std::string first_trouble(const World& world);
/// Inputs and the time they came at, as the text of a scenario that ends at `end`.
std::string script_of(const World& world, const std::string& title);

}  // namespace kscope::sim
