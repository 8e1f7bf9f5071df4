#include "viewer/model/quorum_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/time.h"
#include "engine/raft/snapshot_file.h"
#include "viewer/model/quorum_words.h"

namespace kscope::viewer {

namespace {

constexpr int kFramesBetween = 15;  ///< while the cluster runs
constexpr const char* kFolder = "__cluster_metadata-0/";

bool is_up(const cluster::NodeView& node) {
  return node.state == cluster::NodeState::Running || node.state == cluster::NodeState::Paused;
}

std::string label_of(const cluster::NodeView& node) {
  return fmt::format("{}{}", node.has_controller ? "C" : "B", node.id);
}

std::string role_words(event::RaftRole role, Tone& tone) {
  using event::RaftRole;
  tone = Tone::Neutral;
  switch (role) {
    case RaftRole::Leader:
      tone = Tone::Good;
      return "leader";
    case RaftRole::Follower:
      tone = Tone::Busy;
      return "follower";
    case RaftRole::Candidate:
      tone = Tone::Warn;
      return "candidate";
    case RaftRole::Prospective:
      tone = Tone::Warn;
      return "asks first";
    case RaftRole::Resigned:
      tone = Tone::Warn;
      return "resigned";
    case RaftRole::Observer:
      return "observer";
    case RaftRole::Unattached:
      break;
  }
  return "no leader known";
}

const cluster::NodeView* leader_of(const cluster::Snapshot& snapshot) {
  const cluster::NodeView* leader = nullptr;
  for (const cluster::NodeView& node : snapshot.nodes) {
    if (!is_up(node) || node.quorum.role != event::RaftRole::Leader) continue;
    if (leader == nullptr || node.quorum.epoch > leader->quorum.epoch) leader = &node;
  }
  return leader;
}

std::vector<VoteDot> dots_of(const cluster::NodeView& node) {
  std::vector<VoteDot> dots;
  const bool asks = node.quorum.role == event::RaftRole::Candidate ||
                    node.quorum.role == event::RaftRole::Prospective;
  if (!asks) return dots;
  for (const std::int32_t voter : node.quorum_detail.voters) {
    const auto vote = node.quorum.votes.find(voter);
    dots.push_back({voter, vote == node.quorum.votes.end() ? VoteState::Pending
                           : vote->second                  ? VoteState::Granted
                                                           : VoteState::Refused});
  }
  return dots;
}

std::string ago(Instant now, const std::optional<Instant>& then) {
  return then ? format_duration(now - *then) + " ago" : std::string("not yet");
}

std::string progress_of(const cluster::Snapshot& snapshot, const cluster::NodeView* leader,
                        const cluster::NodeView& node) {
  if (leader == nullptr) return "";
  for (const cluster::MemberView& m : leader->quorum_detail.members) {
    if (m.node != node.id) continue;
    if (node.id == leader->id) return fmt::format("log ends at {}", node.quorum.log_end);
    if (m.log_end < 0) return "has not fetched in this epoch";
    const std::int64_t behind = std::max<std::int64_t>(leader->quorum.log_end - m.log_end, 0);
    const std::string lag = behind == 0   ? std::string("caught up")
                            : behind == 1 ? std::string("1 record behind")
                                          : fmt::format("{} records behind", behind);
    return fmt::format("{} · fetched {}", lag, ago(snapshot.now, m.last_fetch));
  }
  return "";
}

}  // namespace

void QuorumDesk::refresh(Machine& machine, std::uint64_t version, bool running) {
  if (version == version_ && version != 0) return;
  // Reading and folding the log for every picture of a running cluster would be felt.
  if (running && version_ != 0 && ++refreshed_ago_ < kFramesBetween) {
    build_members(machine.snapshot());
    return;
  }
  refreshed_ago_ = 0;
  version_ = version;
  build_members(machine.snapshot());
  build_summary(machine.snapshot());
  read_log(machine);
}

void QuorumDesk::build_members(const cluster::Snapshot& snapshot) {
  members_.clear();
  const cluster::NodeView* leader = leader_of(snapshot);
  window_end_ = 1;
  window_start_ = INT64_MAX;
  for (const cluster::NodeView& node : snapshot.nodes) {
    QuorumMemberRow row;
    row.node = node.id;
    row.label = label_of(node);
    row.up = is_up(node);
    row.voter = node.quorum.is_voter;
    if (!row.up) {
      row.role = node.state == cluster::NodeState::Crashed ? "crashed" : "not running";
      row.tone = Tone::Bad;
      row.standing = row.voter ? "a voter" : "";
      members_.push_back(std::move(row));
      continue;
    }
    row.role = role_words(node.quorum.role, row.tone);
    row.standing = fmt::format("epoch {}", node.quorum.epoch);
    if (node.quorum.voted_for >= 0) {
      row.standing += fmt::format(" · voted for C{}", node.quorum.voted_for);
    }
    row.progress = progress_of(snapshot, leader, node);
    row.votes = dots_of(node);
    row.log_start = node.quorum_detail.log_start;
    row.log_end = node.quorum.log_end;
    row.high_watermark = node.quorum.high_watermark;
    for (const auto& s : node.quorum_detail.snapshots) row.snapshots.push_back(s.end);
    row.download = node.quorum_detail.download_position;
    row.download_size = node.quorum_detail.download_size;
    if (node.quorum.election_deadline && node.quorum.election_timeout.count() > 0) {
      const Duration left = std::max(*node.quorum.election_deadline - snapshot.now, Duration{0});
      row.timer = std::min(1.0f, static_cast<float>(left.count()) /
                                     static_cast<float>(node.quorum.election_timeout.count()));
      row.timer_text = "stands for election in " + format_duration(left);
    }
    window_start_ = std::min(window_start_, row.log_start);
    window_end_ = std::max(window_end_, row.log_end);
    members_.push_back(std::move(row));
  }
  window_start_ = std::min(window_start_, window_end_ - 1);
  std::stable_sort(
      members_.begin(), members_.end(),
      [](const QuorumMemberRow& a, const QuorumMemberRow& b) { return a.voter && !b.voter; });
}

void QuorumDesk::build_summary(const cluster::Snapshot& snapshot) {
  const cluster::NodeView* leader = leader_of(snapshot);
  std::int32_t epoch = 0;
  std::int64_t committed = 0;
  for (const cluster::NodeView& node : snapshot.nodes) {
    if (!is_up(node)) continue;
    epoch = std::max(epoch, node.quorum.epoch);
    committed = std::max(committed, node.quorum.high_watermark);
  }
  summary_ = leader == nullptr
                 ? fmt::format("nobody leads · the newest epoch is {}", epoch)
                 : fmt::format("C{} leads epoch {}", leader->id, leader->quorum.epoch);
  if (leader != nullptr && epoch > leader->quorum.epoch) {
    summary_ += fmt::format(" · somebody is in epoch {} already", epoch);
  }
  summary_ += fmt::format(" · {} records committed", committed);
  std::size_t count = 0;
  for (const QuorumMemberRow& m : members_) count += m.voter ? 1 : 0;
  voters_ = fmt::format("{} voters, {} make a majority; {} observers", count, count / 2 + 1,
                        members_.size() - count);
  const cluster::NodeView* asked = snapshot.node(chosen_);
  if (asked != nullptr)
    shown_ = chosen_;
  else if (leader != nullptr)
    shown_ = leader->id;
  if (snapshot.node(shown_) == nullptr && !members_.empty()) shown_ = members_.front().node;
}

namespace {

/// The image that the log goes on from, and what there is to say about it.
metadata::MetadataImage image_of_snapshot(Machine& machine, std::int32_t node,
                                          const std::string& path, std::string& words) {
  metadata::MetadataImage image;
  const auto id = raft::parse_snapshot_file_name(path.substr(std::string(kFolder).size()));
  const auto bytes = machine.stored_bytes(node, path);
  if (!id || !bytes.ok() || id->end == Offset(0)) return image;
  const auto contents = raft::decode_snapshot(*bytes);
  if (!contents.ok()) return image;
  for (const Bytes& value : contents->records) {
    const auto record = protocol::decode_record(value);
    if (record.ok()) image.apply_from_snapshot(*record, id->end - 1);
  }
  image.advance_to(id->end);
  words = fmt::format(
      "Snapshot up to {}, epoch {}: {} records, {} bytes, stand for everything before it",
      id->end.value(), id->epoch, contents->records.size(), bytes->size());
  return image;
}

void read_batch(const record::BatchHeader& header, ByteView bytes, std::int64_t committed,
                metadata::MetadataImage& image, std::vector<QuorumLogRow>& rows) {
  const auto records = record::read_records(bytes);
  if (!records.ok()) return;
  bool first = true;
  for (const record::Record& r : *records) {
    QuorumLogRow row;
    row.offset = r.offset;
    row.epoch = header.partition_leader_epoch;
    row.committed = r.offset < committed;
    row.control = header.is_control();
    row.starts_batch = std::exchange(first, false);
    if (row.control) {
      row.words = words_of_control(r);
    } else if (const auto record = protocol::decode_record(r.value.value_or(Bytes()));
               record.ok()) {
      row.words = words_of(image, *record);
      if (Offset(r.offset) >= image.offset()) image.apply(*record, Offset(r.offset));
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace

void QuorumDesk::read_log(Machine& machine) {
  rows_.clear();
  log_problem_.clear();
  snapshot_words_.clear();
  rows_before_ = 0;
  const cluster::NodeView* node = machine.snapshot().node(shown_);
  const std::int64_t committed = node != nullptr && is_up(*node) ? node->quorum.high_watermark : 0;
  const std::int64_t start = node != nullptr ? node->quorum_detail.log_start : 0;
  metadata::MetadataImage image;
  std::vector<std::string> segments;
  for (const StoredFile& file : machine.stored_files(shown_)) {
    if (!file.path.starts_with(kFolder)) continue;
    if (file.path.ends_with(".log")) segments.push_back(file.path);
    const bool snapshot = file.path.ends_with(".checkpoint");
    // The oldest one is where the log begins; the files are in the order of their offsets.
    if (snapshot && snapshot_words_.empty() && start > 0) {
      image = image_of_snapshot(machine, shown_, file.path, snapshot_words_);
    }
  }
  std::vector<QuorumLogRow> all;
  for (const std::string& path : segments) {
    const auto bytes = machine.stored_bytes(shown_, path);
    const auto headers = bytes.ok() ? record::split_batches(*bytes)
                                    : Result<std::vector<record::BatchHeader>>(bytes.error());
    if (!headers.ok()) {
      log_problem_ = headers.error().message;
      return;
    }
    std::size_t at = 0;
    for (const record::BatchHeader& header : *headers) {
      const ByteView batch = ByteView(*bytes).subspan(at, header.size_in_bytes());
      at += header.size_in_bytes();
      if (header.last_offset() >= start) read_batch(header, batch, committed, image, all);
    }
  }
  rows_before_ = static_cast<std::int64_t>(all.size() - std::min(all.size(), kRows));
  for (auto it = all.rbegin(); it != all.rend() && rows_.size() < kRows; ++it) {
    rows_.push_back(std::move(*it));
  }
  if (rows_.empty()) log_problem_ = "There is nothing in this log yet.";
}

}  // namespace kscope::viewer
