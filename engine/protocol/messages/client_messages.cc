// The codecs of what clients say. One program text for each message would be as good; three files
// keep the build short.
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/api_versions.h"
#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/init_producer_id.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"

namespace kscope::protocol {

KSCOPE_INSTANTIATE_CODEC(ApiVersionsRequest);
KSCOPE_INSTANTIATE_CODEC(ApiVersionsResponse);
KSCOPE_INSTANTIATE_CODEC(MetadataRequest);
KSCOPE_INSTANTIATE_CODEC(MetadataResponse);
KSCOPE_INSTANTIATE_CODEC(ProduceRequest);
KSCOPE_INSTANTIATE_CODEC(ProduceResponse);
KSCOPE_INSTANTIATE_CODEC(FetchRequest);
KSCOPE_INSTANTIATE_CODEC(FetchResponse);
KSCOPE_INSTANTIATE_CODEC(ListOffsetsRequest);
KSCOPE_INSTANTIATE_CODEC(ListOffsetsResponse);
KSCOPE_INSTANTIATE_CODEC(OffsetForLeaderEpochRequest);
KSCOPE_INSTANTIATE_CODEC(OffsetForLeaderEpochResponse);
KSCOPE_INSTANTIATE_CODEC(FindCoordinatorRequest);
KSCOPE_INSTANTIATE_CODEC(FindCoordinatorResponse);
KSCOPE_INSTANTIATE_CODEC(InitProducerIdRequest);
KSCOPE_INSTANTIATE_CODEC(InitProducerIdResponse);
KSCOPE_INSTANTIATE_CODEC(DeleteRecordsRequest);
KSCOPE_INSTANTIATE_CODEC(DeleteRecordsResponse);
KSCOPE_INSTANTIATE_CODEC(DescribeClusterRequest);
KSCOPE_INSTANTIATE_CODEC(DescribeClusterResponse);

}  // namespace kscope::protocol
