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
/// `now`: tells whether a fetcher still rests.
BrokerView broker_view(const broker::BrokerServer& broker, Offset metadata_offset, Instant now);
/// `settings`: of the node whose image it is, for what a topic does not set itself.
MetadataView metadata_view(const metadata::MetadataImage& image,
                           const std::map<std::string, std::string>& settings);

}  // namespace kscope::cluster
