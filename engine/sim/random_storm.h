// RandomStorm: what may happen to a cluster in a random run, and when it may.
//
// Every kind of thing is an Act with a name and a function; the table is the project's fault model
// (random_acts.cc). Uses of the cluster and mending are in every mix, faults only in some.
//
// The fault budget is what Kafka 3.9 promises to survive: any process may crash, pause, be cut off,
// or fill its disk at any time, but power is only cut while every partition has other in-sync
// copies that kept theirs (without ELR, KIP-966, Kafka loses data otherwise, and says so). With
// `over_budget` that rule is dropped.
//
// Luck is drawn one number at a time, each into a name: the order in which the arguments of a call
// are evaluated is the compiler's choice, and a seed must mean the same everywhere.
//
// Called by: sim/random_run. Read next: random_acts.cc, sim/shrink.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/env/random.h"
#include "engine/sim/random_groups.h"
#include "engine/sim/random_run.h"

namespace kscope::sim {

class RandomStorm;

enum class ActKind : std::uint8_t {
  Use,    ///< a client or an administrator does something
  Mend,   ///< something that was broken works again
  Fault,  ///< switched on for a random half of all seeds
};

struct Act {
  const char* name;
  ActKind kind;
  int weight;  ///< of a use or a mending; a fault's is drawn
  void (*run)(RandomStorm& storm);
};

const std::vector<Act>& all_acts();

/// What the topics of a run are like; drawn with the mix.
struct RandomTopics {
  bool compacted = false;
  bool retained = false;  ///< small segments, retention by size
  bool tight = false;     ///< … of less than what one storm's lag makes a leader wait for
};

class RandomStorm {
 public:
  RandomStorm(const RandomRunOptions& options, env::Random& luck, World& world,
              RandomGroups& groups);

  /// Draws the mix, then does one thing after the other until the storm is over or something broke.
  void draw_mix();
  void run(Instant end);

  const std::map<std::string, std::int64_t>& done() const { return done_; }
  std::int64_t count(ActKind kind) const;

  // ---- for the acts
  env::Random& luck() { return luck_; }
  const World& world() const { return world_; }
  /// False if it could not be done; that is no failure, things have changed meanwhile.
  bool apply(const std::string& command);
  std::int32_t any_node();
  std::int32_t any_running_node();  ///< 0: none runs
  std::int32_t active_controller() const;
  std::int32_t leader_of_something();
  std::string any_peer(std::int32_t other_than);  ///< another node, or a client
  cluster::NodeState state_of(std::int32_t node) const;
  /// Cuts a node from all other nodes.
  void isolate(std::int32_t node);
  /// While an in-sync replica may have lost records, nothing else is broken: it must first leave
  /// the ISR or catch up. Otherwise the others could leave before it, and it would be the last.
  bool holds_its_breath() const;
  bool may_cut_power() const;
  int next_topic() { return ++topics_made_; }
  int topics_made() const { return topics_made_; }
  const RandomTopics& topics() const { return topics_; }
  RandomTopics& topics() { return topics_; }

 private:
  void one_thing();
  void supervise();

  const RandomRunOptions& options_;
  env::Random& luck_;
  World& world_;
  RandomGroups& groups_;
  RandomTopics topics_;
  std::vector<int> weights_;  // by the index of the act
  int total_weight_ = 0;
  Duration pause_most_ = millis(500);
  bool supervised_ = false;  ///< somebody starts processes again as soon as they died
  std::map<std::string, std::int64_t> done_;
  int topics_made_ = 0;
};

}  // namespace kscope::sim
