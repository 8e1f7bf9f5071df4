// RandomGroups: consumers of one group that come, go, hang and die in a random run.
//
// Half of all runs have a group; which, and everything it does, is drawn from luck of its own, so
// that the other half does not change when a group learns something new. Its members read the same
// topics as everybody, under the faults that the storm throws at the cluster: that is how
// coordinators crash, answers get lost, and sessions expire.
//
// Each run has one way of assigning (one strategy that all members know, the new protocol of
// KIP-848, or members of both, so that the group is converted back and forth), one way of
// committing, and in some runs static members (KIP-345), who come back under the name of one that
// is gone, and now and then of one that is not.
//
// Called by: sim/random_run, sim/random_storm, sim/random_calm (group_trouble). Read next:
// sim/random_groups.cc
#pragma once

#include <string>
#include <vector>

#include "engine/env/random.h"
#include "engine/sim/world.h"

namespace kscope::sim {

class RandomGroups {
 public:
  struct Act {
    const char* name;
    bool fault;
    int weight;
    void (RandomGroups::*run)();
  };
  static const std::vector<Act>& acts();

  RandomGroups(std::uint64_t seed, World& world);
  bool on() const { return on_; }
  /// The first members.
  void start();
  /// Mostly nothing; the act that was carried out, or nullptr.
  const Act* one_thing();
  /// Whoever hangs goes on, and somebody is there to read.
  void heal();

 private:
  struct Member {
    std::string name, seat;  ///< seat: its group.instance.id
  };
  enum class Protocol : std::uint8_t { Classic, Consumer, Both };

  void join();
  void leave();
  void crash();
  void freeze();
  void stall();
  void go_on();
  void commit();
  void change_topics();
  void cut_off();

  void add_member();
  bool apply(const std::string& command);
  /// The settings that differ between the two protocols.
  std::string draw_protocol();
  bool is_alive(const std::string& name) const;
  std::vector<Member> alive() const;
  /// Empty: nobody is there.
  std::string any_member();
  std::string any_seat();

  env::Random luck_;
  World& world_;
  bool on_ = false, static_members_ = false;
  Protocol protocol_ = Protocol::Classic;
  std::string assignor_, commit_;
  std::vector<Member> members_;  // all that ever were
};

/// What is not as it should be in the groups of a cluster at rest; empty: nothing.
std::string group_trouble(const cluster::Snapshot& snapshot);

}  // namespace kscope::sim
