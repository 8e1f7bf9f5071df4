// RandomRun: a cluster under random operations and faults, and the question whether it kept its
// word.
//
// Three phases, as TigerBeetle's VOPR has them. Boot: the cluster comes up, topics and clients are
// made. Storm: for some seconds every few hundred milliseconds something happens, a fault more
// often than not; all invariants are checked after every item. Calm: everything is healed and the
// cluster must converge: all replicas equal and in sync, every record acknowledged or refused,
// consumers at the end. Everything is drawn from one seed, so a failure is replayed by its number.
//
// The fault budget is what Kafka 3.9 promises to survive: any process may crash, pause, be cut off,
// or fill its disk at any time, but power is only cut while every partition has other in-sync
// copies that kept theirs (without ELR, KIP-966, Kafka loses data otherwise, and says so). With
// `over_budget` that rule is dropped.
//
// What was done is kept as a scenario (script()), so that it can be read, cut down by hand and
// opened in the viewer.
//
// Called by: `kafkascope run random`, tests/simulation. Read next: tests/simulation/random_test.cc
#pragma once

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
  std::int64_t operations = 0;  ///< commands of the storm
  std::int64_t acked = 0;
  std::int64_t loss_windows = 0;
  std::vector<cluster::Violation> violations;
};

class RandomRun {
 public:
  explicit RandomRun(const RandomRunOptions& options);
  RandomRunResult run();
  const World& world() const { return world_; }
  void set_observer(Observer* observer) { world_.set_observer(observer); }
  /// The same run as a scenario, to be read and opened elsewhere.
  std::string script() const;

 private:
  bool boot();
  void storm();
  void one_thing();
  void heal();
  bool converge();
  std::string missing(const cluster::Snapshot& snapshot) const;

  bool apply(const std::string& command);
  bool run_until_ready(Instant limit);
  std::string any_node();
  bool is_running(std::int32_t node) const;
  bool may_cut_power() const;
  bool holds_its_breath() const;
  void crash_something();
  void break_a_link();
  void upset_a_disk();
  void set_a_trap();
  void use_the_cluster();

  RandomRunOptions options_;
  env::Random luck_;
  World world_;
  std::int64_t operations_ = 0;
  std::string failure_;
};

}  // namespace kscope::sim
