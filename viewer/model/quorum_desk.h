// QuorumDesk: the screen "Quorum" as data.
//
// Who plays which role in which epoch, whom they voted for, how long until they lose patience;
// every member's log over one window of offsets, so that what is committed and who lags behind can
// be seen at a glance; and the log itself, each record with what it changed.
//
// The log is read from the disk of one member: the one that was chosen, or who leads. Its records
// are folded on the way, from the snapshot that the log begins behind.
//
// Invariant: built from the machine at version(); plain data, no pixels.
//
// Owned by: panels/ui.h. Drawn by: panels/quorum_panel. Read next: model/quorum_words.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/model/cluster_view.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

struct QuorumMemberRow {
  std::int32_t node = 0;
  std::string label;     ///< "C4"; "B1" for a broker that only observes
  std::string role;      ///< "leader", "follower", "crashed"
  std::string standing;  ///< "epoch 3 · voted for C5"
  std::string progress;  ///< "12 records behind · fetched 0.3 s ago"
  Tone tone = Tone::Neutral;
  bool up = false, voter = false;
  std::optional<float> timer;  ///< share of the election timeout that is left
  std::string timer_text;
  std::vector<VoteDot> votes;
  std::int64_t log_start = 0, log_end = 0, high_watermark = 0;
  std::vector<std::int64_t> snapshots;  ///< ends
  std::int64_t download = -1;           ///< bytes of a snapshot that is on its way; -1: none
  std::int64_t download_size = 0;
};

struct QuorumLogRow {
  std::int64_t offset = 0;
  std::int32_t epoch = 0;
  bool committed = false, control = false;
  bool starts_batch = false;  ///< records of one batch are one decision
  std::string words;
};

class QuorumDesk {
 public:
  void refresh(Machine& machine, std::uint64_t version, bool running);
  /// Whose log is read; -1: who leads.
  void choose(std::int32_t node) {
    chosen_ = node;
    version_ = 0;
  }
  std::int32_t shown() const { return shown_; }

  const std::string& summary() const { return summary_; }
  const std::string& voters() const { return voters_; }
  const std::vector<QuorumMemberRow>& members() const { return members_; }
  /// Newest first; at most kRows.
  const std::vector<QuorumLogRow>& rows() const { return rows_; }
  const std::string& log_problem() const { return log_problem_; }
  std::int64_t rows_before() const { return rows_before_; }  ///< in the log, not in rows()
  /// "snapshot up to 107, epoch 3 (2.1 kB) stands for everything before the log"; may be empty.
  const std::string& snapshot_words() const { return snapshot_words_; }
  std::int64_t window_start() const { return window_start_; }
  std::int64_t window_end() const { return window_end_; }
  static constexpr std::size_t kRows = 80;

 private:
  void build_members(const cluster::Snapshot& snapshot);
  void build_summary(const cluster::Snapshot& snapshot);
  void read_log(Machine& machine);

  std::uint64_t version_ = 0;
  int refreshed_ago_ = 0;
  std::int32_t chosen_ = -1, shown_ = -1;
  std::string summary_, voters_, log_problem_, snapshot_words_;
  std::vector<QuorumMemberRow> members_;
  std::vector<QuorumLogRow> rows_;
  std::int64_t rows_before_ = 0, window_start_ = 0, window_end_ = 1;
};

}  // namespace kscope::viewer
