// The two kinds of batch that the metadata log holds: records of the controller, and the control
// record with which every epoch begins.
//
// The control record (LeaderChange) exists to be committed: once a majority holds it, everything
// before it is committed, too (see leader_state.h). On the way it notes down for posterity who
// voted.
//
// Called by: raft_client. Kafka: BatchBuilder, ControlRecordUtils, LeaderChangeMessage.json.
// Read next: raft/leader_state.h
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"

namespace kscope::raft {

/// One control batch with one LeaderChange record. The log gives it its offset and epoch.
Bytes leader_change_batch(NodeId leader, const std::vector<NodeId>& voters,
                          const std::vector<NodeId>& granting, std::int64_t timestamp_ms);

/// One batch whose records are `values`, without keys. REQUIRES at least one.
Bytes metadata_batch(const std::vector<Bytes>& values, std::int64_t timestamp_ms);

}  // namespace kscope::raft
