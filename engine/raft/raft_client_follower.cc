// The follower's side: fetching, cutting what diverged, appending, flushing; and how an observer
// finds its leader. Kafka: KafkaRaftClient.handleFetchResponse, pollFollowerAsVoter,
// pollFollowerAsObserver.
#include <fmt/format.h>

#include "engine/raft/raft_client.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {

void KafkaRaftClient::send_fetch(env::Env& env, NodeId to) {
  if (download_) return send_fetch_snapshot(env, to);
  if (!is_ready(env, to)) return;
  protocol::FetchRequest message;
  message.cluster_id = config_.cluster_id;
  message.replica_state.replica_id = config_.node.value();
  message.max_wait_ms = static_cast<std::int32_t>(to_millis(config_.fetch_max_wait));
  message.max_bytes = static_cast<std::int32_t>(kMaxBatchBytes);
  protocol::FetchRequest::FetchPartition partition;
  partition.current_leader_epoch = epoch();
  partition.fetch_offset = log_end().value();
  partition.last_fetched_epoch = last_epoch();
  partition.replica_directory_id = config_.directory_id;
  message.topics.push_back({kClusterMetadataTopic, metadata_topic_id(), {partition}});
  request(env, to, message);
}

/// An observer is told nothing: it asks the leader it knows, and when that one is silent or not the
/// leader, the voters in turn until one of them names another.
void KafkaRaftClient::poll_observer(env::Env& env, const ObserverState& observer) {
  for (const auto& [node, peer] : peers_) {
    if (peer.waiting_for != 0) return;  // one question at a time
  }
  const bool known_leader = observer.leader && *observer.leader != config_.node;
  if (known_leader && is_ready(env, *observer.leader)) return send_fetch(env, *observer.leader);
  // Who has not read a set of voters yet asks those that the properties name.
  std::vector<NodeId> known = voters().ids();
  if (known.empty()) known = config_.bootstrap;
  std::erase(known, config_.node);
  for (std::size_t i = 0; i < known.size(); ++i) {
    const NodeId voter = known[next_voter_to_ask_++ % known.size()];
    if (is_ready(env, voter)) return send_fetch(env, voter);
  }
}

KafkaRaftClient::Outcome KafkaRaftClient::on_fetch_response(
    env::Env& env, const protocol::FetchResponse& response) {
  const auto* answer = only_fetched(response.responses);
  if (response.error_code != ErrorCode::NONE || answer == nullptr) return Outcome::BackOff;
  if (auto done = handle_common(env, answer->error_code, answer->current_leader.leader_id,
                                answer->current_leader.leader_epoch)) {
    return *done;
  }
  if (answer->error_code != ErrorCode::NONE || !quorum_.has_remote_leader()) {
    return Outcome::BackOff;
  }
  const Outcome outcome = take_fetched(env, *answer);
  if (FollowerState* follower = quorum_.as<FollowerState>();
      outcome == Outcome::Ok && !failure_ && follower != nullptr) {
    follower->has_fetched = true;
    set_election_timer(env, config_.fetch_timeout);
  }
  return outcome;
}

KafkaRaftClient::Outcome KafkaRaftClient::take_fetched(
    env::Env& env, const protocol::FetchResponse::PartitionData& partition) {
  if (partition.diverging_epoch.epoch >= 0) {
    const Offset end(partition.diverging_epoch.end_offset);
    return truncate_to_leader(env, partition.diverging_epoch.epoch, end) ? Outcome::Ok
                                                                         : Outcome::BackOff;
  }
  if (partition.snapshot_id.end_offset >= 0) {
    begin_download(env, {Offset(partition.snapshot_id.end_offset), partition.snapshot_id.epoch});
    return download_ ? Outcome::Ok : Outcome::BackOff;  // a refused one will be named again
  }
  if (!partition.records.empty()) {
    const auto appended = log_.append_as_follower(env, partition.records);
    if (!appended.ok()) {
      // Bytes that got damaged on the way, or on the leader's disk, are not ours to die of.
      const ErrorKind kind = appended.error().kind;
      if (kind != ErrorKind::Corrupt && kind != ErrorKind::Invalid) fail(appended.error());
      return Outcome::BackOff;
    }
    // Our next fetch offset says "I have this". An observer's does not count, but it flushes as
    // well: its broker acts on what it read.
    if (!check(log_.flush(env))) return Outcome::BackOff;
    if (!check(note_control_records(env, partition.records, true))) return Outcome::BackOff;
  }
  if (partition.high_watermark >= 0) {
    advance_high_watermark(env, std::min(log_end(), Offset(partition.high_watermark)));
  }
  return Outcome::Ok;
}

/// Cuts our log where it leaves the leader's: at the leader's end of the epoch it named, or at our
/// own end of that epoch if that comes first (KIP-595; ReplicatedLog.truncateToEndOffset).
bool KafkaRaftClient::truncate_to_leader(env::Env& env, std::int32_t epoch, Offset end) {
  const storage::EpochEnd own = end_of_epoch(epoch);
  const Offset to = own.epoch.value() == epoch ? std::min(own.end, end)
                    : epoch == 0               ? std::min(end, log_end())
                                               : own.end;
  if (to < high_watermark_) {
    fail({ErrorKind::Corrupt,
          fmt::format("the leader asks to cut the metadata log to {}, below the high watermark {}",
                      to.value(), high_watermark_.value())});
    return false;
  }
  if (!check(log_.truncate_to(env, to, event::TruncateReason::Raft))) return false;
  forget_voters_from(env, log_end());
  return true;
}

/// Where `epoch`, or the largest one before it, ends in our log (KafkaMetadataLog.
/// endOffsetForEpoch): a snapshot knows the epoch of the last record that it stands for.
storage::EpochEnd KafkaRaftClient::end_of_epoch(std::int32_t epoch) const {
  if (const auto end = log_.end_offset_for_epoch(LeaderEpoch(epoch))) return *end;
  const auto earliest = earliest_snapshot();
  if (earliest && earliest->end == log_.log_start() && earliest->epoch <= epoch) {
    // An epoch that begins and ends between the snapshot's and our log's first is not known here.
    const bool log_is_empty = log_.log_start() == log_.log_end();
    return {LeaderEpoch(earliest->epoch), log_is_empty ? log_.log_end() : log_.log_start()};
  }
  // Before everything we have: that epoch ends where our log starts.
  return {LeaderEpoch(epoch), log_.log_start()};
}

/// Of the last record: in the log, or stood for by the snapshot that the log begins behind.
std::int32_t KafkaRaftClient::last_epoch() const {
  if (const auto latest = log_.latest_epoch()) return latest->value();
  const auto snapshot = latest_snapshot();
  return snapshot && snapshot->end == log_end() ? snapshot->epoch : 0;
}

}  // namespace kscope::raft
