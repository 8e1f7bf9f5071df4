// The codecs of consumer groups: membership, assignments, offsets, and what admin clients ask.
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/consumer_group_heartbeat.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/leave_group.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/messages/sync_group.h"

namespace kscope::protocol {

KSCOPE_INSTANTIATE_CODEC(OffsetCommitRequest);
KSCOPE_INSTANTIATE_CODEC(OffsetCommitResponse);
KSCOPE_INSTANTIATE_CODEC(OffsetFetchRequest);
KSCOPE_INSTANTIATE_CODEC(OffsetFetchResponse);
KSCOPE_INSTANTIATE_CODEC(JoinGroupRequest);
KSCOPE_INSTANTIATE_CODEC(JoinGroupResponse);
KSCOPE_INSTANTIATE_CODEC(HeartbeatRequest);
KSCOPE_INSTANTIATE_CODEC(HeartbeatResponse);
KSCOPE_INSTANTIATE_CODEC(LeaveGroupRequest);
KSCOPE_INSTANTIATE_CODEC(LeaveGroupResponse);
KSCOPE_INSTANTIATE_CODEC(SyncGroupRequest);
KSCOPE_INSTANTIATE_CODEC(SyncGroupResponse);
KSCOPE_INSTANTIATE_CODEC(DescribeGroupsRequest);
KSCOPE_INSTANTIATE_CODEC(DescribeGroupsResponse);
KSCOPE_INSTANTIATE_CODEC(ListGroupsRequest);
KSCOPE_INSTANTIATE_CODEC(ListGroupsResponse);
KSCOPE_INSTANTIATE_CODEC(DeleteGroupsRequest);
KSCOPE_INSTANTIATE_CODEC(DeleteGroupsResponse);
KSCOPE_INSTANTIATE_CODEC(OffsetDeleteRequest);
KSCOPE_INSTANTIATE_CODEC(OffsetDeleteResponse);
KSCOPE_INSTANTIATE_CODEC(ConsumerGroupHeartbeatRequest);
KSCOPE_INSTANTIATE_CODEC(ConsumerGroupHeartbeatResponse);
KSCOPE_INSTANTIATE_CODEC(ConsumerGroupDescribeRequest);
KSCOPE_INSTANTIATE_CODEC(ConsumerGroupDescribeResponse);

}  // namespace kscope::protocol
