// Reading the shards of a group coordinator into GroupViews.
//
// A shard that another broker has taken over keeps what it knew; its groups are told with `loaded`
// false, until somebody has loaded them again. merge_groups() decides between what several brokers
// say of the same group.
//
// Called by: cluster/node, sim/world_snapshot. Read next: cluster/group_view.h, cluster/fold_groups.cc
#pragma once

#include <vector>

#include "engine/cluster/group_view.h"
#include "engine/coordinator/group_coordinator.h"

namespace kscope::cluster {

/// What `broker` knows of groups.
std::vector<GroupView> group_views(const coordinator::GroupCoordinator& coordinator, NodeId broker);

/// Adds `more` to `all`, which stays ordered by id. Of two views of a group the loaded one stays,
/// otherwise the one that was loaded later.
void merge_groups(std::vector<GroupView>& all, std::vector<GroupView> more);

/// Before: by topic, then by number ("orders-2" before "orders-10").
bool partition_before(const std::string& a, const std::string& b);

}  // namespace kscope::cluster
