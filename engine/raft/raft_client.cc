// The frame around the roles: opening, receiving, sending, timers. See raft_client.h.
#include "engine/raft/raft_client.h"

#include <fmt/format.h>

#include "engine/protocol/messages/describe_quorum.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/raft/metadata_batch.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {

using event::RaftRole;

Result<KafkaRaftClient> KafkaRaftClient::open(env::Env& env, const RaftConfig& config) {
  KafkaRaftClient client;
  client.config_ = config;
  client.config_.log.max_message_bytes = kMaxBatchBytes;
  // Only snapshots allow records of this log to go.
  client.config_.log.retention_ms = client.config_.log.retention_bytes = -1;
  client.history_ = VoterHistory(VoterSet::of(config.voters));
  KTRY(client.load_snapshots(env));
  KTRY(client.start_log_behind_snapshot(env));
  // What a process wrote and could not flush is still in the page cache when the next one reads it.
  // Our first fetch will say that we have it, and have it safe. Kafka leaves that to luck.
  KTRY(client.log_.flush(env));
  env.events.emit(env.node, event::StartupStageReached{event::StartupStage::LogOpened});
  KTRY(client.read_voters_from_log(env));
  protocol::NetworkClientOptions network;
  network.listener = env::Listener::Controller;
  network.purpose = env::ConnectionPurpose::RaftPeer;
  network.timeout_timer = env::TimerKind::RaftRequest;
  network.request_timeout = config.request_timeout;
  network.client_id = fmt::format("raft-client-{}", config.node.value());
  client.network_ = protocol::NetworkClient(std::move(network));
  client.quorum_ = QuorumState(client.config_);
  client.quorum_.set_voters(client.voters().ids(), client.history_.kraft_version(),
                            config.directory_id);
  KTRY(client.quorum_.initialize(env, client.is_voter(), client.last_epoch()));
  client.start_timers(env);
  client.poll(env);
  if (client.failure_) return *client.failure_;
  return client;
}

void KafkaRaftClient::start_timers(env::Env& env) {
  if (role() == RaftRole::Follower)
    set_election_timer(env, config_.fetch_timeout);
  else if (role() != RaftRole::Observer)
    set_election_timer(env, random_election_timeout(env));
  if (role() == RaftRole::Candidate) count_vote(env, config_.node, true);
  // A quorum of one has nobody to wait for.
  if (is_voter() && voters().size() == 1 && !is_leader()) to_candidate(env);
}

bool KafkaRaftClient::handles(ApiKey api) {
  switch (api) {
    case ApiKey::Vote:
    case ApiKey::BeginQuorumEpoch:
    case ApiKey::EndQuorumEpoch:
    case ApiKey::Fetch:
    case ApiKey::FetchSnapshot:
    case ApiKey::DescribeQuorum:
    case ApiKey::AddRaftVoter:
    case ApiKey::RemoveRaftVoter:
    case ApiKey::UpdateRaftVoter:
      return true;
    default:
      return false;
  }
}

bool KafkaRaftClient::on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame,
                               FrameId) {
  if (from.opened_here) return on_response(env, from, frame);
  const auto parsed = protocol::parse_request(frame);
  if (!parsed.ok() || !handles(parsed->header.api)) return false;
  on_request(env, from, *parsed);
  return true;
}

void KafkaRaftClient::on_request(env::Env& env, const env::ConnectionInfo& from,
                                 const protocol::ParsedRequest& request) {
  if (failure_) return;
  // Answers leave in the order of the requests: a new one ends the wait of the one before it.
  answer_parked_of(env, from.id);
  const protocol::RequestHeader& header = request.header;
  dispatch(env, {from.id, from.peer, header.api, header.version, header.correlation}, request.body);
  poll(env);
}

