// ControllerResult: what a decision is: the records that would make it true, and the answer to give
// once they are committed.
//
// Deciding changes nothing. The records are appended to the metadata log and *replayed*; replaying
// is the only thing that changes the controller's state, on this controller and on every later one.
//
// Called by: cluster_control, replication_control, quorum_controller. Kafka: ControllerResult.
// Read next: metadata/cluster_control.h
#pragma once

#include <vector>

#include "engine/protocol/records/metadata_record.h"

namespace kscope::metadata {

using Records = std::vector<protocol::MetadataRecord>;

template <class Response>
struct ControllerResult {
  Records records;  ///< empty: nothing changes, only an answer
  Response response;
};

}  // namespace kscope::metadata
