// The controllers' part of the Cluster screen. Called by: model/cluster_view.
#pragma once

#include "viewer/model/cluster_view.h"

namespace kscope::viewer {

void build_quorum_cards(const cluster::Snapshot& snapshot, const EventIndex& index,
                        ClusterView& view);

}  // namespace kscope::viewer
