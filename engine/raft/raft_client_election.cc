// Who leads: Vote, BeginQuorumEpoch, EndQuorumEpoch, and what every response says by the way about
// epoch and leader. Kafka: KafkaRaftClient.handleVoteRequest and its neighbours.
#include <fmt/format.h>

#include "engine/raft/raft_client.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {
namespace {

constexpr std::int16_t kVoteVersion = 1;     // Kafka 3.9's
constexpr std::int16_t kPreVoteVersion = 2;  // KIP-996

/// What all of the answers carry: who we think leads, and in which epoch.
template <class Response>
Response standing(ErrorCode error, const QuorumState& quorum) {
  typename Response::PartitionData partition;
  partition.error_code = error;
  partition.leader_id = wire(quorum.leader());
  partition.leader_epoch = quorum.epoch();
  return with_partition<Response>(std::move(partition));
}

std::vector<NodeId> preferred(const protocol::EndQuorumEpochRequest::PartitionData& partition) {
  std::vector<NodeId> result;
  for (const auto& candidate : partition.preferred_candidates) {
    result.push_back(NodeId(candidate.candidate_id));
  }
  if (result.empty()) {  // version 0
    for (std::int32_t id : partition.preferred_successors) result.push_back(NodeId(id));
  }
  return result;
}

}  // namespace

// ---- requests from others ---------------------------------------------------------------------

protocol::VoteResponse KafkaRaftClient::on_vote(env::Env& env,
                                                const protocol::VoteRequest& request) {
  using Response = protocol::VoteResponse;
  if (!is_our_cluster(request.cluster_id)) {
    return with_error<Response>(ErrorCode::INCONSISTENT_CLUSTER_ID);
  }
  const auto* asked = only_partition(request);
  if (asked == nullptr) return with_error<Response>(ErrorCode::INVALID_REQUEST);
  // A pre-vote is asked for in the epoch one is in, which may be that of the last record.
  const std::int32_t newest = asked->candidate_epoch - (asked->pre_vote ? 0 : 1);
  if (asked->last_offset < 0 || asked->last_offset_epoch < 0 || asked->last_offset_epoch > newest) {
    return standing<Response>(ErrorCode::INVALID_REQUEST, quorum_);
  }
  const ErrorCode error = validate_voter_request(asked->candidate_id, asked->candidate_epoch);
  if (error != ErrorCode::NONE) return standing<Response>(error, quorum_);

  // The newer epoch is true whether or not its candidate gets our vote.
  if (asked->candidate_epoch > epoch()) to_unattached(env, asked->candidate_epoch);
  if (request.voter_id >= 0 && NodeId(request.voter_id) != config_.node) {
    return standing<Response>(ErrorCode::INVALID_VOTER_KEY, quorum_);
  }
  // Raft, section 5.4.1: the log with the later last epoch wins, then the longer one.
  const NodeId candidate(asked->candidate_id);
  const bool up_to_date = std::pair(asked->last_offset_epoch, Offset(asked->last_offset)) >=
                          std::pair(last_epoch(), log_end());
  bool granted = false;
  if (asked->pre_vote) {
    granted = quorum_.can_grant_pre_vote(up_to_date);
    env.events.emit(env.node, event::PreVoteCast{candidate, asked->candidate_epoch, granted});
  } else {
    granted = !failure_ && quorum_.can_grant_vote(candidate, up_to_date);
    if (granted && !quorum_.voted_for()) to_voted(env, candidate);
    if (failure_) return {};
    env.events.emit(env.node, event::VoteCast{candidate, asked->candidate_epoch, granted});
  }
  Response response = standing<Response>(ErrorCode::NONE, quorum_);
  response.topics[0].partitions[0].vote_granted = granted;
  return response;
}

protocol::BeginQuorumEpochResponse KafkaRaftClient::on_begin_epoch(
    env::Env& env, const protocol::BeginQuorumEpochRequest& request) {
  using Response = protocol::BeginQuorumEpochResponse;
  if (!is_our_cluster(request.cluster_id)) {
    return with_error<Response>(ErrorCode::INCONSISTENT_CLUSTER_ID);
  }
  const auto* asked = only_partition(request);
  if (asked == nullptr) return with_error<Response>(ErrorCode::INVALID_REQUEST);
  const ErrorCode error = validate_voter_request(asked->leader_id, asked->leader_epoch);
  if (error != ErrorCode::NONE) return standing<Response>(error, quorum_);
  maybe_transition(env, NodeId(asked->leader_id), asked->leader_epoch);
  const bool meant_for_us = request.voter_id < 0 || NodeId(request.voter_id) == config_.node;
  return standing<Response>(meant_for_us ? ErrorCode::NONE : ErrorCode::INVALID_VOTER_KEY, quorum_);
}

