// GroupCoordinator: the coordinator half of a broker: its shards, and which of them a group is in.
//
//   partition = |java hashCode of the group's id| % partitions of __consumer_offsets
//
// Every broker and every client that knows the number of partitions finds the same answer; the
// leader of that partition is the coordinator. Requests come in here with a ticket; answers come
// out, with that ticket, by take_answers(), some at once, some after the high watermark has moved,
// some after a rebalance. Requests about many groups (DescribeGroups, DeleteGroups, OffsetFetch v8)
// are taken apart by shard and put together again.
//
// Shards are loaded one after the other, slice by slice, as Kafka's single loader thread does.
//
// Invariants: a ticket is answered once, unless the process ends; a shard is Active only while its
// replica leads; the loader's timer is set exactly while a shard waits to be loaded.
//
// Called by: broker/broker_server (metadata, progress, timers), broker/kafka_apis_groups.
// Kafka: GroupCoordinatorService, CoordinatorRuntime. Differences: this is the coordinator of
// KIP-848 for classic groups, too, which in 3.9 has to be switched on; it runs in the request
// handler instead of threads of its own.
// Read next: coordinator/coordinator_shard.h
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/coordinator/coordinator_shard.h"
#include "engine/metadata/metadata_delta.h"

namespace kscope::coordinator {

inline constexpr const char* kGroupMetadataTopic = "__consumer_offsets";

/// Kafka: Utils.abs(groupId.hashCode) % partitions, over the UTF-16 units of the name.
std::int32_t partition_for(const std::string& group, std::int32_t partitions);

class GroupCoordinator {
 public:
  GroupCoordinator() = default;
  explicit GroupCoordinator(const GroupConfig& config) : config_(config) {}

  // ---- the broker's news ------------------------------------------------------------------------
  /// After the replicas have taken up their roles. `self`: this broker.
  void on_metadata(Surroundings& s, NodeId self, const metadata::MetadataDelta& delta);
  void on_progress(Surroundings& s, PartitionRef partition);
  /// False if the timer is not one of the coordinator's.
  bool on_timer(Surroundings& s, env::TimerKind kind, std::int64_t key);

  // ---- requests ---------------------------------------------------------------------------------
  void join_group(Surroundings& s, const Caller& caller, const protocol::JoinGroupRequest& request);
  void sync_group(Surroundings& s, const Caller& caller, const protocol::SyncGroupRequest& request);
  void heartbeat(Surroundings& s, const Caller& caller, const protocol::HeartbeatRequest& request);
  void leave_group(Surroundings& s, const Caller& caller,
                   const protocol::LeaveGroupRequest& request);
  void consumer_group_heartbeat(Surroundings& s, const Caller& caller,
                                const protocol::ConsumerGroupHeartbeatRequest& request);
  void commit_offsets(Surroundings& s, const Caller& caller,
                      const protocol::OffsetCommitRequest& request);
  void delete_offsets(Surroundings& s, const Caller& caller,
                      const protocol::OffsetDeleteRequest& request);
  /// Looks at `groups` only: requests of old versions name their one group there, too.
  void fetch_offsets(Surroundings& s, const Caller& caller,
                     const protocol::OffsetFetchRequest& request);
  void delete_groups(Surroundings& s, const Caller& caller, const std::vector<std::string>& groups);
  void describe_groups(Surroundings& s, const Caller& caller,
                       const std::vector<std::string>& groups);
  void consumer_group_describe(Surroundings& s, const Caller& caller,
                               const std::vector<std::string>& groups);
  void list_groups(Surroundings& s, const Caller& caller,
                   const protocol::ListGroupsRequest& request);

  std::vector<Answer> take_answers();

  /// Of __consumer_offsets as it is, or as it would be created.
  std::int32_t partitions(const metadata::MetadataImage& image) const;
  const GroupConfig& config() const { return config_; }
  const std::map<std::int32_t, CoordinatorShard>& shards() const { return shards_; }

 private:
  /// A request about several groups, whose parts are answered one by one.
  struct Gathering {
    std::size_t missing = 0;
    AnyResponse answer;  ///< as far as it is put together
  };

  CoordinatorShard* shard(std::int32_t partition);
  CoordinatorShard* shard_of(const Surroundings& s, const std::string& group);
  /// The one way of a request about one group: refused, or decided by its shard.
  template <class Request, class Decide>
  void run(Surroundings& s, const Caller& caller, const Request& request, Decide&& decide);
  /// The same for a group that must have a name. (Offsets may be kept under the empty one: old
  /// clients do so.)
  template <class Request, class Decide>
  void run_named(Surroundings& s, const Caller& caller, const Request& request, Decide&& decide);
  void answer(const Caller& caller, AnyResponse response) {
    out_.push_back({caller.ticket, std::move(response)});
  }
  void collect(CoordinatorShard& shard);
  /// The caller is answered when so many parts are put together; each has a ticket of its own.
  void gather(const Caller& caller, std::size_t parts, AnyResponse empty);
  std::int64_t new_part(const Caller& caller);
  void put_together(Answer part);
  std::map<std::int32_t, std::vector<std::string>> by_partition(
      const Surroundings& s, const std::vector<std::string>& groups) const;
  protocol::OffsetFetchResponse::OffsetFetchResponseGroup fetch_committed(
      Surroundings& s, const protocol::OffsetFetchRequest::OffsetFetchRequestGroup& group);

  void elect(Surroundings& s, std::int32_t partition, LeaderEpoch epoch);
  void resign(Surroundings& s, std::int32_t partition, std::optional<LeaderEpoch> epoch);
  void load_next(Surroundings& s);

  GroupConfig config_;
  std::map<std::int32_t, CoordinatorShard> shards_;  // by partition; closed ones stay for readers
  std::deque<std::int32_t> to_load_;                 // the first is being loaded
  std::int64_t last_part_ = 0;
  std::map<std::int64_t, std::int64_t> parts_;    // ticket of a part (below 0) -> the caller's
  std::map<std::int64_t, Gathering> gatherings_;  // by the caller's ticket
  std::vector<Answer> out_;
};

}  // namespace kscope::coordinator
