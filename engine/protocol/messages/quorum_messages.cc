// The codecs of what KRaft voters say to each other.
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/add_raft_voter.h"
#include "engine/protocol/messages/begin_quorum_epoch.h"
#include "engine/protocol/messages/describe_quorum.h"
#include "engine/protocol/messages/end_quorum_epoch.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/protocol/messages/remove_raft_voter.h"
#include "engine/protocol/messages/update_raft_voter.h"
#include "engine/protocol/messages/vote.h"

namespace kscope::protocol {

KSCOPE_INSTANTIATE_CODEC(VoteRequest);
KSCOPE_INSTANTIATE_CODEC(VoteResponse);
KSCOPE_INSTANTIATE_CODEC(BeginQuorumEpochRequest);
KSCOPE_INSTANTIATE_CODEC(BeginQuorumEpochResponse);
KSCOPE_INSTANTIATE_CODEC(EndQuorumEpochRequest);
KSCOPE_INSTANTIATE_CODEC(EndQuorumEpochResponse);
KSCOPE_INSTANTIATE_CODEC(FetchSnapshotRequest);
KSCOPE_INSTANTIATE_CODEC(FetchSnapshotResponse);
KSCOPE_INSTANTIATE_CODEC(DescribeQuorumRequest);
KSCOPE_INSTANTIATE_CODEC(DescribeQuorumResponse);
KSCOPE_INSTANTIATE_CODEC(AddRaftVoterRequest);
KSCOPE_INSTANTIATE_CODEC(AddRaftVoterResponse);
KSCOPE_INSTANTIATE_CODEC(RemoveRaftVoterRequest);
KSCOPE_INSTANTIATE_CODEC(RemoveRaftVoterResponse);
KSCOPE_INSTANTIATE_CODEC(UpdateRaftVoterRequest);
KSCOPE_INSTANTIATE_CODEC(UpdateRaftVoterResponse);

}  // namespace kscope::protocol
