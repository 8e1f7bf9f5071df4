// QuorumState: which role this node plays in which epoch, and how it may change.
//
// All of Raft's election rules come down to a small table: from which role one may step into which
// other, and what must happen to the epoch on the way. become() looks the step up, writes it to
// disk, and only then lets it be true. Kafka 3.9 has no Voted role of its own any more: a voter
// that gave its vote is Unattached with a vote.
//
//            hears nothing in time          a majority grants
//   Unattached ───────────────▶ Candidate ───────────────▶ Leader ──▶ Resigned
//        ▲  │ hears of a leader     │ loses: epoch of another       (no majority fetched in time,
//        │  └────────▶ Follower ◀───┘                                or a clean shutdown)
//        └── a higher epoch without a leader, from everywhere
//
// An Observer (a node that is no voter) only learns who leads, until a record makes it a voter
// (KIP-853). With the pre-vote (KIP-996) a Prospective stands between waiting and Candidate: it
// asks whether it could win, in its present epoch, before it raises anything.
//
// Invariants:
//   epoch never decreases, and what is in memory is what is on disk (B2); Resigned is not on the
//     disk: a process that starts as the persisted leader of its epoch starts as Resigned;
//   in one epoch: at most one vote given (B3), at most one leader believed in (B1).
//
// Called by: raft_client. Kafka: org.apache.kafka.raft.QuorumState and its EpochStates.
// Read next: raft/raft_client.h
#pragma once

#include <set>
#include <variant>

#include "engine/env/env.h"
#include "engine/raft/leader_state.h"
#include "engine/raft/quorum_state_store.h"
#include "engine/raft/raft_config.h"

namespace kscope::raft {

/// Knows no leader of its epoch; waits for the election timer.
struct UnattachedState {
  std::optional<NodeId> voted_for;
};

/// Fetches from `leader`; the election timer measures the time since the last useful answer.
struct FollowerState {
  NodeId leader;
  bool has_fetched = false;  ///< from this leader, in this epoch: then it is alive and well
};

/// Asks for votes. Its own is in `votes` from the start.
struct CandidateState {
  std::map<NodeId, bool> votes;  ///< voter -> granted; absent: has not answered
  std::int32_t retries = 1;      ///< elections in a row, this one included
  bool backing_off = false;      ///< this one is lost; waits before the next
  std::size_t granted() const;
  std::size_t rejected() const;
};

/// Was leader of this epoch and will not be again. Tells the others with EndQuorumEpoch.
struct ResignedState {
  std::set<NodeId> unacknowledged;
  std::vector<NodeId> successors;  ///< preferred, best first; empty after a restart
};

struct ObserverState {
  std::optional<NodeId> leader;     ///< ourselves: we led this epoch until we were removed
  std::optional<NodeId> voted_for;  ///< it may have been made a voter without knowing it (KIP-853)
};

/// Asks for pre-votes and promises nothing: leader and vote of the epoch stay what they are.
struct ProspectiveState {
  std::map<NodeId, bool> votes;
  std::optional<NodeId> leader;
  std::optional<NodeId> voted_for;
};

using RoleState = std::variant<UnattachedState, FollowerState, CandidateState, LeaderState,
                               ResignedState, ObserverState, ProspectiveState>;
event::RaftRole role_of(const RoleState& state);

/// How the epoch has to move in a step from role to role.
enum class EpochRule : std::uint8_t { Same, Higher, SameOrHigher, Next };

struct Transition {
  event::RaftRole from, to;
  EpochRule epoch;
};

/// Everything that is not listed cannot happen.
inline constexpr Transition kTransitions[] = {
    // A vote keeps the epoch; a higher epoch takes the vote away again.
    {event::RaftRole::Unattached, event::RaftRole::Unattached, EpochRule::SameOrHigher},
    {event::RaftRole::Unattached, event::RaftRole::Follower, EpochRule::SameOrHigher},
    {event::RaftRole::Unattached, event::RaftRole::Candidate, EpochRule::Next},
    {event::RaftRole::Follower, event::RaftRole::Unattached, EpochRule::Higher},
    {event::RaftRole::Follower, event::RaftRole::Follower, EpochRule::Higher},
    {event::RaftRole::Follower, event::RaftRole::Candidate, EpochRule::Next},
    {event::RaftRole::Candidate, event::RaftRole::Unattached, EpochRule::Higher},
    {event::RaftRole::Candidate, event::RaftRole::Follower, EpochRule::SameOrHigher},
    {event::RaftRole::Candidate, event::RaftRole::Candidate, EpochRule::Next},
    {event::RaftRole::Candidate, event::RaftRole::Leader, EpochRule::Same},
    {event::RaftRole::Leader, event::RaftRole::Resigned, EpochRule::Same},
    {event::RaftRole::Leader, event::RaftRole::Unattached, EpochRule::Higher},
    {event::RaftRole::Leader, event::RaftRole::Follower, EpochRule::Higher},
    {event::RaftRole::Resigned, event::RaftRole::Unattached, EpochRule::Higher},
    {event::RaftRole::Resigned, event::RaftRole::Follower, EpochRule::Higher},
    {event::RaftRole::Resigned, event::RaftRole::Candidate, EpochRule::Next},
    {event::RaftRole::Observer, event::RaftRole::Observer, EpochRule::SameOrHigher},
    // KIP-996
    {event::RaftRole::Unattached, event::RaftRole::Prospective, EpochRule::Same},
    {event::RaftRole::Follower, event::RaftRole::Prospective, EpochRule::Same},
    {event::RaftRole::Prospective, event::RaftRole::Prospective, EpochRule::Same},
    {event::RaftRole::Prospective, event::RaftRole::Candidate, EpochRule::Next},
    {event::RaftRole::Prospective, event::RaftRole::Follower, EpochRule::SameOrHigher},
    {event::RaftRole::Prospective, event::RaftRole::Unattached, EpochRule::SameOrHigher},
    // KIP-853: made a voter, or no longer one
    {event::RaftRole::Observer, event::RaftRole::Follower, EpochRule::SameOrHigher},
    {event::RaftRole::Observer, event::RaftRole::Unattached, EpochRule::SameOrHigher},
    {event::RaftRole::Unattached, event::RaftRole::Observer, EpochRule::SameOrHigher},
    {event::RaftRole::Follower, event::RaftRole::Observer, EpochRule::SameOrHigher},
    {event::RaftRole::Candidate, event::RaftRole::Observer, EpochRule::SameOrHigher},
    {event::RaftRole::Prospective, event::RaftRole::Observer, EpochRule::SameOrHigher},
    {event::RaftRole::Resigned, event::RaftRole::Observer, EpochRule::SameOrHigher},
    {event::RaftRole::Leader, event::RaftRole::Observer, EpochRule::Higher},
};

constexpr bool obeys(EpochRule rule, std::int32_t from, std::int32_t to) {
  switch (rule) {
    case EpochRule::Same:
      return to == from;
    case EpochRule::Higher:
      return to > from;
    case EpochRule::SameOrHigher:
      return to >= from;
    case EpochRule::Next:
      return to == from + 1;
  }
  return false;
}

constexpr bool is_legal(event::RaftRole from, std::int32_t from_epoch, event::RaftRole to,
                        std::int32_t to_epoch) {
  for (const Transition& t : kTransitions) {
    if (t.from == from && t.to == to) return obeys(t.epoch, from_epoch, to_epoch);
  }
  return false;
}

class QuorumState {
 public:
  QuorumState() = default;
  explicit QuorumState(const RaftConfig& config) : node_(config.node), voters_(config.voters) {}
  /// What is written beside the vote: with kraft.version 0 the voters, with 1 our directory.
  void set_voters(const std::vector<NodeId>& voters, std::int16_t kraft_version,
                  const Uuid& directory) {
    voters_ = voters;
    kraft_version_ = kraft_version;
    directory_ = directory;
  }

