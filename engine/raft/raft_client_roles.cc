// Stepping from role to role, and the timers that go with each of them. See quorum_state.h for the
// table. Kafka: KafkaRaftClient.transitionTo*, onBecome*, QuorumState.transitionTo*.
#include "engine/raft/metadata_batch.h"
#include "engine/raft/raft_client.h"

namespace kscope::raft {

using event::RaftRole;

/// Unit of the back-off between lost elections (Kafka: RETRY_BACKOFF_BASE_MS).
constexpr std::int64_t kElectionBackoffBaseMs = 100;

bool KafkaRaftClient::become(env::Env& env, RoleState next, std::int32_t epoch) {
  const bool led = is_leader();
  if (!check(quorum_.become(env, std::move(next), epoch))) return false;
  if (led && !is_leader()) leave_leadership(env);
  download_.reset();  // begun with the leader of before; its part file is swept or begun anew
  // Answers to what we asked in the old role no longer interest us.
  for (auto& [node, peer] : peers_) {
    peer.waiting_for = 0;
    peer.failures = 0;
    peer.retry_at = Instant{};
  }
  return true;
}

void KafkaRaftClient::leave_leadership(env::Env& env) {
  env.timers.cancel(env::TimerKind::RaftCheckQuorum, 0);
  refuse_all_parked(env);
  if (!pending_change_) return;
  answer_change(env, pending_change_->from, ErrorCode::NOT_LEADER_OR_FOLLOWER,
                "the leader resigned before the change was committed");
  pending_change_.reset();
}

void KafkaRaftClient::to_unattached(env::Env& env, std::int32_t epoch) {
  if (!is_voter()) {
    if (become(env, ObserverState{}, epoch)) clear_election_timer(env);
    return;
  }
  // A higher epoch alone proves nothing about a leader. Whoever was already waiting for one goes on
  // waiting for the rest of its time; otherwise a candidate that cannot win could keep everybody
  // from ever trying.
  const bool keep = (role() == RaftRole::Candidate || role() == RaftRole::Unattached ||
                     role() == RaftRole::Prospective) &&
                    election_deadline_.has_value();
  if (become(env, UnattachedState{}, epoch) && !keep) {
    set_election_timer(env, random_election_timeout(env));
  }
}

void KafkaRaftClient::to_voted(env::Env& env, NodeId candidate) {
  // A record that we have not seen may have made us a voter: then our vote may be the one missing.
  if (!is_voter()) {
    become(env, ObserverState{{}, candidate}, epoch());
    return;
  }
  // We just said that it may win: give it the time to.
  if (become(env, UnattachedState{candidate}, epoch())) {
    set_election_timer(env, random_election_timeout(env));
  }
}

void KafkaRaftClient::to_follower(env::Env& env, std::int32_t epoch, NodeId leader) {
  if (!is_voter()) {
    if (become(env, ObserverState{leader, {}}, epoch)) clear_election_timer(env);
    return;
  }
  if (become(env, FollowerState{leader}, epoch)) set_election_timer(env, config_.fetch_timeout);
}

/// No voter (any more): learns, and asks for nothing.
void KafkaRaftClient::to_observer(env::Env& env) {
  if (become(env, ObserverState{leader(), quorum_.voted_for()}, epoch())) {
    clear_election_timer(env);
  }
}

/// Could we win? Asks before it raises the epoch, so that a voter that was cut off does not depose
/// a leader that everybody else can hear (KIP-996).
void KafkaRaftClient::to_prospective(env::Env& env) {
  if (!become(env, ProspectiveState{{}, leader(), quorum_.voted_for()}, epoch())) return;
  set_election_timer(env, random_election_timeout(env));
  count_pre_vote(env, config_.node, true);
}

void KafkaRaftClient::count_pre_vote(env::Env& env, NodeId voter, bool granted) {
  ProspectiveState& asking = *quorum_.as<ProspectiveState>();
  asking.votes[voter] = granted;
  env.events.emit(env.node, event::VoteCounted{voter, epoch(), granted});
  std::size_t yes = 0;
  for (const auto& [id, said] : asking.votes) yes += said ? 1 : 0;
  if (yes >= voters().majority()) return to_candidate(env);
  const std::size_t no = asking.votes.size() - yes;
  if (no <= voters().size() - voters().majority()) return;
  // It could not. Back to the leader it knew, or to waiting for one.
  if (asking.leader) return to_follower(env, epoch(), *asking.leader);
  if (become(env, UnattachedState{quorum_.voted_for()}, epoch())) {
    set_election_timer(env, random_election_timeout(env));
  }
}

void KafkaRaftClient::to_candidate(env::Env& env) {
  const auto* before = quorum_.as<CandidateState>();
  const std::int32_t retries = before ? before->retries + 1 : 1;
  if (!become(env, CandidateState{{}, retries, false}, epoch() + 1)) return;
  set_election_timer(env, random_election_timeout(env));
  count_vote(env, config_.node, true);
}

void KafkaRaftClient::count_vote(env::Env& env, NodeId voter, bool granted) {
  CandidateState& candidate = *quorum_.as<CandidateState>();
  candidate.votes[voter] = granted;
  env.events.emit(env.node, event::VoteCounted{voter, epoch(), granted});
  if (candidate.granted() >= voters().majority()) {
    to_leader(env);
  } else if (candidate.rejected() > voters().size() - voters().majority() &&
             !candidate.backing_off) {
    // Lost beyond doubt: wait a random while instead of the rest of the election timeout.
    back_off_candidacy(env);
  }
}

void KafkaRaftClient::back_off_candidacy(env::Env& env) {
  CandidateState& candidate = *quorum_.as<CandidateState>();
  candidate.backing_off = true;
  clear_election_timer(env);
  const std::int64_t bound = std::int64_t{2} << std::min(candidate.retries - 1, 20);
  const auto units = static_cast<std::int64_t>(
      env.random[env::Purpose::ElectionTimeout].below(static_cast<std::uint64_t>(bound)));
  const Duration backoff =
      std::min(millis(kElectionBackoffBaseMs * units), config_.election_backoff_max);
  env.timers.set(env::TimerKind::RaftBackoff, 0, env.now() + backoff);
}

void KafkaRaftClient::to_leader(env::Env& env) {
  std::vector<NodeId> granting;
  for (const auto& [voter, granted] : votes()) {
    if (granted) granting.push_back(voter);
  }
  const Offset start = log_end();
  const std::vector<NodeId> ids = voters().ids();
  if (!become(env, LeaderState(config_.node, ids, start, granting), epoch())) return;
  clear_election_timer(env);
  env.events.emit(env.node, event::RaftLeaderElected{epoch(), start});
  if (ids.size() > 1) {
    env.timers.set(env::TimerKind::RaftCheckQuorum, 0, env.now() + config_.fetch_timeout * 3 / 2);
  }
  append_batch(env, leader_change_batch(config_.node, ids, granting, env.clock.wall_ms()));
  append_first_voters(env);
}

void KafkaRaftClient::to_resigned(env::Env& env) {
  ResignedState resigned;
  resigned.successors = leader_state()->successors();
  resigned.unacknowledged = {resigned.successors.begin(), resigned.successors.end()};
  if (become(env, std::move(resigned), epoch())) {
    set_election_timer(env, random_election_timeout(env));
  }
}

void KafkaRaftClient::on_election_timeout(env::Env& env) {
  clear_election_timer(env);
  // A node on its way out starts nothing any more.
  if (shutting_down_) return;
  switch (role()) {
    case RaftRole::Resigned:
      if (!is_voter()) return to_observer(env);
      // With the pre-vote it may not even raise the epoch for itself before it has asked, so it
      // leaves the epoch it led for one that nobody leads (KAFKA-16164).
      return config_.pre_vote ? to_unattached(env, epoch() + 1) : to_candidate(env);
    case RaftRole::Unattached:
    case RaftRole::Follower:
      return config_.pre_vote && voters().size() > 1 ? to_prospective(env) : to_candidate(env);
    case RaftRole::Prospective:
      // Nobody answered in time. A leader that we knew may be back; otherwise ask again.
      if (const auto known = leader()) return to_follower(env, epoch(), *known);
      return to_prospective(env);
    case RaftRole::Candidate:
      return back_off_candidacy(env);
    default:
      return;
  }
}

void KafkaRaftClient::on_check_quorum(env::Env& env) {
  if (!is_leader()) return;
  env.events.emit(env.node, event::RaftLeaderResigned{epoch()});
  to_resigned(env);
}

Duration KafkaRaftClient::random_election_timeout(env::Env& env) const {
  return env.random[env::Purpose::ElectionTimeout].between(
      config_.election_timeout, config_.election_timeout * 2 - micros(1));
}

void KafkaRaftClient::set_election_timer(env::Env& env, Duration timeout) {
  election_timeout_ = timeout;
  election_deadline_ = env.now() + timeout;
  env.timers.set(env::TimerKind::RaftElection, 0, *election_deadline_);
  env.events.emit(env.node, event::ElectionTimerSet{timeout, *election_deadline_});
}

void KafkaRaftClient::clear_election_timer(env::Env& env) {
  if (!election_deadline_) return;
  election_deadline_.reset();
  election_timeout_ = Duration{0};
  env.timers.cancel(env::TimerKind::RaftElection, 0);
  env.events.emit(env.node, event::ElectionTimerCleared{});
}

}  // namespace kscope::raft