protocol::EndQuorumEpochResponse KafkaRaftClient::on_end_epoch(
    env::Env& env, const protocol::EndQuorumEpochRequest& request) {
  using Response = protocol::EndQuorumEpochResponse;
  if (!is_our_cluster(request.cluster_id)) {
    return with_error<Response>(ErrorCode::INCONSISTENT_CLUSTER_ID);
  }
  const auto* asked = only_partition(request);
  if (asked == nullptr) return with_error<Response>(ErrorCode::INVALID_REQUEST);
  const ErrorCode error = validate_voter_request(asked->leader_id, asked->leader_epoch);
  if (error != ErrorCode::NONE) return standing<Response>(error, quorum_);
  const NodeId resigning(asked->leader_id);
  maybe_transition(env, resigning, asked->leader_epoch);
  const auto* follower = quorum_.as<FollowerState>();
  if (follower && follower->leader == resigning && !shutting_down_) {
    set_election_timer(env, successor_delay(preferred(*asked)));
  }
  return standing<Response>(ErrorCode::NONE, quorum_);
}

/// The best successor stands at once, the others after growing delays, so that their elections do
/// not collide.
Duration KafkaRaftClient::successor_delay(const std::vector<NodeId>& candidates) const {
  const auto found = std::find(candidates.begin(), candidates.end(), config_.node);
  const auto position = found - candidates.begin();
  if (position == 0) return Duration{0};
  if (found == candidates.end()) return config_.election_backoff_max;
  const Duration base = config_.election_backoff_max / (std::int64_t{1} << (candidates.size() - 1));
  return std::min(config_.election_backoff_max, base * (std::int64_t{1} << (position - 1)));
}

ErrorCode KafkaRaftClient::validate_voter_request(std::int32_t remote, std::int32_t epoch) const {
  if (epoch < quorum_.epoch()) return ErrorCode::FENCED_LEADER_EPOCH;
  if (remote < 0 || NodeId(remote) == config_.node) return ErrorCode::INVALID_REQUEST;
  return ErrorCode::NONE;
}

bool KafkaRaftClient::is_our_cluster(const std::optional<std::string>& cluster_id) const {
  return !cluster_id || config_.cluster_id.empty() || *cluster_id == config_.cluster_id;
}

// ---- our requests -----------------------------------------------------------------------------

void KafkaRaftClient::send_votes(env::Env& env, const std::map<NodeId, bool>& answered,
                                 bool pre_vote) {
  for (NodeId voter : voters().ids()) {
    if (answered.count(voter) != 0 || !is_ready(env, voter)) continue;
    protocol::VoteRequest::PartitionData partition;
    partition.candidate_epoch = epoch();
    partition.candidate_id = config_.node.value();
    partition.candidate_directory_id = config_.directory_id;
    partition.last_offset_epoch = last_epoch();
    partition.last_offset = log_end().value();
    partition.pre_vote = pre_vote;
    if (const Voter* asked = voters().find(voter)) partition.voter_directory_id = asked->directory;
    auto message = with_partition<protocol::VoteRequest>(partition);
    message.cluster_id = config_.cluster_id;
    message.voter_id = voter.value();
    request(env, voter, message, pre_vote ? kPreVoteVersion : kVoteVersion);
  }
}

void KafkaRaftClient::send_begin_epoch(env::Env& env, const LeaderState& leader) {
  for (NodeId voter : leader.unacknowledged()) {
    if (!is_ready(env, voter)) continue;
    protocol::BeginQuorumEpochRequest::PartitionData partition;
    partition.leader_id = config_.node.value();
    partition.leader_epoch = epoch();
    auto message = with_partition<protocol::BeginQuorumEpochRequest>(partition);
    message.cluster_id = config_.cluster_id;
    message.voter_id = voter.value();
    request(env, voter, message);
  }
}

void KafkaRaftClient::send_end_epoch(env::Env& env, const ResignedState& resigned) {
  for (NodeId voter : resigned.unacknowledged) {
    if (!is_ready(env, voter)) continue;
    protocol::EndQuorumEpochRequest::PartitionData partition;
    partition.leader_id = config_.node.value();
    partition.leader_epoch = epoch();
    for (NodeId successor : resigned.successors) {
      partition.preferred_successors.push_back(successor.value());
      partition.preferred_candidates.push_back({successor.value(), {}});
    }
    auto message = with_partition<protocol::EndQuorumEpochRequest>(partition);
    message.cluster_id = config_.cluster_id;
    request(env, voter, message);
  }
}

