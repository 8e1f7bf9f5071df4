// The clients' part of the Cluster screen. Called by: model/cluster_view.
#pragma once

#include "viewer/model/cluster_view.h"

namespace kscope::viewer {

void build_client_cards(const cluster::Snapshot& snapshot, ClusterView& view);

}  // namespace kscope::viewer
