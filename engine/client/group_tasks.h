// What an operator can ask about groups, and what comes back: the data of group_admin.
//
// Kafka: the group methods of org.apache.kafka.clients.admin.Admin, and what the tool
// kafka-consumer-groups.sh makes of them (KIP-122 for resetting offsets).
// Called by: admin_client, cluster/. Read next: client/group_admin.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"

namespace kscope::client {

enum class GroupTask : std::uint8_t {
  List,           ///< listConsumerGroups, of all brokers
  Describe,       ///< the tool's --describe: members, committed offsets, lag
  Delete,         ///< deleteConsumerGroups
  ListOffsets,    ///< listConsumerGroupOffsets
  AlterOffsets,   ///< alterConsumerGroupOffsets
  DeleteOffsets,  ///< deleteConsumerGroupOffsets
  ResetOffsets    ///< the tool's --reset-offsets
};

/// Where to put the offsets of a group that nobody reads with at the moment.
struct OffsetTarget {
  enum class To : std::uint8_t {
    Earliest,
    Latest,
    Current,  ///< where it stands; the log's end where nothing was committed
    Offset,   ///< `value`, moved into the log if it lies outside
    Time,     ///< the first record at or after `value` (Unix milliseconds); none: the log's end
    Shift     ///< by `value` records, back if negative; never out of the log
  };
  To to = To::Latest;
  std::int64_t value = 0;
};

/// One operation. Partitions are named by `partitions`, all partitions of `topics`, or, with
/// neither, whatever the group has committed.
struct GroupOrder {
  GroupTask task{};
  std::string group;                       ///< empty for List only
  std::vector<std::string> states, types;  ///< of List: filters; empty: all
  std::vector<std::string> topics;
  std::vector<TopicPartition> partitions;
  std::map<TopicPartition, std::int64_t> offsets;  ///< of AlterOffsets
  OffsetTarget reset;                              ///< of ResetOffsets
  bool only_check = false;                         ///< of ResetOffsets: the tool's --dry-run
};

struct GroupListing {
  std::string group, protocol_type, state, type;
  NodeId coordinator;
};

struct GroupMemberDescription {
  std::string id, instance_id, client_id, client_host;
  std::vector<TopicPartition> assigned;
};

struct GroupDescription {
  std::string state, assignor;
  bool consumer_protocol = false;  ///< KIP-848
  NodeId coordinator;
  std::vector<GroupMemberDescription> members;

  bool is_active() const { return state != "Empty" && state != "Dead"; }
};

struct GroupOffset {
  TopicPartition partition;
  std::int64_t committed = -1;  ///< -1: nothing
  std::int64_t end = -1;        ///< of the log; -1: not asked, or unknown
  std::string member;           ///< who reads it; empty: nobody
};

struct GroupReport {
  std::vector<GroupListing> groups;             ///< of List
  std::optional<GroupDescription> description;  ///< of Describe and ResetOffsets
  std::vector<GroupOffset> offsets;             ///< ordered by partition
};

/// What is known of a partition when its offset is reset.
struct ResetBounds {
  std::optional<std::int64_t> committed;
  std::int64_t earliest = 0, latest = 0;
  std::int64_t by_time = -1;  ///< -1: no record is that young
};
/// The new offset; Invalid if a shift has nothing to start from.
/// Kafka: ConsumerGroupCommand.prepareOffsetsToReset, checkOffsetsRange.
Result<std::int64_t> reset_offset(const OffsetTarget& reset, const ResetBounds& bounds);

}  // namespace kscope::client