// ---- their answers ----------------------------------------------------------------------------

KafkaRaftClient::Outcome KafkaRaftClient::on_vote_response(env::Env& env, NodeId from,
                                                           const protocol::VoteResponse& response) {
  const auto* answer = only_partition(response);
  if (response.error_code != ErrorCode::NONE || answer == nullptr) return Outcome::BackOff;
  if (auto done = handle_common(env, answer->error_code, answer->leader_id, answer->leader_epoch)) {
    return *done;
  }
  if (answer->error_code != ErrorCode::NONE) return Outcome::BackOff;
  if (quorum_.as<CandidateState>())
    count_vote(env, from, answer->vote_granted);
  else if (quorum_.as<ProspectiveState>())
    count_pre_vote(env, from, answer->vote_granted);
  return Outcome::Ok;
}

KafkaRaftClient::Outcome KafkaRaftClient::on_begin_epoch_response(
    env::Env& env, NodeId from, const protocol::BeginQuorumEpochResponse& response) {
  const auto* answer = only_partition(response);
  if (response.error_code != ErrorCode::NONE || answer == nullptr) return Outcome::BackOff;
  if (auto done = handle_common(env, answer->error_code, answer->leader_id, answer->leader_epoch)) {
    return *done;
  }
  if (answer->error_code != ErrorCode::NONE) return Outcome::BackOff;
  if (auto* leader = quorum_.as<LeaderState>()) leader->acknowledge(from);
  return Outcome::Ok;
}

KafkaRaftClient::Outcome KafkaRaftClient::on_end_epoch_response(
    env::Env& env, NodeId from, const protocol::EndQuorumEpochResponse& response) {
  const auto* answer = only_partition(response);
  if (response.error_code != ErrorCode::NONE || answer == nullptr) return Outcome::BackOff;
  if (auto done = handle_common(env, answer->error_code, answer->leader_id, answer->leader_epoch)) {
    return *done;
  }
  if (answer->error_code != ErrorCode::NONE) return Outcome::BackOff;
  if (auto* resigned = quorum_.as<ResignedState>()) resigned->unacknowledged.erase(from);
  return Outcome::Ok;
}

/// Every answer tells the sender's epoch and leader. If that already explains it (we are behind, or
/// the answer is), the answer is done with; otherwise nullopt.
std::optional<KafkaRaftClient::Outcome> KafkaRaftClient::handle_common(env::Env& env,
                                                                       ErrorCode error,
                                                                       std::int32_t leader_id,
                                                                       std::int32_t epoch) {
  const std::optional<NodeId> leader = from_wire(leader_id);
  // An error means: try again, but not at once. Kafka retries at once and asks a resigned leader
  // over and over.
  const Outcome later = error == ErrorCode::NONE ? Outcome::Ok : Outcome::BackOff;
  if (epoch < quorum_.epoch() || error == ErrorCode::UNKNOWN_LEADER_EPOCH) return later;
  if (epoch > quorum_.epoch() || error == ErrorCode::FENCED_LEADER_EPOCH ||
      error == ErrorCode::NOT_LEADER_OR_FOLLOWER) {
    maybe_transition(env, leader, epoch);
    return later;
  }
  if (leader && !quorum_.leader()) {
    // An observer finds the leader and appends its records with the same answer.
    maybe_transition(env, leader, epoch);
    if (error == ErrorCode::NONE && !failure_) return std::nullopt;
    return later;
  }
  return std::nullopt;
}

void KafkaRaftClient::maybe_transition(env::Env& env, std::optional<NodeId> leader,
                                       std::int32_t epoch) {
  if (!is_consistent(leader, epoch)) {
    return fail({ErrorKind::Corrupt, fmt::format("two leaders in epoch {}: {} and {}", epoch,
                                                 wire(leader), wire(quorum_.leader()))});
  }
  if (epoch > quorum_.epoch()) {
    if (leader)
      to_follower(env, epoch, *leader);
    else
      to_unattached(env, epoch);
  } else if (epoch == quorum_.epoch() && leader && !quorum_.leader()) {
    to_follower(env, epoch, *leader);
  }
}

bool KafkaRaftClient::is_consistent(std::optional<NodeId> leader, std::int32_t epoch) const {
  if (!leader) return true;
  // Only an epoch that we won ourselves can have us as its leader.
  if (*leader == config_.node) return epoch <= quorum_.epoch() && quorum_.leader() == leader;
  return epoch != quorum_.epoch() || !quorum_.leader() || quorum_.leader() == leader;
}

}  // namespace kscope::raft
