// Events of fetching: sessions, reads from followers, what a consumer finds out about the log it
// reads. `{node}` is the broker or, where a consumer is spoken of, the client process.
// Emitted by broker/, replication/, client/. Read next: event/broker_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Why a broker forgets a fetch session (KIP-227).
enum class SessionEnd : std::uint8_t {
  ByClient,  ///< a full request named it, to begin anew or to end
  Emptied,   ///< its last partition was forgotten
  Evicted    ///< another fetcher got its slot
};
const char* to_string(SessionEnd reason);

struct FetchSessionOpened {
  static constexpr Info kInfo{"FetchSessionOpened", Subject::Broker, Weight::Change,
                              "{node} opens fetch session {session} with {partitions} partitions "
                              "for {fetcher}"};
  std::int32_t session = 0;
  NodeId fetcher;
  std::int32_t partitions = 0;
  bool privileged = false;  ///< a follower's: consumers cannot take its slot
  void describe(auto&& v) const {
    v("session", session); v("fetcher", fetcher); v("partitions", partitions);
    v("privileged", privileged);
  }
};

/// Only changes of membership; that partitions of it are asked at other offsets is in the request.
struct FetchSessionChanged {
  static constexpr Info kInfo{"FetchSessionChanged", Subject::Broker, Weight::Detail,
                              "{node}: fetch session {session} gains {added} and loses {removed} "
                              "partitions"};
  std::int32_t session = 0;
  std::int32_t added = 0, removed = 0;
  void describe(auto&& v) const {
    v("session", session); v("added", added); v("removed", removed);
  }
};

struct FetchSessionClosed {
  static constexpr Info kInfo{"FetchSessionClosed", Subject::Broker, Weight::Change,
                              "{node} forgets fetch session {session}: {reason}"};
  std::int32_t session = 0;
  SessionEnd reason{};
  void describe(auto&& v) const { v("session", session); v("reason", reason); }
};

/// At the leader: the replica selector found a replica nearer to the consumer (KIP-392).
struct ReadReplicaSelected {
  static constexpr Info kInfo{"ReadReplicaSelected", Subject::Replication, Weight::Change,
                              "leader {node} sends {consumer} to replica {replica} of {partition}"};
  PartitionRef partition;
  NodeId consumer, replica;
  void describe(auto&& v) const {
    v("partition", partition); v("consumer", consumer); v("replica", replica);
  }
};

/// At the consumer: from now on it reads there; `until`: for as long as metadata.max.age.ms.
struct PreferredReplicaSet {
  static constexpr Info kInfo{"PreferredReplicaSet", Subject::Client, Weight::Change,
                              "{node} reads {partition} from follower {replica}"};
  PartitionRef partition;
  NodeId replica;
  void describe(auto&& v) const { v("partition", partition); v("replica", replica); }
};

struct PreferredReplicaCleared {
  static constexpr Info kInfo{"PreferredReplicaCleared", Subject::Client, Weight::Change,
                              "{node} asks the leader of {partition} again, not {replica}"};
  PartitionRef partition;
  NodeId replica;
  void describe(auto&& v) const { v("partition", partition); v("replica", replica); }
};

/// The new leader's history reaches as far as the consumer has read (KIP-320).
struct PositionValidated {
  static constexpr Info kInfo{"PositionValidated", Subject::Client, Weight::Detail,
                              "{node}: position {offset} in {partition} is still part of its "
                              "leader's log"};
  PartitionRef partition;
  Offset offset;
  LeaderEpoch epoch;  ///< of the record before `offset`
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("epoch", epoch);
  }
};

/// It does not: what the consumer read from `end_offset` on is no longer in the log. Java's
/// LogTruncationException, thrown where auto.offset.reset is none. `end_offset` -1: unknown.
struct TruncationDetected {
  static constexpr Info kInfo{"TruncationDetected", Subject::Client, Weight::Drama,
                              "{node} read {partition} up to {offset} in epoch {epoch}, and the "
                              "log was cut: epoch {end_epoch} ends at {end_offset} now"};
  PartitionRef partition;
  Offset offset;
  LeaderEpoch epoch;
  Offset end_offset;
  LeaderEpoch end_epoch;
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("epoch", epoch);
    v("end_offset", end_offset); v("end_epoch", end_epoch);
  }
};

/// Records of an aborted transaction, or of none (a marker), that read_committed keeps back.
struct AbortedRecordsSkipped {
  static constexpr Info kInfo{"AbortedRecordsSkipped", Subject::Client, Weight::Change,
                              "{node} skips {partition} {from}..{last}: their transaction was "
                              "aborted"};
  PartitionRef partition;
  Offset from, last;  ///< both inclusive
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("last", last); }
};

}  // namespace kscope::event
