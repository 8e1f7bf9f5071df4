// The codecs of what admin clients ask about configurations, partitions and reassignments.
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/list_partition_reassignments.h"

namespace kscope::protocol {

KSCOPE_INSTANTIATE_CODEC(AlterConfigsRequest);
KSCOPE_INSTANTIATE_CODEC(AlterConfigsResponse);
KSCOPE_INSTANTIATE_CODEC(IncrementalAlterConfigsRequest);
KSCOPE_INSTANTIATE_CODEC(IncrementalAlterConfigsResponse);
KSCOPE_INSTANTIATE_CODEC(DescribeConfigsRequest);
KSCOPE_INSTANTIATE_CODEC(DescribeConfigsResponse);
KSCOPE_INSTANTIATE_CODEC(CreatePartitionsRequest);
KSCOPE_INSTANTIATE_CODEC(CreatePartitionsResponse);
KSCOPE_INSTANTIATE_CODEC(AlterPartitionReassignmentsRequest);
KSCOPE_INSTANTIATE_CODEC(AlterPartitionReassignmentsResponse);
KSCOPE_INSTANTIATE_CODEC(ListPartitionReassignmentsRequest);
KSCOPE_INSTANTIATE_CODEC(ListPartitionReassignmentsResponse);

}  // namespace kscope::protocol
