// The rows of the Partition screen: each replica's state and lag in words.
// Called by: model/partition_view. Read next: engine/cluster/replication_view.h
#pragma once

#include "viewer/model/partition_view.h"

namespace kscope::viewer {

/// Fills picture.lines; the facts about the leader must stand in it already.
void build_replica_lines(const cluster::Snapshot& snapshot, const ClusterView& cluster,
                         std::size_t row, const EventIndex& index, const PartitionHistory& history,
                         PartitionPicture& picture);

/// Is the broker one of these?
bool is_member(const std::vector<std::int32_t>& ids, std::int32_t broker);

/// Members of the maximal ISR that hold the high watermark where it is; empty: nobody does.
std::vector<std::int32_t> holding_back(const cluster::ReplicaView& leader);

}  // namespace kscope::viewer
