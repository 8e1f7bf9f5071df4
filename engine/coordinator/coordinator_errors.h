// How a coordinator says no: Kafka's errors of the log, put into the words of group clients.
//
// A client of a group does not know that its coordinator keeps a log. What goes wrong with that log
// it must hear as "look for your coordinator again" or "try again".
//
//   UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT -> COORDINATOR_NOT_AVAILABLE
//   NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR                        -> NOT_COORDINATOR
//   MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_FETCH_SIZE       -> UNKNOWN_SERVER_ERROR
//
// Called by: group_coordinator, coordinator_shard, group_metadata_manager, offset_metadata_manager;
// first_error by broker/kafka_apis_groups. Kafka: GroupCoordinatorService.handleOperationException,
// GroupMetadataManager.appendGroupMetadataErrorToResponseError (the same table once more), and the
// getErrorResponse methods of the requests.
// Read next: coordinator/coordinator_shard.h
#pragma once

#include "engine/coordinator/coordinator_types.h"

namespace kscope::coordinator {

ErrorCode to_group_error(ErrorCode of_the_log);

/// The response that was about to leave, as a failure: the same API, the same things named.
AnyResponse as_error(const AnyResponse& response, ErrorCode error);

// The answer to a request that was not even looked at.
AnyResponse error_response(const protocol::JoinGroupRequest& request, ErrorCode error);
AnyResponse error_response(const protocol::SyncGroupRequest& request, ErrorCode error);
/// While the group is being loaded a heartbeat is answered with NONE: the member may live on.
AnyResponse error_response(const protocol::HeartbeatRequest& request, ErrorCode error);
AnyResponse error_response(const protocol::LeaveGroupRequest& request, ErrorCode error);
AnyResponse error_response(const protocol::OffsetCommitRequest& request, ErrorCode error);
AnyResponse error_response(const protocol::OffsetDeleteRequest& request, ErrorCode error);
AnyResponse error_response(const protocol::ConsumerGroupHeartbeatRequest& request, ErrorCode error);

/// For what the viewer and the log tell: the first error in it; NONE if it has none.
ErrorCode first_error(const AnyResponse& response);

}  // namespace kscope::coordinator
