// The leader's side: appending, serving fetches, the high watermark, and the fetches that wait.
// Kafka: KafkaRaftClient.handleFetchRequest, tryCompleteFetchRequest, maybeAppendBatches.
#include "engine/protocol/messages/describe_quorum.h"
#include "engine/raft/metadata_batch.h"
#include "engine/raft/raft_client.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {
namespace {

constexpr std::int64_t kMaxFetchBytes = kMaxBatchBytes;  // KafkaRaftClient.MAX_FETCH_SIZE_BYTES

std::int64_t wall_ms(const env::Env& env, Instant at) {
  return env.clock.wall_ms() - to_millis(env.now() - at);
}

}  // namespace

// ---- appending --------------------------------------------------------------------------------

std::optional<Offset> KafkaRaftClient::append(env::Env& env, const std::vector<Bytes>& records) {
  if (failure_ || !is_leader() || records.empty()) return std::nullopt;
  const auto last = append_batch(env, metadata_batch(records, env.clock.wall_ms()));
  poll(env);
  return last;
}

std::optional<Offset> KafkaRaftClient::append_batch(env::Env& env, ByteView batch) {
  const auto appended =
      log_.append_as_leader(env, batch, LeaderEpoch(epoch()), storage::AppendOrigin::RaftLeader);
  if (!appended.ok()) {
    fail(appended.error());
    return std::nullopt;
  }
  KCHECK(appended->info.has_value());  // we made the batch ourselves
  const Offset last = appended->info->last;
  // Kafka tells waiting followers before it flushes, to overlap the two. We flush first: then "the
  // leader counts itself" always means flushed bytes.
  if (!check(log_.flush(env))) return std::nullopt;
  local_end_grew(env);
  return last;
}

void KafkaRaftClient::local_end_grew(env::Env& env) {
  LeaderState& leader = *quorum_.as<LeaderState>();
  if (leader.update_local(log_end())) advance_high_watermark(env, *leader.high_watermark());
  complete_parked(env);
}

void KafkaRaftClient::advance_high_watermark(env::Env& env, Offset to) {
  if (to <= high_watermark_) return;
  KCHECK(to <= log_end());
  env.events.emit(env.node, event::RaftHighWatermarkAdvanced{high_watermark_, to});
  high_watermark_ = to;
  complete_change(env);
}

// ---- serving fetches --------------------------------------------------------------------------

void KafkaRaftClient::on_fetch(env::Env& env, const Inbound& from,
                               const protocol::FetchRequest& request) {
  using Response = protocol::FetchResponse;
  if (!is_our_cluster(request.cluster_id)) {
    return respond(env, from, with_error<Response>(ErrorCode::INCONSISTENT_CLUSTER_ID));
  }
  const auto* asked = only_fetched(request.topics);
  if (asked == nullptr) {
    return respond(env, from, with_error<Response>(ErrorCode::INVALID_REQUEST));
  }
  const std::int32_t replica =
      from.version >= 15 ? request.replica_state.replica_id : request.replica_id;
  if (request.max_wait_ms < 0 || asked->fetch_offset < 0 || asked->last_fetched_epoch < 0 ||
      asked->last_fetched_epoch > asked->current_leader_epoch || NodeId(replica) == config_.node) {
    return respond(env, from, refuse_fetch(ErrorCode::INVALID_REQUEST).response);
  }
  const FetchAsked fetch{NodeId(replica), asked->current_leader_epoch, Offset(asked->fetch_offset),
                         asked->last_fetched_epoch, request.max_wait_ms};
  Answer answer = answer_fetch(env, fetch, Fresh::Yes);
  if (answer.has_news || fetch.max_wait_ms == 0) return respond(env, from, answer.response);
  const std::int64_t id = next_parked_++;
  parked_[id] = {from, fetch};
  env.timers.set(env::TimerKind::RaftFetch, id, env.now() + millis(fetch.max_wait_ms));
}

