#include "engine/protocol/registry.h"

#include <array>

#include "engine/protocol/messages/add_raft_voter.h"
#include "engine/protocol/messages/allocate_producer_ids.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
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
#include "engine/protocol/messages/remove_raft_voter.h"
#include "engine/protocol/messages/sync_group.h"
#include "engine/protocol/messages/update_raft_voter.h"
#include "engine/protocol/messages/vote.h"

namespace kscope::protocol {
namespace {

constexpr std::optional<VersionRange> kNotServed = std::nullopt;

constexpr std::optional<VersionRange> range(std::int16_t min, std::int16_t max) {
  return VersionRange{min, max};
}

template <class Request, class Response>
constexpr ApiEntry entry(const char* name, std::optional<VersionRange> on_broker,
                         std::optional<VersionRange> on_controller, const char* meaning) {
  static_assert(Request::kApi == Response::kApi && Request::kFlexible == Response::kFlexible &&
                Request::kMinVersion == Response::kMinVersion &&
                Request::kMaxVersion == Response::kMaxVersion);
  return {Request::kApi,
          name,
          meaning,
          {Request::kMinVersion, Request::kMaxVersion},
          Request::kFlexible,
          on_broker,
          on_controller,
          &check_body<Request>,
          &check_body<Response>,
          &walk_body<Request>,
          &walk_body<Response>};
}

#define KSCOPE_API(name, ...) entry<name##Request, name##Response>(#name, __VA_ARGS__)

/// name, versions on the broker's listener, on the controller's, meaning
constexpr std::array kApis = {
    KSCOPE_API(Produce, range(0, 9), kNotServed, "append record batches"),
    KSCOPE_API(Fetch, range(4, 17), range(12, 17), "read a log: consumers, followers, voters"),
    KSCOPE_API(ListOffsets, range(1, 7), kNotServed, "first, last, or by time: which offset?"),
    KSCOPE_API(Metadata, range(0, 12), kNotServed, "brokers, topics, leaders"),
    KSCOPE_API(OffsetCommit, range(2, 9), kNotServed, "so far has this group read"),
    KSCOPE_API(OffsetFetch, range(1, 9), kNotServed, "from where does this group read on?"),
    KSCOPE_API(FindCoordinator, range(0, 4), kNotServed, "who coordinates this group?"),
    KSCOPE_API(JoinGroup, range(0, 9), kNotServed, "let me into the group"),
    KSCOPE_API(Heartbeat, range(0, 4), kNotServed, "I am alive; is there a rebalance?"),
    KSCOPE_API(LeaveGroup, range(0, 5), kNotServed, "I leave the group"),
    KSCOPE_API(SyncGroup, range(0, 5), kNotServed, "the assignment, and my part of it"),
    KSCOPE_API(DescribeGroups, range(0, 5), kNotServed, "members of classic groups"),
    KSCOPE_API(ListGroups, range(0, 5), kNotServed, "which groups do you coordinate?"),
    KSCOPE_API(ApiVersions, range(0, 4), range(0, 4), "which versions do you speak?"),
    KSCOPE_API(CreateTopics, range(0, 7), range(0, 7), "make topics"),
    KSCOPE_API(DeleteTopics, range(0, 6), range(0, 6), "remove topics"),
    KSCOPE_API(DeleteRecords, range(0, 2), kNotServed, "forget records before an offset"),
    KSCOPE_API(InitProducerId, range(0, 4), kNotServed, "an identity for idempotent writes"),
    KSCOPE_API(OffsetForLeaderEpoch, range(2, 4), kNotServed, "where does this epoch end?"),
    KSCOPE_API(DescribeConfigs, range(0, 4), kNotServed, "settings, their sources and defaults"),
    KSCOPE_API(AlterConfigs, range(0, 2), range(0, 2), "replace all settings of a resource"),
    KSCOPE_API(CreatePartitions, range(0, 3), range(0, 3), "more partitions for a topic"),
    KSCOPE_API(DeleteGroups, range(0, 2), kNotServed, "forget groups and their offsets"),
    KSCOPE_API(ElectLeaders, range(0, 2), range(0, 2), "move leadership"),
    KSCOPE_API(IncrementalAlterConfigs, range(0, 1), range(0, 1), "change some settings"),
    KSCOPE_API(AlterPartitionReassignments, range(0, 0), range(0, 0), "move replicas elsewhere"),
    KSCOPE_API(ListPartitionReassignments, range(0, 0), range(0, 0), "which replicas are moving?"),
    KSCOPE_API(OffsetDelete, range(0, 0), kNotServed, "forget offsets of a group"),
    KSCOPE_API(Vote, kNotServed, range(0, 1), "vote for me in this epoch"),
    KSCOPE_API(BeginQuorumEpoch, kNotServed, range(0, 1), "I lead the quorum now"),
    KSCOPE_API(EndQuorumEpoch, kNotServed, range(0, 1), "I resign, elect another"),
    KSCOPE_API(DescribeQuorum, range(0, 2), range(0, 2), "the quorum's leader and log ends"),
    KSCOPE_API(AlterPartition, kNotServed, range(0, 3), "change the ISR"),
    KSCOPE_API(Envelope, kNotServed, kNotServed, "a forwarded request"),
    KSCOPE_API(FetchSnapshot, kNotServed, range(0, 1), "a piece of a metadata snapshot"),
    KSCOPE_API(DescribeCluster, range(0, 0), kNotServed, "cluster id, brokers, controller"),
    KSCOPE_API(BrokerRegistration, kNotServed, range(0, 4), "this broker process is here"),
    KSCOPE_API(BrokerHeartbeat, kNotServed, range(0, 1), "still alive, this far in metadata"),
    KSCOPE_API(AllocateProducerIds, kNotServed, range(0, 0), "a block of producer ids"),
    KSCOPE_API(ConsumerGroupHeartbeat, range(0, 1), kNotServed, "membership without a barrier"),
    KSCOPE_API(ConsumerGroupDescribe, range(0, 0), kNotServed, "members of KIP-848 groups"),
    KSCOPE_API(AddRaftVoter, range(0, 0), range(0, 0), "let this controller vote"),
    KSCOPE_API(RemoveRaftVoter, range(0, 0), range(0, 0), "this controller votes no longer"),
    KSCOPE_API(UpdateRaftVoter, kNotServed, range(0, 0), "a voter moved or was upgraded"),
};

#undef KSCOPE_API

constexpr std::size_t kKeys = 128;
constexpr std::int8_t kNone = -1;

/// By key; the table is asked for every frame.
constexpr std::array<std::int8_t, kKeys> make_index() {
  std::array<std::int8_t, kKeys> index{};
  index.fill(kNone);
  for (std::size_t i = 0; i < kApis.size(); ++i) {
    index[static_cast<std::size_t>(kApis[i].key)] = static_cast<std::int8_t>(i);
  }
  return index;
}
constexpr std::array<std::int8_t, kKeys> kIndex = make_index();

}  // namespace

std::span<const ApiEntry> api_table() { return kApis; }

const ApiEntry* find_api(ApiKey key) {
  const auto k = static_cast<std::uint16_t>(key);  // negative keys become large ones
  if (k >= kKeys || kIndex[k] == kNone) return nullptr;
  return &kApis[static_cast<std::size_t>(kIndex[k])];
}

bool serves(env::Listener listener, ApiKey key, std::int16_t version) {
  const ApiEntry* api = find_api(key);
  return api != nullptr && api->advertised(listener) &&
         api->advertised(listener)->contains(version);
}

ApiVersionsResponse api_versions_response(env::Listener listener) {
  ApiVersionsResponse response;
  for (const ApiEntry& api : kApis) {
    if (const auto& range = api.advertised(listener)) {
      response.api_keys.push_back({static_cast<std::int16_t>(api.key), range->min, range->max});
    }
  }
  return response;
}

ApiVersionsResponse unsupported_api_versions_response(env::Listener listener) {
  ApiVersionsResponse response;
  response.error_code = ErrorCode::UNSUPPORTED_VERSION;
  const VersionRange range = *find_api(ApiKey::ApiVersions)->advertised(listener);
  response.api_keys.push_back(
      {static_cast<std::int16_t>(ApiKey::ApiVersions), range.min, range.max});
  return response;
}

}  // namespace kscope::protocol
