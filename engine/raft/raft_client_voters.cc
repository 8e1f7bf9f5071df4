// Who may vote, and how that changes while the quorum runs (KIP-853). See voter_set.h.
//
// A change is an ordinary record with an extraordinary effect: it counts for the leader as soon as
// it is in its log, and is answered when the *new* set has committed it. One at a time; and only
// after the leader has committed something in its own epoch, because only then it knows that no
// change of an earlier leader is still under way (the bug of Raft's first thesis version).
//
// Kafka: AddVoterHandler, RemoveVoterHandler, UpdateVoterHandler, KRaftControlRecordStateMachine.
#include <fmt/format.h>

#include "engine/raft/metadata_batch.h"
#include "engine/raft/raft_client.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {
namespace {

using event::RaftRole;
using protocol::ControlRecordType;

constexpr std::int64_t kPendingChangeKey = 2;  // of RaftUpdateVoter

NodeList to_list(const VoterSet& voters) { return NodeList(voters.ids()); }

}  // namespace

// ---- what log and snapshot say ----------------------------------------------------------------

Result<void> KafkaRaftClient::read_voters_from_log(env::Env& env) {
  if (!snapshots_.empty()) {
    KTRY_ASSIGN(const SnapshotContents contents, read_first_snapshot(env));
    history_.set_kraft_version(contents.kraft_version);
    if (contents.voters) history_.restart(*contents.voters);
  }
  Offset at = log_start();
  while (at < log_end()) {
    storage::ReadLimits limits;
    limits.end = log_end();
    KTRY_ASSIGN(const storage::ReadResult read, log_.read(env, at, limits));
    KTRY_ASSIGN(const auto headers, record::split_batches(read.records));
    if (headers.empty()) break;
    KTRY(note_control_records(env, read.records, false));
    at = Offset(headers.back().next_offset());
  }
  if (history_.kraft_version() > 0) {
    env.events.emit(env.node, event::VoterSetChanged{history_.last_offset().value_or(Offset(0)),
                                                     to_list(voters())});
  }
  return {};
}

/// The oldest snapshot that is there: the log behind it tells the rest.
Result<SnapshotContents> KafkaRaftClient::read_first_snapshot(env::Env& env) const {
  KTRY_ASSIGN(const Bytes bytes, read_snapshot_file(env.disk, snapshots_.front().id));
  return decode_snapshot(bytes);
}

/// Looks for sets of voters in batches that are in the log now. `tell`: the process runs already.
Result<void> KafkaRaftClient::note_control_records(env::Env& env, ByteView bytes, bool tell) {
  KTRY_ASSIGN(const auto headers, record::split_batches(bytes));
  std::size_t at = 0;
  bool changed = false;
  for (const record::BatchHeader& header : headers) {
    const ByteView batch = bytes.subspan(at, header.size_in_bytes());
    at += header.size_in_bytes();
    if (!header.is_control()) continue;
    KTRY_ASSIGN(const auto records, record::read_records(batch));
    for (const record::Record& r : records) {
      KTRY_ASSIGN(const ControlRecordType type,
                  protocol::control_record_type(r.key.value_or(Bytes())));
      const Blob value(r.value.value_or(Bytes()));
      if (type == ControlRecordType::KRaftVersion) {
        KTRY_ASSIGN(const auto record,
                    protocol::decode_body<protocol::KRaftVersionRecord>(value, 0));
        history_.set_kraft_version(record.kraft_version);
      } else if (type == ControlRecordType::KRaftVoters) {
        KTRY_ASSIGN(const auto record, protocol::decode_body<protocol::VotersRecord>(value, 0));
        history_.add(Offset(r.offset), VoterSet::from(record));
        changed = true;
      }
    }
  }
  if (changed && tell) voters_changed(env);
  return {};
}

void KafkaRaftClient::forget_voters_from(env::Env& env, Offset end) {
  const VoterSet before = voters();
  history_.truncate(end);
  if (!(voters() == before)) voters_changed(env);
}

void KafkaRaftClient::voters_changed(env::Env& env) {
  const Offset at = history_.last_offset().value_or(log_start());
  env.events.emit(env.node, event::VoterSetChanged{at, to_list(voters())});
  quorum_.set_voters(voters().ids(), history_.kraft_version(), config_.directory_id);
  LeaderState* leader = quorum_.as<LeaderState>();
  if (leader == nullptr) return fit_role_to_voters(env);
  if (leader->update_voters(voters().ids())) advance_high_watermark(env, *leader->high_watermark());
  if (failure_ || !is_leader()) return;
  if (voters().size() > 1) {
    env.timers.set(env::TimerKind::RaftCheckQuorum, 0, env.now() + config_.fetch_timeout * 3 / 2);
  } else {
    env.timers.cancel(env::TimerKind::RaftCheckQuorum, 0);
  }
}