ErrorCode KafkaRaftClient::validate_leader_request(std::int32_t epoch) const {
  if (epoch < quorum_.epoch()) return ErrorCode::FENCED_LEADER_EPOCH;
  if (epoch > quorum_.epoch()) return ErrorCode::UNKNOWN_LEADER_EPOCH;
  // Observers use Fetch to find out who leads; they may well ask somebody who does not.
  if (!is_leader()) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  return ErrorCode::NONE;
}

KafkaRaftClient::Answer KafkaRaftClient::refuse_fetch(ErrorCode error) const {
  protocol::FetchResponse::PartitionData partition;
  partition.error_code = error;
  partition.high_watermark = -1;
  partition.log_start_offset = log_.log_start().value();
  partition.current_leader = {wire(quorum_.leader()), quorum_.epoch()};
  Answer answer;
  answer.response.responses.push_back(
      {kClusterMetadataTopic, metadata_topic_id(), {std::move(partition)}});
  return answer;
}

/// `fresh`: the fetch has just come in and is news about its sender; otherwise it was parked and
/// nothing but the answer has changed since.
KafkaRaftClient::Answer KafkaRaftClient::answer_fetch(env::Env& env, const FetchAsked& asked,
                                                      Fresh fresh) {
  const ErrorCode error = validate_leader_request(asked.leader_epoch);
  Answer answer = refuse_fetch(error);
  if (error != ErrorCode::NONE) return answer;
  auto& partition = answer.response.responses[0].partitions[0];
  LeaderState& leader = *quorum_.as<LeaderState>();

  // The consistency check: does our log contain what the fetcher has?
  const storage::EpochEnd end = end_of_epoch(asked.last_epoch);
  const bool starts_empty = asked.offset == Offset(0) && log_.log_start() == Offset(0);
  if (needs_snapshot(asked)) {
    const SnapshotId id = *latest_snapshot();
    partition.snapshot_id = {id.end.value(), id.epoch};
    // It is there and will be for a while: as a sign of life this counts.
    if (fresh == Fresh::Yes) note_life(env, asked.replica);
  } else if (!starts_empty && (end.epoch.value() != asked.last_epoch || end.end < asked.offset)) {
    partition.diverging_epoch = {end.epoch.value(), end.end.value()};
  } else {
    if (fresh == Fresh::Yes) fetched_by(env, asked);
    // That may have committed our own removal from the voters: then we lead no longer.
    if (!is_leader()) return refuse_fetch(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    storage::ReadLimits limits;
    limits.max_bytes = kMaxFetchBytes;
    limits.end = log_end();
    if (asked.offset < log_end()) {
      auto read = log_.read(env, asked.offset, limits);
      if (!read.ok()) return refuse_fetch(ErrorCode::UNKNOWN_SERVER_ERROR);
      partition.records = Blob(std::move(read->records));
    }
    answer.has_news = !partition.records.empty() || !leader.knows_high_watermark(asked.replica);
    if (asked.replica.value() < 0) answer.has_news = true;
  }
  if (leader.high_watermark()) partition.high_watermark = leader.high_watermark()->value();
  if (answer.has_news && asked.replica.value() >= 0) leader.told_high_watermark(asked.replica);
  return answer;
}

/// The records it asks for are gone, or its log is of a time that we only know as a snapshot
/// (ReplicatedLog.validateOffsetAndEpoch).
bool KafkaRaftClient::needs_snapshot(const FetchAsked& asked) const {
  const auto earliest = earliest_snapshot();
  if (!earliest) return false;
  if (asked.offset == Offset(0) && asked.last_epoch == 0 && log_.log_start() == Offset(0)) {
    return false;
  }
  return asked.offset < log_.log_start() || asked.last_epoch < earliest->epoch ||
         (asked.offset == log_.log_start() && asked.offset == earliest->end &&
          asked.last_epoch != earliest->epoch);
}

/// A majority that fetches keeps us in office (KIP-595).
void KafkaRaftClient::note_life(env::Env& env, NodeId replica) {
  LeaderState& leader = *quorum_.as<LeaderState>();
  if (replica.value() < 0 || !leader.complete_quorum_round(replica)) return;
  env.timers.set(env::TimerKind::RaftCheckQuorum, 0, env.now() + config_.fetch_timeout * 3 / 2);
}

void KafkaRaftClient::fetched_by(env::Env& env, const FetchAsked& asked) {
  if (asked.replica.value() < 0) return;  // a reader, not a member
  LeaderState& leader = *quorum_.as<LeaderState>();
  const bool advanced = leader.update_replica(asked.replica, asked.offset, env.now());
  note_life(env, asked.replica);
  if (!advanced) return;
  advance_high_watermark(env, *leader.high_watermark());
  complete_parked(env);
}

// ---- fetches that wait ------------------------------------------------------------------------

void KafkaRaftClient::complete_parked(env::Env& env) {
  for (auto it = parked_.begin(); it != parked_.end();) {
    const auto [id, parked] = *it++;
    const Answer answer = answer_fetch(env, parked.asked, Fresh::No);
    if (!answer.has_news) continue;
    drop_parked(env, id);
    respond(env, parked.from, answer.response);
  }
}

/// Its time is up: it gets what there is, which is nothing but the present high watermark.
void KafkaRaftClient::expire_parked(env::Env& env, std::int64_t id) {
  const auto found = parked_.find(id);
  if (found == parked_.end()) return;
  const ParkedFetch parked = found->second;
  drop_parked(env, id);
  respond(env, parked.from, answer_fetch(env, parked.asked, Fresh::No).response);
}

void KafkaRaftClient::answer_parked_of(env::Env& env, ConnectionId connection) {
  for (auto it = parked_.begin(); it != parked_.end();) {
    const std::int64_t id = it->first;
    const bool same = it->second.from.connection == connection;
    ++it;
    if (same) expire_parked(env, id);
  }
}

void KafkaRaftClient::refuse_all_parked(env::Env& env) {
  while (!parked_.empty()) {
    const auto [id, parked] = *parked_.begin();
    drop_parked(env, id);
    respond(env, parked.from, refuse_fetch(ErrorCode::NOT_LEADER_OR_FOLLOWER).response);
  }
}

void KafkaRaftClient::drop_parked(env::Env& env, std::int64_t id) {
  parked_.erase(id);
  env.timers.cancel(env::TimerKind::RaftFetch, id);
}

// ---- DescribeQuorum ---------------------------------------------------------------------------

protocol::DescribeQuorumResponse KafkaRaftClient::describe_quorum(env::Env& env) const {
  using Response = protocol::DescribeQuorumResponse;
  Response::PartitionData partition;
  partition.leader_id = wire(leader());
  partition.leader_epoch = epoch();
  const LeaderState* state = leader_state();
  if (state == nullptr) {
    partition.error_code = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    return with_partition<Response>(std::move(partition));
  }
  partition.high_watermark = state->high_watermark() ? state->high_watermark()->value() : -1;
  const auto describe = [&](NodeId id, const ReplicaProgress& progress) {
    Response::ReplicaState replica;
    replica.replica_id = id.value();
    if (const Voter* voter = voters().find(id)) replica.replica_directory_id = voter->directory;
    replica.log_end_offset = progress.end ? progress.end->value() : -1;
    if (progress.last_fetch) replica.last_fetch_timestamp = wall_ms(env, *progress.last_fetch);
    if (progress.last_caught_up) {
      replica.last_caught_up_timestamp = wall_ms(env, *progress.last_caught_up);
    }
    if (id == config_.node) replica.last_caught_up_timestamp = env.clock.wall_ms();
    return replica;
  };
  for (const auto& [id, progress] : state->voters()) {
    partition.current_voters.push_back(describe(id, progress));
  }
  for (const auto& [id, progress] : state->observers()) {
    // LeaderState.OBSERVER_SESSION_TIMEOUT_MS: whoever has been silent that long is gone.
    if (progress.last_fetch && env.now() - *progress.last_fetch >= seconds(300)) continue;
    partition.observers.push_back(describe(id, progress));
  }
  return with_partition<Response>(std::move(partition));
}

}  // namespace kscope::raft
