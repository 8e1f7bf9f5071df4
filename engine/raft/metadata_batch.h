// The two kinds of batch that the metadata log holds: records of the controller, and control
// records of the raft layer.
//
// Every epoch begins with a control record (LeaderChange). It exists to be committed: once a
// majority holds it, everything before it is committed, too (see leader_state.h). On the way it
// notes down for posterity who voted. Others (KRaftVersion, Voters) change the quorum itself
// (voter_set.h).
//
// Called by: raft_client. Kafka: BatchBuilder, ControlRecordUtils, LeaderChangeMessage.json.
// Read next: raft/leader_state.h
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/protocol/records/control_records.h"
#include "engine/record/record_batch.h"

namespace kscope::raft {

/// One control batch with one LeaderChange record. The log gives it its offset and epoch.
Bytes leader_change_batch(NodeId leader, const std::vector<NodeId>& voters,
                          const std::vector<NodeId>& granting, std::int64_t timestamp_ms);

/// One control record: its key says which kind it is.
record::Record control_record(protocol::ControlRecordType type, Bytes value,
                              std::int64_t timestamp_ms);
/// One control batch of them. The log gives it its offset and epoch.
Bytes control_batch(std::vector<record::Record> records);

/// One batch whose records are `values`, without keys. REQUIRES at least one.
Bytes metadata_batch(const std::vector<Bytes>& values, std::int64_t timestamp_ms);

}  // namespace kscope::raft
