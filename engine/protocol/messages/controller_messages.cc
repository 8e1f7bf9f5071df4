// The codecs of what brokers and admin clients ask the controller.
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/allocate_producer_ids.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/envelope.h"

namespace kscope::protocol {

KSCOPE_INSTANTIATE_CODEC(AllocateProducerIdsRequest);
KSCOPE_INSTANTIATE_CODEC(AllocateProducerIdsResponse);
KSCOPE_INSTANTIATE_CODEC(AlterPartitionRequest);
KSCOPE_INSTANTIATE_CODEC(AlterPartitionResponse);
KSCOPE_INSTANTIATE_CODEC(BrokerHeartbeatRequest);
KSCOPE_INSTANTIATE_CODEC(BrokerHeartbeatResponse);
KSCOPE_INSTANTIATE_CODEC(BrokerRegistrationRequest);
KSCOPE_INSTANTIATE_CODEC(BrokerRegistrationResponse);
KSCOPE_INSTANTIATE_CODEC(CreateTopicsRequest);
KSCOPE_INSTANTIATE_CODEC(CreateTopicsResponse);
KSCOPE_INSTANTIATE_CODEC(DeleteTopicsRequest);
KSCOPE_INSTANTIATE_CODEC(DeleteTopicsResponse);
KSCOPE_INSTANTIATE_CODEC(ElectLeadersRequest);
KSCOPE_INSTANTIATE_CODEC(ElectLeadersResponse);
KSCOPE_INSTANTIATE_CODEC(EnvelopeRequest);
KSCOPE_INSTANTIATE_CODEC(EnvelopeResponse);

}  // namespace kscope::protocol