/// Decodes, asks the handler, sends its answer. Bytes that make no sense cost the connection.
template <class Request, class Handler>
void KafkaRaftClient::serve(env::Env& env, const Inbound& from, const Blob& body, Handler handler) {
  const auto decoded = protocol::decode_body<Request>(body, from.version);
  if (!decoded.ok()) {
    env.network.close(from.connection);
    return;
  }
  const auto response = handler(*decoded);
  if (!failure_) respond(env, from, response);
}

void KafkaRaftClient::dispatch(env::Env& env, const Inbound& from, const Blob& body) {
  switch (from.api) {
    case ApiKey::Vote:
      return serve<protocol::VoteRequest>(env, from, body,
                                          [&](const auto& r) { return on_vote(env, r); });
    case ApiKey::BeginQuorumEpoch:
      return serve<protocol::BeginQuorumEpochRequest>(
          env, from, body, [&](const auto& r) { return on_begin_epoch(env, r); });
    case ApiKey::EndQuorumEpoch:
      return serve<protocol::EndQuorumEpochRequest>(
          env, from, body, [&](const auto& r) { return on_end_epoch(env, r); });
    case ApiKey::FetchSnapshot:
      return serve<protocol::FetchSnapshotRequest>(
          env, from, body, [&](const auto& r) { return on_fetch_snapshot(env, r); });
    case ApiKey::DescribeQuorum:
      return serve<protocol::DescribeQuorumRequest>(
          env, from, body, [&](const auto&) { return describe_quorum(env); });
    case ApiKey::Fetch: {
      const auto fetch = protocol::decode_body<protocol::FetchRequest>(body, from.version);
      if (!fetch.ok()) return env.network.close(from.connection);
      return on_fetch(env, from, *fetch);
    }
    default:
      return dispatch_voters(env, from, body);
  }
}

/// Requests that are answered later, when what they ask for is committed.
void KafkaRaftClient::dispatch_voters(env::Env& env, const Inbound& from, const Blob& body) {
  if (from.api == ApiKey::AddRaftVoter) {
    const auto add = protocol::decode_body<protocol::AddRaftVoterRequest>(body, from.version);
    return add.ok() ? on_add_voter(env, from, *add) : env.network.close(from.connection);
  }
  if (from.api == ApiKey::RemoveRaftVoter) {
    const auto gone = protocol::decode_body<protocol::RemoveRaftVoterRequest>(body, from.version);
    return gone.ok() ? on_remove_voter(env, from, *gone) : env.network.close(from.connection);
  }
  KCHECK(from.api == ApiKey::UpdateRaftVoter);  // handles() was asked
  const auto update = protocol::decode_body<protocol::UpdateRaftVoterRequest>(body, from.version);
  return update.ok() ? on_update_voter(env, from, *update) : env.network.close(from.connection);
}

bool KafkaRaftClient::on_response(env::Env& env, const env::ConnectionInfo& from,
                                  const Blob& frame) {
  if (!network_.owns(from.id)) return false;
  if (failure_) return true;
  const auto arrived = network_.on_frame(env, from.id, frame);
  if (!arrived) {
    if (!network_.owns(from.id)) requests_died(env, network_.on_closed(env, from.id));
    return true;
  }
  const NodeId peer = arrived->request.to;
  // What we asked before the last change of role no longer interests us.
  if (peers_[peer].waiting_for != arrived->request.tag) return true;
  const Outcome outcome = handle_response(env, *arrived);
  request_done(env, peer, outcome);
  poll(env);
  return true;
}

