// GroupView: a consumer group as its coordinator has it, for readers.
//
// Read off the loaded shard of the broker that leads the group's partition of __consumer_offsets;
// while no broker has it loaded, the group keeps its last view with `loaded` false.
//
// Part of Snapshot (cluster/snapshot.h), where [view] is explained. Real Kafka: DescribeGroups,
// ConsumerGroupDescribe, kafka-consumer-groups.sh --describe. Filled by: cluster/group_views and,
// from events alone, cluster/fold_groups. Read next: coordinator/group/group_metadata_manager.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/event.h"

namespace kscope::cluster {

struct GroupMemberView {
  std::string id;                         ///< "c1-5f3a…"
  std::string instance_id;                ///< empty: dynamic (KIP-345)
  std::int32_t client = -1;               ///< node behind its connection
  std::string client_id, client_host;     ///< [view]
  std::vector<std::string> subscription;  ///< [view] topics
  std::vector<std::string> protocols;     ///< [view] assignors it offers, best first
  std::vector<std::string> assigned;      ///< "orders-0", ordered
  std::vector<std::string> target;        ///< [view] KIP-848: what it should have in the end
  bool joining = false;                   ///< [view] its JoinGroup waits
  bool syncing = false;                   ///< [view] its SyncGroup waits
  event::MemberState state{};             ///< KIP-848
  std::int32_t epoch = -1;                ///< KIP-848
  Duration session_timeout{};             ///< [view]
  Duration rebalance_timeout{};           ///< [view]
  Instant session_expires{};              ///< [view] zero: no timer runs
  bool operator==(const GroupMemberView&) const = default;
};

struct CommittedView {
  std::int64_t offset = 0;
  std::string metadata;      ///< [view]
  Instant at{};              ///< [view]
  bool pending = false;      ///< [view] written, not yet below the high watermark
  bool operator==(const CommittedView&) const = default;
};

/// Who coordinates the groups of one partition of __consumer_offsets.
struct CoordinatorView {
  std::int32_t broker = -1;  ///< -1: nobody has loaded it just now
  std::int32_t epoch = -1;   ///< leader epoch in which it was loaded last
  bool operator==(const CoordinatorView&) const = default;
};

struct GroupView {
  std::string id;
  std::int32_t coordinator = -1;          ///< broker
  std::int32_t partition = 0;             ///< of __consumer_offsets
  bool loaded = true;
  bool consumer_protocol = false;         ///< KIP-848; otherwise classic
  event::GroupState state = event::GroupState::Empty;
  std::int32_t generation = 0;            ///< group epoch with KIP-848
  std::int32_t assignment_epoch = 0;      ///< [view] KIP-848
  std::string protocol_type;              ///< [view] "consumer"
  std::string assignor;                   ///< as voted
  std::string leader;                     ///< member id; classic only
  Instant rebalance_deadline{};           ///< [view] zero: no timer runs
  Duration rebalance_timeout{};           ///< [view] the length of that timer
  std::vector<GroupMemberView> members;   ///< ordered by id
  std::map<std::string, CommittedView> committed;  ///< by "orders-0"
  bool operator==(const GroupView&) const = default;
};

}  // namespace kscope::cluster
