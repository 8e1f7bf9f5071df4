// The numbers of Kafka's APIs (org.apache.kafka.common.protocol.ApiKeys).
//
// They live in base because events name the API of every frame; what the messages look like is
// protocol/'s business.
//
// Read next: protocol/
#pragma once

#include <cstdint>

namespace kscope {

enum class ApiKey : std::int16_t {
  Produce = 0,
  Fetch = 1,
  ListOffsets = 2,
  Metadata = 3,
  OffsetCommit = 8,
  OffsetFetch = 9,
  FindCoordinator = 10,
  JoinGroup = 11,
  Heartbeat = 12,
  LeaveGroup = 13,
  SyncGroup = 14,
  DescribeGroups = 15,
  ListGroups = 16,
  ApiVersions = 18,
  CreateTopics = 19,
  DeleteTopics = 20,
  DeleteRecords = 21,
  InitProducerId = 22,
  OffsetForLeaderEpoch = 23,
  DescribeConfigs = 32,
  AlterConfigs = 33,
  CreatePartitions = 37,
  DeleteGroups = 42,
  ElectLeaders = 43,
  IncrementalAlterConfigs = 44,
  AlterPartitionReassignments = 45,
  ListPartitionReassignments = 46,
  OffsetDelete = 47,
  Vote = 52,
  BeginQuorumEpoch = 53,
  EndQuorumEpoch = 54,
  DescribeQuorum = 55,
  AlterPartition = 56,
  Envelope = 58,
  FetchSnapshot = 59,
  DescribeCluster = 60,
  BrokerRegistration = 62,
  BrokerHeartbeat = 63,
  AllocateProducerIds = 67,
  ConsumerGroupHeartbeat = 68,
  ConsumerGroupDescribe = 69,
  AddRaftVoter = 80,
  RemoveRaftVoter = 81,
  UpdateRaftVoter = 82,
};

/// "Fetch"; "Api 99" is never returned: unknown keys give "Unknown".
const char* to_string(ApiKey key);

}  // namespace kscope