KafkaRaftClient::Outcome KafkaRaftClient::handle_response(env::Env& env,
                                                          const protocol::Arrived& arrived) {
  const NodeId from = arrived.request.to;
  const std::int16_t version = arrived.request.version;
  switch (arrived.request.api) {
    case ApiKey::Vote: {
      const auto r = protocol::decode_body<protocol::VoteResponse>(arrived.body, version);
      return r.ok() ? on_vote_response(env, from, *r) : Outcome::BackOff;
    }
    case ApiKey::BeginQuorumEpoch: {
      const auto r =
          protocol::decode_body<protocol::BeginQuorumEpochResponse>(arrived.body, version);
      return r.ok() ? on_begin_epoch_response(env, from, *r) : Outcome::BackOff;
    }
    case ApiKey::EndQuorumEpoch: {
      const auto r = protocol::decode_body<protocol::EndQuorumEpochResponse>(arrived.body, version);
      return r.ok() ? on_end_epoch_response(env, from, *r) : Outcome::BackOff;
    }
    case ApiKey::Fetch: {
      const auto r = protocol::decode_body<protocol::FetchResponse>(arrived.body, version);
      return r.ok() ? on_fetch_response(env, *r) : Outcome::BackOff;
    }
    case ApiKey::FetchSnapshot: {
      const auto r = protocol::decode_body<protocol::FetchSnapshotResponse>(arrived.body, version);
      return r.ok() ? on_fetch_snapshot_response(env, *r) : Outcome::BackOff;
    }
    case ApiKey::UpdateRaftVoter: {
      // Whatever came of it: the next set of voters that we see will tell.
      const auto r =
          protocol::decode_body<protocol::UpdateRaftVoterResponse>(arrived.body, version);
      const bool done = r.ok() && r->error_code == ErrorCode::NONE;
      return done ? Outcome::Ok : Outcome::BackOff;
    }
    default:
      return Outcome::BackOff;
  }
}

void KafkaRaftClient::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  if (failure_) return;
  if (!connection.opened_here) {
    // The change goes on; only its answer has nobody left to go to.
    if (pending_change_ && pending_change_->from.connection == connection.id) {
      pending_change_->from.connection = ConnectionId();
    }
    for (auto it = parked_.begin(); it != parked_.end();) {
      const std::int64_t id = it->first;
      const bool gone = it->second.from.connection == connection.id;
      ++it;
      if (gone) drop_parked(env, id);
    }
    return;
  }
  if (!network_.owns(connection.id)) return;
  requests_died(env, network_.on_closed(env, connection.id));
  poll(env);
}

bool KafkaRaftClient::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  switch (kind) {
    case env::TimerKind::RaftElection:
    case env::TimerKind::RaftCheckQuorum:
    case env::TimerKind::RaftBackoff:
    case env::TimerKind::RaftRequest:
    case env::TimerKind::RaftFetch:
    case env::TimerKind::RaftUpdateVoter:
      break;
    default:
      return false;
  }
  if (failure_) return true;
  if (kind == env::TimerKind::RaftElection) on_election_timeout(env);
  if (kind == env::TimerKind::RaftCheckQuorum) on_check_quorum(env);
  if (kind == env::TimerKind::RaftFetch) expire_parked(env, key);
  if (kind == env::TimerKind::RaftUpdateVoter) on_change_timeout(env);
  if (kind == env::TimerKind::RaftRequest) {
    requests_died(env, network_.on_timeout(env, NodeId(static_cast<std::int32_t>(key))));
  }
  // Key 0: the back-off of a lost election is over. Otherwise a peer may be asked again: poll()
  // does.
  const CandidateState* candidate = quorum_.as<CandidateState>();
  if (kind == env::TimerKind::RaftBackoff && key == 0 && candidate && candidate->backing_off &&
      !shutting_down_) {
    to_candidate(env);
  }
  poll(env);
  return true;
}

void KafkaRaftClient::poll(env::Env& env) {
  if (failure_) return;
  if (const auto* candidate = quorum_.as<CandidateState>()) {
    if (!candidate->backing_off) send_votes(env, candidate->votes, false);
    return;
  }
  if (const auto* asking = quorum_.as<ProspectiveState>()) {
    return send_votes(env, asking->votes, true);
  }
  if (const auto* leader = quorum_.as<LeaderState>()) return send_begin_epoch(env, *leader);
  if (const auto* resigned = quorum_.as<ResignedState>()) return send_end_epoch(env, *resigned);
  if (const auto* observer = quorum_.as<ObserverState>()) return poll_observer(env, *observer);
  if (const auto* follower = quorum_.as<FollowerState>()) {
    if (our_entry_is_stale()) send_update_voter(env, follower->leader);
    send_fetch(env, follower->leader);
  }
}

