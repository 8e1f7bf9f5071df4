#include "engine/base/api_key.h"

namespace kscope {

const char* to_string(ApiKey key) {
  switch (key) {
    case ApiKey::Produce: return "Produce";
    case ApiKey::Fetch: return "Fetch";
    case ApiKey::ListOffsets: return "ListOffsets";
    case ApiKey::Metadata: return "Metadata";
    case ApiKey::OffsetCommit: return "OffsetCommit";
    case ApiKey::OffsetFetch: return "OffsetFetch";
    case ApiKey::FindCoordinator: return "FindCoordinator";
    case ApiKey::JoinGroup: return "JoinGroup";
    case ApiKey::Heartbeat: return "Heartbeat";
    case ApiKey::LeaveGroup: return "LeaveGroup";
    case ApiKey::SyncGroup: return "SyncGroup";
    case ApiKey::DescribeGroups: return "DescribeGroups";
    case ApiKey::ListGroups: return "ListGroups";
    case ApiKey::ApiVersions: return "ApiVersions";
    case ApiKey::CreateTopics: return "CreateTopics";
    case ApiKey::DeleteTopics: return "DeleteTopics";
    case ApiKey::DeleteRecords: return "DeleteRecords";
    case ApiKey::InitProducerId: return "InitProducerId";
    case ApiKey::OffsetForLeaderEpoch: return "OffsetForLeaderEpoch";
    case ApiKey::DescribeConfigs: return "DescribeConfigs";
    case ApiKey::AlterConfigs: return "AlterConfigs";
    case ApiKey::CreatePartitions: return "CreatePartitions";
    case ApiKey::DeleteGroups: return "DeleteGroups";
    case ApiKey::ElectLeaders: return "ElectLeaders";
    case ApiKey::IncrementalAlterConfigs: return "IncrementalAlterConfigs";
    case ApiKey::AlterPartitionReassignments: return "AlterPartitionReassignments";
    case ApiKey::ListPartitionReassignments: return "ListPartitionReassignments";
    case ApiKey::OffsetDelete: return "OffsetDelete";
    case ApiKey::Vote: return "Vote";
    case ApiKey::BeginQuorumEpoch: return "BeginQuorumEpoch";
    case ApiKey::EndQuorumEpoch: return "EndQuorumEpoch";
    case ApiKey::DescribeQuorum: return "DescribeQuorum";
    case ApiKey::AlterPartition: return "AlterPartition";
    case ApiKey::Envelope: return "Envelope";
    case ApiKey::FetchSnapshot: return "FetchSnapshot";
    case ApiKey::DescribeCluster: return "DescribeCluster";
    case ApiKey::BrokerRegistration: return "BrokerRegistration";
    case ApiKey::BrokerHeartbeat: return "BrokerHeartbeat";
    case ApiKey::AllocateProducerIds: return "AllocateProducerIds";
    case ApiKey::ConsumerGroupHeartbeat: return "ConsumerGroupHeartbeat";
    case ApiKey::ConsumerGroupDescribe: return "ConsumerGroupDescribe";
    case ApiKey::AddRaftVoter: return "AddRaftVoter";
    case ApiKey::RemoveRaftVoter: return "RemoveRaftVoter";
    case ApiKey::UpdateRaftVoter: return "UpdateRaftVoter";
  }
  return "Unknown";
}

}  // namespace kscope
