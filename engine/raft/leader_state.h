// LeaderState: what the leader of an epoch knows about the others.
//
// Replication is pulled: nobody acknowledges anything. A voter that fetches from offset 7 proves by
// that alone that everything before 7 is flushed on its disk. The leader writes these offsets down,
// and the largest one that a majority has reached is the high watermark.
//
// Invariants:
//   high_watermark never decreases (B4) and is absent, or beyond epoch_start (B6): a majority must
//     hold a record of *this* epoch before records of older epochs count as committed, because an
//     older record on a majority can still be overwritten (Raft, section 5.4.2). That is why an
//     epoch begins with a LeaderChange record.
//   voters' keys are those of the newest set of voters; a leader that was removed from it leads on
//     until that is committed, and does not count itself (KIP-853).
//
// Called by: raft_client. Kafka: org.apache.kafka.raft.LeaderState.
// Read next: raft/raft_client_leader.cc
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace kscope::raft {

/// A voter or observer as its fetches show it.
struct ReplicaProgress {
  std::optional<Offset> end;          ///< its LEO; absent until its first fetch in this epoch
  std::optional<Instant> last_fetch;  ///< absent for the leader itself
  std::optional<Instant> last_caught_up;
  Offset leader_end_at_last_fetch;
  bool acknowledged = false;   ///< answered BeginQuorumEpoch, or fetched
  std::optional<Offset> told;  ///< the high watermark it was last sent
  bool operator==(const ReplicaProgress&) const = default;
};

class LeaderState {
 public:
  LeaderState() = default;
  /// `epoch_start`: the LEO at the election. `granting`: who voted for us.
  LeaderState(NodeId self, const std::vector<NodeId>& voters, Offset epoch_start,
              std::vector<NodeId> granting);

  /// Our own flushed LEO grew. True if that moved the high watermark.
  bool update_local(Offset end);
  /// `replica` fetched from `offset`. True if that moved the high watermark.
  bool update_replica(NodeId replica, Offset offset, Instant now);
  /// Counts `replica` among those that fetched since the check-quorum timer was set. True if that
  /// makes a majority together with us: then the round is complete and a new one begins (KIP-595;
  /// without it a leader cut off from the voters would serve stale metadata forever, KAFKA-15489).
  bool complete_quorum_round(NodeId replica);

  /// The set of voters has changed. True if that moved the high watermark: a smaller set has a
  /// smaller majority.
  bool update_voters(const std::vector<NodeId>& voters);
  /// It has what we have, or had at its last fetch but one, and fetched within the last hour.
  bool is_caught_up(NodeId replica, Instant now) const;
  bool is_voter(NodeId node) const { return voters_.count(node) != 0; }

  void acknowledge(NodeId voter);
  /// Voters that have to be told of our leadership (BeginQuorumEpoch).
  std::vector<NodeId> unacknowledged() const;
  /// The other voters, the most up to date first: whom we would like to see as successor.
  std::vector<NodeId> successors() const;

  /// Whether `replica` was already sent the present high watermark.
  bool knows_high_watermark(NodeId replica) const;
  void told_high_watermark(NodeId replica);

  Offset epoch_start() const { return epoch_start_; }
  const std::vector<NodeId>& granting() const { return granting_; }
  const std::optional<Offset>& high_watermark() const { return high_watermark_; }
  const std::map<NodeId, ReplicaProgress>& voters() const { return voters_; }
  const std::map<NodeId, ReplicaProgress>& observers() const { return observers_; }

 private:
  ReplicaProgress& progress_of(NodeId replica);
  bool maybe_advance();

  NodeId self_;
  std::optional<Offset> own_end_;
  Offset epoch_start_;
  std::vector<NodeId> granting_;
  std::map<NodeId, ReplicaProgress> voters_;
  std::map<NodeId, ReplicaProgress> observers_;
  std::optional<Offset> high_watermark_;
  std::set<NodeId> fetched_;
};

}  // namespace kscope::raft
