// ReplicaState: what a leader has learnt about one follower from that follower's fetches.
//
// A follower never reports anything by itself. Fetching at offset N *is* the report: "I hold all
// before N." From the time and the offset of each fetch the leader works out whether the follower
// keeps up:
//
//   caught up at t  <=>  the fetch received at t asked for the leader's end as it was at t, or the
//                        next fetch reaches the end that the leader had at t.
//
// The second half lets a follower count as in sync although the leader's end has always moved on by
// the time its fetch arrives; without it a busy partition would never have an ISR.
//
// Invariant: last_caught_up only grows while one leader epoch lasts.
// Called by: partition. Kafka: kafka.cluster.Replica, ReplicaState. KIP-16 (time instead of
// messages).
// Read next: replication/isr_state.h
#pragma once

#include <optional>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace kscope::replication {

/// One fetch of a follower as the leader saw it.
struct FollowerFetch {
  Offset fetch_offset;      ///< it holds everything before
  Offset log_start;         ///< where the follower's own log begins
  Offset leader_end;        ///< the leader's LEO when the fetch was read
  Instant at{};
  BrokerEpoch broker_epoch{-1};  ///< -1: the request's version carries none
};

class ReplicaState {
 public:
  ReplicaState() = default;
  explicit ReplicaState(NodeId broker) : broker_(broker) {}

  NodeId broker() const { return broker_; }
  /// Unknown until the follower has fetched in this leadership.
  std::optional<Offset> log_end() const { return log_end_; }
  /// Where the follower's own log begins; -1 while unknown.
  Offset log_start_or_unknown() const { return log_start_.value_or(Offset(-1)); }
  /// -1 stands for unknown: smaller than any offset, so that it holds a high watermark back.
  Offset log_end_or_unknown() const { return log_end_.value_or(Offset(-1)); }
  std::optional<Instant> last_caught_up() const { return last_caught_up_; }
  std::optional<Instant> last_fetch() const { return last_fetch_; }
  std::optional<BrokerEpoch> broker_epoch() const { return broker_epoch_; }

  /// Equal ends count as caught up however long ago the follower was heard of.
  bool caught_up(Offset leader_end, Instant now, Duration max_lag) const {
    if (log_end_ == leader_end) return true;
    return last_caught_up_ && now - *last_caught_up_ <= max_lag;
  }

  /// Who of two followers serves a reader better: who holds more, then who caught up later.
  bool fresher_than(const ReplicaState& other) const {
    if (log_end_ != other.log_end_) return log_end_ > other.log_end_;
    return last_caught_up_ > other.last_caught_up_;
  }

  void on_fetch(const FollowerFetch& fetch);
  /// A leader epoch begins. `new_leader`: this broker did not lead before, so that what it may have
  /// known of the follower is worthless. A follower outside the ISR starts as "never caught up": it
  /// must not hold the high watermark back before it has fetched.
  void on_leader_epoch(Instant now, Offset leader_end, bool new_leader, bool in_isr);

  bool operator==(const ReplicaState&) const = default;

 private:
  NodeId broker_;
  std::optional<Offset> log_end_;
  std::optional<Offset> log_start_;
  /// The leader's end at the follower's last fetch. -1: none yet.
  Offset last_fetch_leader_end_{-1};
  std::optional<Instant> last_fetch_;
  std::optional<Instant> last_caught_up_;
  std::optional<BrokerEpoch> broker_epoch_;
};

}  // namespace kscope::replication
