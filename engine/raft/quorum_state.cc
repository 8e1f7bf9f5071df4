#include "engine/raft/quorum_state.h"

namespace kscope::raft {

using event::RaftRole;

std::size_t CandidateState::granted() const {
  std::size_t n = 0;
  for (const auto& [voter, yes] : votes) n += yes ? 1 : 0;
  return n;
}

std::size_t CandidateState::rejected() const { return votes.size() - granted(); }

RaftRole role_of(const RoleState& state) {
  constexpr RaftRole kRoles[] = {RaftRole::Unattached, RaftRole::Follower, RaftRole::Candidate,
                                 RaftRole::Leader,     RaftRole::Resigned, RaftRole::Observer,
                                 RaftRole::Prospective};
  return kRoles[state.index()];
}

Result<void> QuorumState::initialize(env::Env& env, bool is_voter, std::int32_t log_end_epoch) {
  KTRY_ASSIGN(std::optional<ElectionState> saved, load_election_state(env));
  ElectionState election = saved.value_or(ElectionState{});
  // The file is older than the log: it was lost or restored. What the log proves counts.
  if (election.epoch < log_end_epoch) election = ElectionState{log_end_epoch, {}, {}};
  epoch_ = election.epoch;
  const RoleState first = initial_role(election, is_voter);
  KTRY(save_election_state(env, election_of(first, epoch_), to_save()));
  state_ = first;
  env.events.emit(env.node, event::RaftRoleChanged{RaftRole::Unattached, role(), epoch_,
                                                   leader().value_or(NodeId(-1))});
  return {};
}

RoleState QuorumState::initial_role(const ElectionState& saved, bool is_voter) const {
  if (!is_voter) return ObserverState{saved.leader, saved.voted_for};
  // The old leader must not lead its epoch again: it may have lost unflushed records, and then two
  // different records would have the same epoch and offset (A2). Nor may it vote in it.
  if (saved.leader == node_) {
    ResignedState resigned;
    for (NodeId voter : voters_) {
      if (voter != node_) resigned.unacknowledged.insert(voter);
    }
    return resigned;
  }
  if (saved.voted_for == node_) return CandidateState{{{node_, true}}, 1, false};
  if (saved.voted_for) return UnattachedState{saved.voted_for};
  if (saved.leader) return FollowerState{*saved.leader};
  return UnattachedState{};
}

Result<void> QuorumState::become(env::Env& env, RoleState next, std::int32_t epoch) {
  KCHECK(is_legal(role(), epoch_, role_of(next), epoch));
  KCHECK(leader_in(next) != node_ || std::holds_alternative<LeaderState>(next) ||
         std::holds_alternative<ResignedState>(next) ||
         std::holds_alternative<ObserverState>(next));
  if (!std::holds_alternative<ResignedState>(next)) {
    KTRY(save_election_state(env, election_of(next, epoch), to_save()));
  }
  const RaftRole from = role();
  state_ = std::move(next);
  epoch_ = epoch;
  env.events.emit(env.node,
                  event::RaftRoleChanged{from, role(), epoch_, leader().value_or(NodeId(-1))});
  return {};
}

QuorumStateExtras QuorumState::to_save() const { return {kraft_version_, voters_, directory_}; }

ElectionState QuorumState::election_of(const RoleState& state, std::int32_t epoch) const {
  return {epoch, leader_in(state), vote_in(state)};
}

std::optional<NodeId> QuorumState::leader_in(const RoleState& state) const {
  if (const auto* follower = std::get_if<FollowerState>(&state)) return follower->leader;
  if (const auto* observer = std::get_if<ObserverState>(&state)) return observer->leader;
  if (const auto* asking = std::get_if<ProspectiveState>(&state)) return asking->leader;
  if (std::holds_alternative<LeaderState>(state) || std::holds_alternative<ResignedState>(state)) {
    return node_;
  }
  return std::nullopt;
}

std::optional<NodeId> QuorumState::vote_in(const RoleState& state) const {
  if (const auto* unattached = std::get_if<UnattachedState>(&state)) return unattached->voted_for;
  if (std::holds_alternative<CandidateState>(state)) return node_;
  if (const auto* observer = std::get_if<ObserverState>(&state)) return observer->voted_for;
  if (const auto* asking = std::get_if<ProspectiveState>(&state)) return asking->voted_for;
  return std::nullopt;
}

std::optional<NodeId> QuorumState::leader() const { return leader_in(state_); }
std::optional<NodeId> QuorumState::voted_for() const { return vote_in(state_); }

bool QuorumState::can_grant_vote(NodeId candidate, bool log_is_up_to_date) const {
  if (const auto* asking = as<ProspectiveState>()) {
    if (asking->leader) return false;
    if (asking->voted_for) return *asking->voted_for == candidate;
    return log_is_up_to_date;
  }
  if (const auto* observer = as<ObserverState>()) {
    if (observer->leader) return false;
    if (observer->voted_for) return *observer->voted_for == candidate;
    return log_is_up_to_date;
  }
  const auto* unattached = as<UnattachedState>();
  if (unattached == nullptr) return false;
  // A repeated request of the same candidate gets the same answer.
  if (unattached->voted_for) return *unattached->voted_for == candidate;
  return log_is_up_to_date;
}

bool QuorumState::can_grant_pre_vote(bool log_is_up_to_date) const {
  if (as<LeaderState>() != nullptr) return false;
  const auto* follower = as<FollowerState>();
  if (follower != nullptr && follower->has_fetched) return false;
  return log_is_up_to_date;
}

}  // namespace kscope::raft
