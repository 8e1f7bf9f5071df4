// Reading a node's engine objects into the plain rows of a Snapshot.
//
// One of the two ways that lead to a snapshot (the other folds events); kept apart from the node
// itself, which has no need to be looked at.
//
// Called by: cluster/node, sim/world_snapshot. Read next: cluster/fold.h
#pragma once

#include "engine/broker/broker_server.h"
#include "engine/cluster/snapshot.h"
#include "engine/metadata/shared_server.h"

namespace kscope::cluster {

QuorumView quorum_view(const metadata::SharedServer& shared);
QuorumDetailView quorum_detail_view(const metadata::SharedServer& shared);
BrokerView broker_view(const broker::BrokerServer& broker, Offset metadata_offset);
MetadataView metadata_view(const metadata::MetadataImage& image);

}  // namespace kscope::cluster
