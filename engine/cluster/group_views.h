// Reading the shards of a group coordinator into GroupViews.
//
// A shard that another broker has taken over keeps what it knew; its groups are told with `loaded`
// false, until somebody has loaded them again.
//
// Called by: sim/world_snapshot, cluster/fold_groups. Read next: cluster/group_view.h
#pragma once

#include <vector>

#include "engine/cluster/group_view.h"
#include "engine/coordinator/group_coordinator.h"

namespace kscope::cluster {

/// What is known of groups and their coordinators: part of a snapshot, and what a cluster remembers
/// of brokers that are gone.
struct GroupsKnown {
  std::string topic_id;  ///< of __consumer_offsets; what is known of another is worth nothing
  std::map<std::int32_t, CoordinatorView> coordinators;
  std::vector<GroupView> groups;
};

/// Adds what `broker` knows. Of each partition the broker counts that has loaded it in the highest
/// epoch: an old coordinator that has not heard of its successor does not.
void add_groups(GroupsKnown& known, const coordinator::GroupCoordinator& coordinator,
                NodeId broker);

/// Before: by topic, then by number ("orders-2" before "orders-10").
bool partition_before(const std::string& a, const std::string& b);

}  // namespace kscope::cluster
