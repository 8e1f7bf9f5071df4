// Events of replicas. `{node}` is the broker that holds the replica.
// Emitted by replication/. Read next: event/broker_events.h
#pragma once

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

struct BecameLeader {
  static constexpr Info kInfo{"BecameLeader", Subject::Replication, Weight::Drama,
                              "{node} leads {partition} from epoch {leader_epoch}, LEO {log_end}"};
  PartitionRef partition;
  LeaderEpoch leader_epoch;
  Offset log_end;
  void describe(auto&& v) const {
    v("partition", partition); v("leader_epoch", leader_epoch); v("log_end", log_end);
  }
};

struct BecameFollower {
  static constexpr Info kInfo{"BecameFollower", Subject::Replication, Weight::Change,
                              "{node} follows {leader} for {partition} in epoch {leader_epoch}"};
  PartitionRef partition;
  NodeId leader;  ///< -1: there is none
  LeaderEpoch leader_epoch;
  void describe(auto&& v) const {
    v("partition", partition); v("leader", leader); v("leader_epoch", leader_epoch);
  }
};

struct ReplicaStopped {
  static constexpr Info kInfo{"ReplicaStopped", Subject::Replication, Weight::Change,
                              "{node} no longer holds a replica of {partition}"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

struct HighWatermarkAdvanced {
  static constexpr Info kInfo{"HighWatermarkAdvanced", Subject::Replication, Weight::Change,
                              "{node}: high watermark of {partition} moves {from} -> {to}"};
  PartitionRef partition;
  Offset from, to;
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("to", to); }
};

/// Only a truncation or a restart can do this, and only on a follower or a new replica.
struct HighWatermarkSet {
  static constexpr Info kInfo{"HighWatermarkSet", Subject::Replication, Weight::Detail,
                              "{node}: high watermark of {partition} is set to {to}"};
  PartitionRef partition;
  Offset to;
  void describe(auto&& v) const { v("partition", partition); v("to", to); }
};

/// At the leader: what a follower's fetch proved. Fetching at N proves that it holds all before N.
struct FollowerProgressed {
  static constexpr Info kInfo{"FollowerProgressed", Subject::Replication, Weight::Detail,
                              "leader {node} learns that {follower} has {partition} up to "
                              "{log_end}"};
  PartitionRef partition;
  NodeId follower;
  Offset log_end;
  void describe(auto&& v) const {
    v("partition", partition); v("follower", follower); v("log_end", log_end);
  }
};

struct IsrChangeRequested {
  static constexpr Info kInfo{"IsrChangeRequested", Subject::Replication, Weight::Change,
                              "leader {node} asks for ISR {to} of {partition} (committed: {from})"};
  PartitionRef partition;
  NodeList from, to;
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("to", to); }
};

/// At the leader: the controller's answer arrived, or the metadata log told first.
struct IsrUpdated {
  static constexpr Info kInfo{"IsrUpdated", Subject::Replication, Weight::Change,
                              "leader {node}: ISR of {partition} is {isr} (partition epoch "
                              "{partition_epoch})"};
  PartitionRef partition;
  NodeList isr;
  std::int32_t partition_epoch = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("isr", isr); v("partition_epoch", partition_epoch);
  }
};

struct IsrChangeFailed {
  static constexpr Info kInfo{"IsrChangeFailed", Subject::Replication, Weight::Change,
                              "leader {node}: the ISR change of {partition} failed with {error}"};
  PartitionRef partition;
  ErrorCode error{};
  void describe(auto&& v) const { v("partition", partition); v("error", error); }
};

/// A follower's fetcher was told where its history leaves the leader's (KIP-595 in-fetch
/// truncation).
struct DivergenceFound {
  static constexpr Info kInfo{"DivergenceFound", Subject::Replication, Weight::Drama,
                              "{node}: {partition} diverges from its leader; epoch {epoch} ends "
                              "at {end_offset} there"};
  PartitionRef partition;
  LeaderEpoch epoch;
  Offset end_offset;
  void describe(auto&& v) const {
    v("partition", partition); v("epoch", epoch); v("end_offset", end_offset);
  }
};

struct FetcherFailed {
  static constexpr Info kInfo{"FetcherFailed", Subject::Replication, Weight::Change,
                              "{node}: fetching {partition} failed with {error}"};
  PartitionRef partition;
  ErrorCode error{};
  void describe(auto&& v) const { v("partition", partition); v("error", error); }
};

/// At the leader: the smallest log start over all live replicas. What is before it is gone
/// everywhere; a DeleteRecords waits for it. It may move back: who was away counts again.
struct LowWatermarkMoved {
  static constexpr Info kInfo{"LowWatermarkMoved", Subject::Replication, Weight::Change,
                              "leader {node}: low watermark of {partition} moves {from} -> {to}"};
  PartitionRef partition;
  Offset from, to;
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("to", to); }
};

}  // namespace kscope::event
