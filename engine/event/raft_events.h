// Events of the KRaft quorum, emitted by raft/. Read next: event/controller_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Kafka 3.9: org.apache.kafka.raft.{Unattached,Follower,Candidate,Leader,Resigned}State.
/// Prospective (KIP-996, Kafka 4.0) asks whether it could win before it raises the epoch.
enum class RaftRole : std::uint8_t {
  Unattached, Follower, Candidate, Leader, Resigned, Observer, Prospective
};
const char* to_string(RaftRole role);

/// `leader` is -1 when unknown.
struct RaftRoleChanged {
  static constexpr Info kInfo{"RaftRoleChanged", Subject::Raft, Weight::Change,
                              "controller {node} becomes {to} in epoch {epoch} (was {from})"};
  RaftRole from{}, to{};
  std::int32_t epoch = 0;
  NodeId leader;
  void describe(auto&& v) const {
    v("from", from); v("to", to); v("epoch", epoch); v("leader", leader);
  }
};

struct ElectionTimerSet {
  static constexpr Info kInfo{"ElectionTimerSet", Subject::Raft, Weight::Detail,
                              "controller {node} waits {timeout} for a leader"};
  Duration timeout{};
  Instant deadline{};
  void describe(auto&& v) const { v("timeout", timeout); v("deadline", deadline); }
};

struct ElectionTimerCleared {
  static constexpr Info kInfo{"ElectionTimerCleared", Subject::Raft, Weight::Detail,
                              "controller {node} stops its election timer"};
  void describe(auto&&) const {}
};

/// quorum-state was written and flushed. -1 stands for nobody.
struct QuorumStatePersisted {
  static constexpr Info kInfo{"QuorumStatePersisted", Subject::Raft, Weight::Detail,
                              "controller {node} persists epoch {epoch}, leader {leader}, vote "
                              "{voted_for}"};
  std::int32_t epoch = 0;
  NodeId leader, voted_for;
  void describe(auto&& v) const {
    v("epoch", epoch); v("leader", leader); v("voted_for", voted_for);
  }
};

/// At the voter: it gave or refused its one vote of this epoch.
struct VoteCast {
  static constexpr Info kInfo{"VoteCast", Subject::Raft, Weight::Change,
                              "controller {node} answers candidate {candidate} in epoch {epoch}, "
                              "granted: {granted}"};
  NodeId candidate;
  std::int32_t epoch = 0;
  bool granted = false;
  void describe(auto&& v) const {
    v("candidate", candidate); v("epoch", epoch); v("granted", granted);
  }
};

/// At the candidate: it learned of a vote (its own included).
struct VoteCounted {
  static constexpr Info kInfo{"VoteCounted", Subject::Raft, Weight::Change,
                              "candidate {node} counts the vote of {voter} in epoch {epoch}, "
                              "granted: {granted}"};
  NodeId voter;
  std::int32_t epoch = 0;
  bool granted = false;
  void describe(auto&& v) const { v("voter", voter); v("epoch", epoch); v("granted", granted); }
};

struct RaftLeaderElected {
  static constexpr Info kInfo{"RaftLeaderElected", Subject::Raft, Weight::Drama,
                              "controller {node} leads the quorum in epoch {epoch}"};
  std::int32_t epoch = 0;
  Offset epoch_start;
  void describe(auto&& v) const { v("epoch", epoch); v("epoch_start", epoch_start); }
};

struct RaftLeaderResigned {
  static constexpr Info kInfo{"RaftLeaderResigned", Subject::Raft, Weight::Drama,
                              "controller {node} resigns in epoch {epoch}: no majority fetched in "
                              "time"};
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("epoch", epoch); }
};

/// On any member: how far the metadata log is known to be committed.
struct RaftHighWatermarkAdvanced {
  static constexpr Info kInfo{"RaftHighWatermarkAdvanced", Subject::Raft, Weight::Detail,
                              "controller {node}: metadata log committed up to {to} (was {from})"};
  Offset from, to;
  void describe(auto&& v) const { v("from", from); v("to", to); }
};

}  // namespace kscope::event