bool KafkaRaftClient::is_ready(env::Env& env, NodeId peer) const {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return true;
  return found->second.waiting_for == 0 && found->second.retry_at <= env.now();
}

void KafkaRaftClient::request_done(env::Env& env, NodeId peer, Outcome outcome) {
  Peer& state = peers_[peer];
  state.waiting_for = 0;
  if (outcome == Outcome::Ok) {
    state.failures = 0;
    return;
  }
  const std::int32_t doublings = std::min(state.failures, 10);
  const Duration backoff =
      std::min(config_.retry_backoff * (std::int64_t{1} << doublings), config_.retry_backoff_max);
  ++state.failures;
  state.retry_at = env.now() + backoff;
  env.timers.set(env::TimerKind::RaftBackoff, peer.value(), state.retry_at);
}

void KafkaRaftClient::requests_died(env::Env& env, const std::vector<protocol::InFlight>& dead) {
  for (const protocol::InFlight& request : dead) {
    if (peers_[request.to].waiting_for == request.tag) {
      request_done(env, request.to, Outcome::BackOff);
    }
  }
}

void KafkaRaftClient::fail(const Error& error) {
  if (!failure_) failure_ = error;
}

bool KafkaRaftClient::check(const Result<void>& result) {
  if (!result.ok()) fail(result.error());
  return result.ok();
}

void KafkaRaftClient::begin_shutdown(env::Env& env) {
  if (shutting_down_ || failure_) return;
  shutting_down_ = true;
  if (is_leader() && voters().size() > 1) to_resigned(env);
  poll(env);
}

bool KafkaRaftClient::shutdown_complete() const {
  if (!shutting_down_ || failure_) return true;
  const bool alone = voters().size() == 1;
  // Without an election timer the time to wait for a successor has run out.
  return !is_voter() || alone || quorum_.has_remote_leader() || !election_deadline_;
}

void KafkaRaftClient::close(env::Env& env) {
  if (!failure_) check(log_.close_cleanly(env));
}

Offset KafkaRaftClient::epoch_start() const {
  KCHECK(is_leader());
  return leader_state()->epoch_start();
}

std::map<NodeId, bool> KafkaRaftClient::votes() const {
  if (const auto* asking = quorum_.as<ProspectiveState>()) return asking->votes;
  const auto* candidate = quorum_.as<CandidateState>();
  return candidate ? candidate->votes : std::map<NodeId, bool>();
}

Result<std::vector<CommittedBatch>> KafkaRaftClient::read_committed(env::Env& env,
                                                                    Offset from) const {
  std::vector<CommittedBatch> result;
  while (from < high_watermark_) {
    storage::ReadLimits limits;
    limits.end = high_watermark_;
    KTRY_ASSIGN(const storage::ReadResult read, log_.read(env, from, limits));
    KTRY_ASSIGN(const std::vector<record::BatchHeader> headers,
                record::split_batches(read.records));
    if (headers.empty()) break;
    std::size_t at = 0;
    for (const record::BatchHeader& header : headers) {
      const ByteView bytes = ByteView(read.records).subspan(at, header.size_in_bytes());
      at += header.size_in_bytes();
      CommittedBatch batch{Offset(header.base_offset),
                           Offset(header.last_offset()),
                           header.partition_leader_epoch,
                           header.max_timestamp,
                           header.is_control(),
                           static_cast<std::int32_t>(header.size_in_bytes()),
                           {}};
      if (!batch.control) {
        KTRY_ASSIGN(std::vector<record::Record> records, record::read_records(bytes));
        for (record::Record& r : records)
          batch.records.push_back(std::move(r.value).value_or(Bytes()));
      }
      result.push_back(std::move(batch));
      from = Offset(header.next_offset());
    }
  }
  return result;
}

}  // namespace kscope::raft
