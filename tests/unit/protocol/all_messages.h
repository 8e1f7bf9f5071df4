// Every message and record type, for tests that must hold for all of them, and a way to fill one
// with random values through its own describe().
#pragma once

#include <tuple>

#include "engine/env/random.h"
#include "engine/protocol/instantiate.h"
#include "engine/protocol/messages/allocate_producer_ids.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/api_versions.h"
#include "engine/protocol/messages/begin_quorum_epoch.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/consumer_group_heartbeat.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/delete_records.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/describe_configs.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/describe_quorum.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/end_quorum_epoch.h"
#include "engine/protocol/messages/envelope.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/init_producer_id.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/leave_group.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/list_partition_reassignments.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"
#include "engine/protocol/messages/sync_group.h"
#include "engine/protocol/messages/vote.h"
#include "engine/protocol/records/consumer_protocol.h"
#include "engine/protocol/records/control_records.h"
#include "engine/protocol/records/metadata_record.h"

namespace kscope::protocol::test {

using AllMessages = std::tuple<
    ProduceRequest, ProduceResponse, FetchRequest, FetchResponse, ListOffsetsRequest,
    ListOffsetsResponse, MetadataRequest, MetadataResponse, FindCoordinatorRequest,
    FindCoordinatorResponse, ApiVersionsRequest, ApiVersionsResponse, CreateTopicsRequest,
    CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse, DeleteRecordsRequest,
    DeleteRecordsResponse, InitProducerIdRequest,
    InitProducerIdResponse, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    ElectLeadersRequest, ElectLeadersResponse, VoteRequest, VoteResponse, BeginQuorumEpochRequest,
    BeginQuorumEpochResponse, EndQuorumEpochRequest, EndQuorumEpochResponse, DescribeQuorumRequest,
    DescribeQuorumResponse, AlterPartitionRequest, AlterPartitionResponse, EnvelopeRequest,
    EnvelopeResponse, FetchSnapshotRequest, FetchSnapshotResponse, DescribeClusterRequest,
    DescribeClusterResponse, BrokerRegistrationRequest, BrokerRegistrationResponse,
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, AllocateProducerIdsRequest,
    AllocateProducerIdsResponse, DescribeConfigsRequest, DescribeConfigsResponse,
    AlterConfigsRequest, AlterConfigsResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse, CreatePartitionsRequest, CreatePartitionsResponse,
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse,
    JoinGroupRequest, JoinGroupResponse, HeartbeatRequest, HeartbeatResponse, LeaveGroupRequest,
    LeaveGroupResponse, SyncGroupRequest, SyncGroupResponse, DescribeGroupsRequest,
    DescribeGroupsResponse, ListGroupsRequest, ListGroupsResponse, DeleteGroupsRequest,
    DeleteGroupsResponse, OffsetDeleteRequest, OffsetDeleteResponse, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse,
    ConsumerProtocolSubscription, ConsumerProtocolAssignment,
    RegisterBrokerRecord, UnregisterBrokerRecord,
    BrokerRegistrationChangeRecord, FenceBrokerRecord, UnfenceBrokerRecord, TopicRecord,
    RemoveTopicRecord, PartitionRecord, PartitionChangeRecord, ConfigRecord, FeatureLevelRecord,
    ProducerIdsRecord, NoOpRecord, LeaderChangeMessage, SnapshotHeaderRecord, SnapshotFooterRecord>;

/// Calls check(T{}) for each type.
template <class Check>
void for_each_message(Check check) {
  std::apply([&](auto... messages) { (check(messages), ...); }, AllMessages{});
}

/// Calls check(T{}, version) for each type and each of its versions.
template <class Check>
void for_each_version(Check check) {
  for_each_message([&]<class T>(const T& message) {
    for (std::int16_t v = T::kMinVersion; v <= T::kMaxVersion; ++v) check(message, v);
  });
}

/// A third visitor of describe(): gives fields of `version` random values, often the default ones,
/// and leaves all others as they are.
class Filler {
 public:
  Filler(env::Random& random, std::int16_t version) : random_(random), version_(version) {}

  template <class F>
  void operator()(const char*, F& field, const FieldSpec& spec = {}) {
    if (!spec.covers(version_) || random_.chance(1, 4)) return;
    fill(field, spec);
  }

 private:
  void fill(bool& v, const FieldSpec&) { v = random_.chance(1, 2); }
  void fill(ErrorCode& v, const FieldSpec&) {
    v = static_cast<ErrorCode>(static_cast<std::int16_t>(random_.between(-1, 120)));
  }
  template <std::integral V>
  void fill(V& v, const FieldSpec&) {
    v = static_cast<V>(random_.chance(1, 2) ? random_.next() : random_.below(5));
  }
  void fill(Uuid& v, const FieldSpec&) {
    for (auto& byte : v.bytes) byte = static_cast<std::uint8_t>(random_.next());
  }
  void fill(std::string& v, const FieldSpec&) {
    v.assign(size(), '\0');
    for (char& c : v) c = static_cast<char>(random_.next());
  }
  void fill(Blob& v, const FieldSpec&) {
    Bytes bytes(size());
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_.next());
    v = Blob(std::move(bytes));
  }
  template <class E>
  void fill(std::vector<E>& v, const FieldSpec&) {
    v.resize(random_.below(4));
    for (E& element : v) fill(element, FieldSpec{});
  }
  template <class V>
  void fill(std::optional<V>& v, const FieldSpec& spec) {
    if (spec.allows_null(version_) && random_.chance(1, 3)) return v.reset();
    fill(v.emplace(), spec);
  }
  template <class T>
    requires requires(T t, Filler f) { t.describe(f); }
  void fill(T& v, const FieldSpec&) {
    v.describe(*this);
  }
  /// Mostly short, now and then past 127, where a compact length takes its second byte.
  std::size_t size() { return random_.below(random_.chance(1, 10) ? 300 : 12); }

  env::Random& random_;
  std::int16_t version_;
};

/// A random T that `version` can carry. REQUIRES that a default T can be carried, or is made so.
template <class T>
T random_message(env::Random& random, std::int16_t version) {
  T message;
  Filler filler(random, version);
  message.describe(filler);
  return message;
}

}  // namespace kscope::protocol::test
