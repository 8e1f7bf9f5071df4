// ClusterSpec: what a cluster is before it is switched on.
//
// Plain data, read from a scenario's or lab's first lines and recorded with every run: the seed,
// this and the list of inputs are the whole identity of a run.
//
// Read next: sim/command.h (what can be done to it), sim/world.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace kscope::sim {

struct ClusterSpec {
  std::int32_t brokers = 3;      ///< nodes 1..brokers
  std::int32_t controllers = 3;  ///< so many voters to begin with
  /// process.roles. Combined: the first nodes are broker and controller at once. Isolated: the
  /// controllers are nodes of their own, numbered after the brokers.
  bool isolated = false;
  /// So many more processes with the controller role, that are no voters yet (KIP-853).
  std::int32_t standby = 0;
  /// 0: controller.quorum.voters, fixed. 1: the voters are a record in the log (KIP-853).
  std::int16_t kraft_version = 0;
  /// Broker configuration by Kafka's names: "replica.lag.time.max.ms" -> "10000". For all brokers
  /// alike, except that "broker.rack" may be a list, one rack for each broker in turn: "a,b,b".
  std::map<std::string, std::string> config;
  Duration latency_min = micros(400);  ///< one way, uniform between the two
  Duration latency_max = micros(1200);
  Duration flush_time = micros(300);   ///< of a healthy fsync
  /// Where clients are told to find the brokers; empty: broker-N:9092, names of the simulation.
  std::map<std::int32_t, std::pair<std::string, std::int32_t>> advertised;
  /// Added to the nodes' wall clocks; serve makes them show the real time with it.
  Duration wall_offset{0};
  bool operator==(const ClusterSpec&) const = default;

  /// What the processes draw their random numbers from. A live cluster that is started again on its
  /// old logs must not draw the ids of its first life again (topics, members, producers): the time
  /// of its start tells the lives apart. In a simulation there is one life, and nothing is added.
  std::uint64_t seed_of_life(std::uint64_t seed) const {
    return seed + static_cast<std::uint64_t>(wall_offset.count());
  }

  std::int32_t first_controller() const { return isolated ? brokers + 1 : 1; }
  std::int32_t nodes() const { return isolated ? brokers + controllers + standby : brokers; }
  bool has_broker(std::int32_t node) const { return node >= 1 && node <= brokers; }
  bool has_controller(std::int32_t node) const {
    return node >= first_controller() && node < first_controller() + controllers + standby;
  }
  /// Those that the disks are formatted with, or that the properties name.
  std::vector<NodeId> first_voters() const {
    std::vector<NodeId> voters;
    for (std::int32_t i = 0; i < controllers; ++i) voters.push_back(NodeId(first_controller() + i));
    return voters;
  }
};

}  // namespace kscope::sim
