// RackTable: who sits where, for assignors that like to keep fetches inside a rack (KIP-881).
//
// A consumer says its rack in its subscription (client.rack); the leader's metadata says where the
// replicas of each partition are. With KIP-392 a consumer may read from a replica in its own rack,
// so a partition with a replica there is cheaper for it. Racks never outrank balance: they only
// choose among assignments that are equally balanced.
//
// Invariant: racks are compared only where that can make a difference, see matter().
//
// Kafka: AbstractPartitionAssignor.useRackAwareAssignment, AbstractStickyAssignor.RackInfo,
// RangeAssignor.TopicAssignmentState.
// Called by: range_assignor, sticky_problem, sticky_constrained.
// Read next: assignor/range_assignor.h
#pragma once

#include <vector>

#include "engine/client/assignor/group_shape.h"

namespace kscope::client {

class RackTable {
 public:
  explicit RackTable(const GroupShape& shape);

  /// Whether any of these members' racks holds replicas of some of the partitions
  /// [first, first + count), but not every rack has replicas of all of them.
  bool matter(const std::vector<int>& members, int first, int count) const;

  bool has_rack(int member) const { return rack_of_[member] >= 0; }
  /// True only for a member with a rack that holds a replica of the partition.
  bool same_rack(int member, int partition) const;
  /// How many members sit in racks with replicas of the partition; one is counted once.
  int neighbours(int partition) const;

 private:
  std::vector<int> rack_of_;                     // by member; -1: it did not say
  std::vector<std::vector<int>> replica_racks_;  // by partition; ascending, distinct
  std::vector<int> members_in_;                  // by rack
};

}  // namespace kscope::client