/// A node that has become a voter, or ceased to be one, plays another role from now on.
void KafkaRaftClient::fit_role_to_voters(env::Env& env) {
  if (is_voter() && role() == RaftRole::Observer) {
    if (leader() == config_.node) return to_unattached(env, epoch() + 1);
    if (const auto known = leader()) return to_follower(env, epoch(), *known);
    if (become(env, UnattachedState{quorum_.voted_for()}, epoch())) {
      set_election_timer(env, random_election_timeout(env));
    }
  } else if (!is_voter() && role() != RaftRole::Observer && role() != RaftRole::Resigned) {
    to_observer(env);
  }
}

// ---- the leader changes the set ---------------------------------------------------------------

/// The first leader of a cluster moves the set that the disks were formatted with into the log, for
/// those that were not formatted with it
/// (LeaderState.appendLeaderChangeMessageAndBootstrapRecords).
void KafkaRaftClient::append_first_voters(env::Env& env) {
  if (failure_ || !is_leader() || history_.kraft_version() == 0 || history_.last_offset()) return;
  if (log_start() > Offset(0)) return;  // they come from a real snapshot
  const std::int64_t now = env.clock.wall_ms();
  protocol::KRaftVersionRecord version{0, history_.kraft_version()};
  const auto last = append_batch(
      env, control_batch({control_record(ControlRecordType::KRaftVersion,
                                         protocol::encode_body(version, 0), now),
                          control_record(ControlRecordType::KRaftVoters,
                                         protocol::encode_body(voters().to_record(), 0), now)}));
  if (!last || !is_leader()) return;
  history_.add(*last, voters());
  voters_changed(env);
}

ErrorCode KafkaRaftClient::can_change_voters(const std::optional<std::string>& cluster_id) const {
  if (!is_our_cluster(cluster_id)) return ErrorCode::INCONSISTENT_CLUSTER_ID;
  if (!is_leader()) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  const auto& committed = leader_state()->high_watermark();
  if (pending_change_ || !committed) return ErrorCode::REQUEST_TIMED_OUT;
  if (history_.kraft_version() == 0) return ErrorCode::UNSUPPORTED_VERSION;
  const auto last = history_.last_offset();
  return last && *last >= *committed ? ErrorCode::REQUEST_TIMED_OUT : ErrorCode::NONE;
}

namespace {

std::string why(ErrorCode error) {
  switch (error) {
    case ErrorCode::NONE:
      return "";
    case ErrorCode::UNSUPPORTED_VERSION:
      return "the voters cannot change: kraft.version is 0";
    case ErrorCode::REQUEST_TIMED_OUT:
      return "an earlier change of the voters, or the leader's epoch, is not committed yet";
    case ErrorCode::NOT_LEADER_OR_FOLLOWER:
      return "this controller does not lead the quorum";
    default:
      return "this is another cluster";
  }
}

}  // namespace

void KafkaRaftClient::on_add_voter(env::Env& env, const Inbound& from,
                                   const protocol::AddRaftVoterRequest& request) {
  const ErrorCode error = can_change_voters(request.cluster_id);
  if (error != ErrorCode::NONE) return answer_change(env, from, error, why(error));
  const NodeId id(request.voter_id);
  if (request.voter_id < 0 || request.listeners.empty()) {
    return answer_change(env, from, ErrorCode::INVALID_REQUEST, "no voter id or no listener");
  }
  if (voters().contains(id)) {
    return answer_change(env, from, ErrorCode::DUPLICATE_VOTER,
                         fmt::format("{} is a voter already", id.value()));
  }
  // A voter that is far behind would hold up every commit from the first moment.
  if (!leader_state()->is_caught_up(id, env.now())) {
    return answer_change(env, from, ErrorCode::REQUEST_TIMED_OUT,
                         fmt::format("{} is lagging behind the leader's log", id.value()));
  }
  const auto& listener = request.listeners.front();
  append_voters(env, from,
                voters().with({id, request.voter_directory_id, listener.host, listener.port, 1}));
}

void KafkaRaftClient::on_remove_voter(env::Env& env, const Inbound& from,
                                      const protocol::RemoveRaftVoterRequest& request) {
  const ErrorCode error = can_change_voters(request.cluster_id);
  if (error != ErrorCode::NONE) return answer_change(env, from, error, why(error));
  const Voter* voter = voters().find(NodeId(request.voter_id));
  if (voter == nullptr || voter->directory != request.voter_directory_id) {
    return answer_change(env, from, ErrorCode::VOTER_NOT_FOUND,
                         fmt::format("{} with this directory is no voter", request.voter_id));
  }
  if (voters().size() == 1) {
    return answer_change(env, from, ErrorCode::INVALID_REQUEST, "the last voter cannot be removed");
  }
  append_voters(env, from, voters().without(voter->id));
}