  /// The role to begin with, from the quorum-state file and the end of the log. Writes the file.
  Result<void> initialize(env::Env& env, bool is_voter, std::int32_t log_end_epoch);

  /// Writes the new state to disk (but not Resigned), then takes it on. Emits RaftRoleChanged.
  /// REQUIRES is_legal(...). On an error nothing has changed in memory.
  Result<void> become(env::Env& env, RoleState next, std::int32_t epoch);

  event::RaftRole role() const { return role_of(state_); }
  std::int32_t epoch() const { return epoch_; }
  std::optional<NodeId> leader() const;     ///< ourselves, too, even when resigned
  std::optional<NodeId> voted_for() const;  ///< a candidate voted for itself
  bool has_remote_leader() const { return leader() && *leader() != node_; }

  /// nullptr unless that is the role.
  template <class State>
  const State* as() const {
    return std::get_if<State>(&state_);
  }
  template <class State>
  State* as() {
    return std::get_if<State>(&state_);
  }

  /// A voter votes for one candidate per epoch, for none whose log is behind its own, and for none
  /// at all once it knows a leader of the epoch.
  bool can_grant_vote(NodeId candidate, bool log_is_up_to_date) const;
  /// A pre-vote costs nothing, so it is given to anybody with a good log, except while we know
  /// that the leader is there (KIP-996).
  bool can_grant_pre_vote(bool log_is_up_to_date) const;

 private:
  RoleState initial_role(const ElectionState& saved, bool is_voter) const;
  QuorumStateExtras to_save() const;
  ElectionState election_of(const RoleState& state, std::int32_t epoch) const;
  std::optional<NodeId> leader_in(const RoleState& state) const;
  std::optional<NodeId> vote_in(const RoleState& state) const;

  NodeId node_;
  std::vector<NodeId> voters_;
  std::int16_t kraft_version_ = 0;
  Uuid directory_;
  std::int32_t epoch_ = 0;
  RoleState state_;
};

}  // namespace kscope::raft
