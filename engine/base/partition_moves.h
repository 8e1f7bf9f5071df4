// PartitionMoves: the memory of a search for balance, so that it does not swap what need not move.
//
// Balancing moves partitions one at a time from a member that has many to one that has few. Two
// such moves can cancel out: first 3 of `orders` from a to b, later 5 of `orders` from b to a. As
// the partitions of a topic are worth the same, nobody gained anything, and two partitions moved.
// So before a partition moves from b to a, the memory is asked whether one of the same topic went
// from a to b before: then that one goes back home instead.
//
//   a -3-> b          wanted: 5 from b to a          done: 3 from b to a, and 3 never moved
//
// Everything is a number here, as in the assignors' own tables.
// Invariant: a partition is remembered with the member it belonged to when the search began and the
// one it has come to since, and those two differ.
//
// Kafka: AbstractStickyAssignor.PartitionMovements for consumers' assignors, and the class of the
// same name in UniformHeterogeneousAssignmentBuilder for the coordinator's. Both of ours use this
// one, and neither may include the other, which is why it lives at the bottom. Of several
// partitions that could go back, Kafka takes any; here it is the one with the lowest number.
// Called by: client/assignor/sticky_general, coordinator/assignor/uniform_heterogeneous.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace kscope {

class PartitionMoves {
 public:
  /// Somebody wants `partition` of `topic` to go from `from`, who has it now, to `to`: which one
  /// really should.
  int better_choice(int topic, int partition, int from, int to) const {
    const auto moved = pair_of_.find(partition);
    const int home = moved == pair_of_.end() ? from : moved->second.from;
    const auto back = moved_.find({topic, to, home});
    return back == moved_.end() ? partition : *back->second.begin();
  }

  void moved(int topic, int partition, int from, int to) {
    int home = from;
    if (const auto it = pair_of_.find(partition); it != pair_of_.end()) {
      home = it->second.from;
      const auto same = moved_.find({topic, home, it->second.to});
      same->second.erase(partition);
      if (same->second.empty()) moved_.erase(same);
      pair_of_.erase(it);
    }
    if (home == to) return;  // it is back where it was
    pair_of_[partition] = {home, to};
    moved_[{topic, home, to}].insert(partition);
  }

 private:
  struct Pair {
    int from = 0, to = 0;
  };
  std::map<int, Pair> pair_of_;                               // by partition
  std::map<std::tuple<int, int, int>, std::set<int>> moved_;  // partitions by topic, from, to
};

}  // namespace kscope