void KafkaRaftClient::on_update_voter(env::Env& env, const Inbound& from,
                                      const protocol::UpdateRaftVoterRequest& request) {
  ErrorCode error = validate_leader_request(request.current_leader_epoch);
  if (error == ErrorCode::NONE) error = can_change_voters(request.cluster_id);
  if (error != ErrorCode::NONE) return answer_change(env, from, error, why(error));
  const Voter* voter = voters().find(NodeId(request.voter_id));
  if (voter == nullptr || voter->directory != request.voter_directory_id) {
    return answer_change(env, from, ErrorCode::VOTER_NOT_FOUND, "");
  }
  if (request.listeners.empty() || request.kraft_version_feature.max_supported_version < 1) {
    return answer_change(env, from, ErrorCode::INVALID_REQUEST, "");
  }
  Voter updated = *voter;
  updated.host = request.listeners.front().host;
  updated.port = request.listeners.front().port;
  updated.max_kraft_version = request.kraft_version_feature.max_supported_version;
  append_voters(env, from, voters().with(updated));
}

void KafkaRaftClient::append_voters(env::Env& env, const Inbound& from, const VoterSet& next) {
  // The new set counts for the very record that brings it: take it on before the record is counted.
  const Offset at = log_end();
  history_.add(at, next);
  pending_change_ = PendingChange{from, at + 1};
  env.timers.set(env::TimerKind::RaftUpdateVoter, kPendingChangeKey,
                 env.now() + config_.request_timeout);
  voters_changed(env);
  append_batch(env, control_batch({control_record(ControlRecordType::KRaftVoters,
                                                  protocol::encode_body(next.to_record(), 0),
                                                  env.clock.wall_ms())}));
}

void KafkaRaftClient::answer_change(env::Env& env, const Inbound& to, ErrorCode error,
                                    std::string message) {
  if (to.connection == ConnectionId()) return;
  std::optional<std::string> text;
  if (error != ErrorCode::NONE) text = std::move(message);
  if (to.api == ApiKey::AddRaftVoter) {
    respond(env, to, protocol::AddRaftVoterResponse{0, error, text});
  } else if (to.api == ApiKey::RemoveRaftVoter) {
    respond(env, to, protocol::RemoveRaftVoterResponse{0, error, text});
  } else {
    respond(env, to, protocol::UpdateRaftVoterResponse{0, error, {wire(leader()), epoch(), "", 0}});
  }
}

/// The high watermark moved: is the change committed? A leader that is no voter any more has done
/// its last duty with that.
void KafkaRaftClient::complete_change(env::Env& env) {
  if (!is_leader()) return;
  if (pending_change_ && high_watermark_ >= pending_change_->until) {
    answer_change(env, pending_change_->from, ErrorCode::NONE, "");
    pending_change_.reset();
    env.timers.cancel(env::TimerKind::RaftUpdateVoter, kPendingChangeKey);
  }
  const auto last = history_.last_offset();
  if (!is_voter() && last && high_watermark_ > *last) to_resigned(env);
}

/// It took too long. The record stays: the asker has to look whether it was committed after all.
void KafkaRaftClient::on_change_timeout(env::Env& env) {
  if (!pending_change_) return;
  answer_change(env, pending_change_->from, ErrorCode::REQUEST_TIMED_OUT,
                "the change is in the log, but not committed yet");
  pending_change_->from.connection = ConnectionId();
}

// ---- a voter tells of itself ------------------------------------------------------------------

bool KafkaRaftClient::our_entry_is_stale() const {
  if (history_.kraft_version() == 0 || config_.host.empty()) return false;
  const Voter* own = voters().find(config_.node);
  if (own == nullptr || own->directory != config_.directory_id) return false;
  return own->host != config_.host || own->port != config_.port;
}

void KafkaRaftClient::send_update_voter(env::Env& env, NodeId to) {
  if (!is_ready(env, to)) return;
  protocol::UpdateRaftVoterRequest message;
  message.cluster_id = config_.cluster_id;
  message.current_leader_epoch = epoch();
  message.voter_id = config_.node.value();
  message.voter_directory_id = config_.directory_id;
  message.listeners.push_back({"CONTROLLER", config_.host, config_.port});
  message.kraft_version_feature = {0, 1};
  request(env, to, message);
}

}  // namespace kscope::raft
