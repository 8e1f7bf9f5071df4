// Snapshots: writing them, cleaning the log before them, handing them to whoever is too far behind,
// and taking one in the place of our own log (KIP-630). See snapshot_file.h for the file.
//
// The order of steps is what makes every crash harmless. Writing: the file is whole and durable
// before the log may start behind it. Installing: the file is whole and durable before the log is
// thrown away; a start that finds a snapshot beyond its log does the rest.
//
// Kafka: KafkaMetadataLog, KafkaRaftClient.handleFetchSnapshotRequest and …Response.
#include <fmt/format.h>

#include "engine/raft/raft_client.h"
#include "engine/raft/raft_client_send.h"
#include "engine/raft/raft_messages.h"

namespace kscope::raft {
namespace {

using Request = protocol::FetchSnapshotRequest;
using Response = protocol::FetchSnapshotResponse;

/// The base offset of the oldest segment on the disk; 0 if there is none.
Result<Offset> first_segment(env::Disk& disk) {
  constexpr std::string_view kLog = ".log";
  const std::string directory = metadata_partition().str();
  if (!disk.exists(directory)) return Offset(0);
  KTRY_ASSIGN(const auto entries, disk.list(directory));  // sorted by name
  for (const env::DirEntry& entry : entries) {
    if (entry.name.size() != 20 + kLog.size() || !entry.name.ends_with(kLog)) continue;
    return Offset(std::stoll(entry.name));
  }
  return Offset(0);
}

const Request::PartitionSnapshot* only_asked(const Request& request) {
  if (request.topics.size() != 1 || request.topics[0].name != kClusterMetadataTopic) return nullptr;
  const auto& partitions = request.topics[0].partitions;
  return partitions.size() == 1 && partitions[0].partition == 0 ? &partitions[0] : nullptr;
}

Response answer(Response::PartitionSnapshot partition) {
  Response response;
  response.topics.push_back({kClusterMetadataTopic, {std::move(partition)}});
  return response;
}

}  // namespace

// ---- what is there ----------------------------------------------------------------------------

std::optional<SnapshotId> KafkaRaftClient::earliest_snapshot() const {
  if (snapshots_.empty()) return std::nullopt;
  return snapshots_.front().id;
}

std::optional<SnapshotId> KafkaRaftClient::latest_snapshot() const {
  if (snapshots_.empty()) return std::nullopt;
  return snapshots_.back().id;
}

Result<void> KafkaRaftClient::load_snapshots(env::Env& env) {
  KTRY_ASSIGN(snapshots_, sweep_snapshots(env));
  // A crash came between cutting the log and removing the snapshots before it.
  KTRY_ASSIGN(const Offset base, first_segment(env.disk));
  while (snapshots_.size() > 1 && snapshots_.front().id.end < base) {
    KTRY(remove_snapshot_file(env, snapshots_.front().id));
    snapshots_.erase(snapshots_.begin());
  }
  return {};
}

/// Opens the log where the snapshots let it begin, and throws it away if it ends before the latest
/// of them: then a download was finished, but not what follows it.
Result<void> KafkaRaftClient::start_log_behind_snapshot(env::Env& env) {
  KTRY_ASSIGN(const Offset base, first_segment(env.disk));
  const Offset start = base > Offset(0) && !snapshots_.empty() ? snapshots_.front().id.end : base;
  // The recovery point is not kept for this log: it is checked from its start after every restart,
  // as Kafka does (KafkaMetadataLog.apply).
  KTRY_ASSIGN(log_, storage::UnifiedLog::open(env, metadata_partition(), config_.log, Offset(0),
                                              false, start));
  const auto latest = latest_snapshot();
  if (!latest) return {};
  const auto epoch = log_.latest_epoch();
  const bool behind = log_end() < latest->end || (epoch && epoch->value() < latest->epoch);
  if (behind) KTRY(delete_all_before(env, *latest));
  // All that a snapshot stands for was committed. A new cluster's stands for nothing yet.
  if (latest->end <= high_watermark_) return {};
  env.events.emit(env.node, event::RaftHighWatermarkAdvanced{high_watermark_, latest->end});
  high_watermark_ = latest->end;
  return {};
}

/// The log begins anew behind `id`; older snapshots go.
Result<void> KafkaRaftClient::delete_all_before(env::Env& env, const SnapshotId& id) {
  KTRY(log_.truncate_fully_and_start_at(env, id.end));
  while (snapshots_.front().id < id) {
    KTRY(remove_snapshot_file(env, snapshots_.front().id));
    snapshots_.erase(snapshots_.begin());
  }
  return {};
}

Result<SnapshotContents> KafkaRaftClient::read_latest_snapshot(env::Env& env) const {
  KCHECK(!snapshots_.empty());
  KTRY_ASSIGN(const Bytes bytes, read_snapshot_file(env.disk, snapshots_.back().id));
  return decode_snapshot(bytes);
}

// ---- writing and cleaning ---------------------------------------------------------------------

Result<SnapshotFile> KafkaRaftClient::create_snapshot(env::Env& env, Offset end,
                                                      std::int64_t last_timestamp_ms,
                                                      std::vector<Bytes> records) {
  KCHECK(end <= high_watermark_ && end > log_start());
  std::int32_t epoch = 0;  // of the record before `end`
  for (const storage::EpochEntry& entry : log_.epochs().entries()) {
    if (entry.start < end) epoch = entry.epoch.value();
  }
  SnapshotContents contents;
  contents.last_timestamp_ms = last_timestamp_ms;
  contents.kraft_version = history_.kraft_version();
  if (contents.kraft_version > 0) contents.voters = history_.before(end);
  contents.records = std::move(records);
  const SnapshotId id{end, epoch};
  const Bytes bytes = encode_snapshot(id, contents);
  KTRY(write_snapshot_file(env, id, bytes));
  const SnapshotFile file{id, static_cast<std::int64_t>(bytes.size()), last_timestamp_ms};
  if (snapshots_.empty() || snapshots_.back().id < id) snapshots_.push_back(file);
  return file;
}

/// The oldest snapshot goes, and the log before the next one, while all of them together are too
/// large or the oldest is too old. The latest one always stays (KafkaMetadataLog.maybeClean).
Result<void> KafkaRaftClient::clean(env::Env& env) {
  KTRY(log_.remove_due_files(env));
  while (snapshots_.size() >= 2) {
    KCHECK(snapshots_[0].id < snapshots_[1].id);
    std::int64_t bytes = log_.size_in_bytes();
    for (const SnapshotFile& snapshot : snapshots_) bytes += snapshot.bytes;
    const std::int64_t age = env.clock.wall_ms() - snapshots_.front().last_timestamp_ms;
    const bool too_large = config_.max_retention_bytes > 0 && bytes > config_.max_retention_bytes;
    const bool too_old = config_.max_retention_ms > 0 && age > config_.max_retention_ms;
    if (!too_large && !too_old) return {};
    KTRY(delete_before_snapshot(env, snapshots_[1].id));
  }
  return {};
}

Result<void> KafkaRaftClient::delete_before_snapshot(env::Env& env, SnapshotId id) {
  KTRY(log_.advance_log_start(env, id.end, event::LogStartReason::Snapshot));
  KTRY(log_.delete_old_segments(env, high_watermark_));
  while (snapshots_.front().id < id) {
    KTRY(remove_snapshot_file(env, snapshots_.front().id));
    snapshots_.erase(snapshots_.begin());
  }
  return {};
}

// ---- the leader hands one out -----------------------------------------------------------------

Response KafkaRaftClient::on_fetch_snapshot(env::Env& env, const Request& request) {
  if (!is_our_cluster(request.cluster_id)) {
    return with_error<Response>(ErrorCode::INCONSISTENT_CLUSTER_ID);
  }
  const auto* asked = only_asked(request);
  if (asked == nullptr) return with_error<Response>(ErrorCode::INVALID_REQUEST);
  Response::PartitionSnapshot partition;
  partition.current_leader = {wire(leader()), epoch()};
  partition.snapshot_id = {asked->snapshot_id.end_offset, asked->snapshot_id.epoch};
  partition.error_code = validate_leader_request(asked->current_leader_epoch);
  if (partition.error_code != ErrorCode::NONE) return answer(std::move(partition));
  const SnapshotId id{Offset(asked->snapshot_id.end_offset), asked->snapshot_id.epoch};
  const auto known = std::find_if(snapshots_.begin(), snapshots_.end(),
                                  [&](const SnapshotFile& s) { return s.id == id; });
  const auto bytes = known == snapshots_.end() ? Result<Bytes>(Error{ErrorKind::NotFound, ""})
                                               : read_snapshot_file(env.disk, id);
  if (!bytes.ok()) {
    partition.error_code = ErrorCode::SNAPSHOT_NOT_FOUND;
    return answer(std::move(partition));
  }
  const auto size = static_cast<std::int64_t>(bytes->size());
  if (asked->position < 0 || asked->position >= size) {
    partition.error_code = ErrorCode::POSITION_OUT_OF_RANGE;
    return answer(std::move(partition));
  }
  note_life(env, NodeId(request.replica_id));
  const std::int64_t length =
      std::min<std::int64_t>(size - asked->position, std::max(request.max_bytes, 1));
  partition.size = size;
  partition.position = asked->position;
  partition.unaligned_records =
      Blob(Bytes(bytes->begin() + asked->position, bytes->begin() + asked->position + length));
  return answer(std::move(partition));
}

// ---- a follower or observer takes one ---------------------------------------------------------

void KafkaRaftClient::begin_download(env::Env& env, const SnapshotId& id) {
  // Never back: what we have committed is more than that.
  if (id.end < high_watermark_) return;
  if (!check(begin_part(env, id))) return;
  download_ = SnapshotDownload{id, 0, 0};
  env.events.emit(env.node, event::SnapshotFetchStarted{*leader(), id.end, id.epoch});
}

void KafkaRaftClient::send_fetch_snapshot(env::Env& env, NodeId to) {
  if (!is_ready(env, to)) return;
  Request message;
  message.cluster_id = config_.cluster_id;
  message.replica_id = config_.node.value();
  message.max_bytes = static_cast<std::int32_t>(config_.snapshot_piece_bytes);
  Request::PartitionSnapshot partition;
  partition.current_leader_epoch = epoch();
  partition.snapshot_id = {download_->id.end.value(), download_->id.epoch};
  partition.position = download_->position;
  partition.replica_directory_id = config_.directory_id;
  message.topics.push_back({kClusterMetadataTopic, {partition}});
  request(env, to, message);
}

KafkaRaftClient::Outcome KafkaRaftClient::on_fetch_snapshot_response(env::Env& env,
                                                                     const Response& response) {
  const bool usable = response.error_code == ErrorCode::NONE && response.topics.size() == 1 &&
                      response.topics[0].partitions.size() == 1;
  if (!usable) return Outcome::BackOff;
  const Response::PartitionSnapshot& piece = response.topics[0].partitions[0];
  if (auto done = handle_common(env, piece.error_code, piece.current_leader.leader_id,
                                piece.current_leader.leader_epoch)) {
    return *done;
  }
  if (!download_) return Outcome::Ok;
  if (piece.error_code == ErrorCode::SNAPSHOT_NOT_FOUND ||
      piece.error_code == ErrorCode::POSITION_OUT_OF_RANGE) {
    // The leader has a newer one by now. The next fetch will name it.
    download_.reset();
    return Outcome::Ok;
  }
  if (piece.error_code != ErrorCode::NONE) return Outcome::BackOff;
  return take_piece(env, piece);
}

KafkaRaftClient::Outcome KafkaRaftClient::take_piece(env::Env& env,
                                                     const Response::PartitionSnapshot& piece) {
  const SnapshotId id{Offset(piece.snapshot_id.end_offset), piece.snapshot_id.epoch};
  if (id != download_->id || piece.position != download_->position ||
      piece.unaligned_records.empty()) {
    download_.reset();
    return Outcome::BackOff;
  }
  if (!check(append_to_part(env, id, piece.unaligned_records))) return Outcome::BackOff;
  download_->position += static_cast<std::int64_t>(piece.unaligned_records.size());
  download_->size = piece.size;
  env.events.emit(env.node,
                  event::SnapshotPieceFetched{id.end, download_->position, download_->size});
  if (FollowerState* follower = quorum_.as<FollowerState>()) {
    follower->has_fetched = true;
    set_election_timer(env, config_.fetch_timeout);
  }
  return download_->position < download_->size ? Outcome::Ok : finish_download(env);
}

KafkaRaftClient::Outcome KafkaRaftClient::finish_download(env::Env& env) {
  const SnapshotDownload done = *std::exchange(download_, std::nullopt);
  if (const auto finished = finish_part(env, done.id); !finished.ok()) {
    // Bytes that got damaged on the way are not ours to die of.
    if (finished.error().kind != ErrorKind::Corrupt) fail(finished.error());
    return Outcome::BackOff;
  }
  const auto bytes = read_snapshot_file(env.disk, done.id);
  const auto contents =
      bytes.ok() ? decode_snapshot(*bytes) : Result<SnapshotContents>(bytes.error());
  if (!contents.ok()) {
    fail(contents.error());
    return Outcome::BackOff;
  }
  // It may be one that we had; Kafka keeps them in a map, which sees to it by itself.
  const auto at = std::find_if(snapshots_.begin(), snapshots_.end(),
                               [&](const SnapshotFile& s) { return !(s.id < done.id); });
  const SnapshotFile file{done.id, done.size, contents->last_timestamp_ms};
  if (at != snapshots_.end() && at->id == done.id)
    *at = file;
  else
    snapshots_.insert(at, file);
  if (!check(delete_all_before(env, done.id))) return Outcome::BackOff;
  env.events.emit(env.node, event::SnapshotInstalled{done.id.end, done.id.epoch});
  advance_high_watermark(env, done.id.end);
  if (contents->voters) {
    history_.restart(*contents->voters);
    history_.set_kraft_version(contents->kraft_version);
    voters_changed(env);
  }
  return Outcome::Ok;
}

}  // namespace kscope::raft
