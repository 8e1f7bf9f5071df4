// The brokers' part of the Cluster screen. Called by: model/cluster_view.
#pragma once

#include "viewer/model/cluster_view.h"

namespace kscope::viewer {

/// REQUIRES view.rows is filled; adds each row's longest_log_end.
void build_broker_cards(const cluster::Snapshot& snapshot, const EventIndex& index,
                        const LastKnown& last_known, ClusterView& view);

}  // namespace kscope::viewer
