// LogLoader: from the files of a directory to a log that can be trusted.
//
// After a clean stop everything is as it was left and only the end of the last segment is looked
// up. After anything else the page cache may have lost bytes that the process had written, so every
// segment from the recovery point on is read, batch by batch, until the first one that is torn or
// whose CRC is wrong. There the log ends: what follows is cut, later segments are removed, the
// indexes, the epoch cache and the state of the producers are rebuilt from what is left.
//
// Before that, what an interrupted deletion or cleaning left behind is cleared away or completed,
// see log_loader_sweep.cc.
//
// Invariants: F1 (a CRC-valid, batch-aligned prefix, not shorter than what was flushed), F2
// (running it twice changes nothing), F3 (the epochs are those of the log).
//
// Called by: UnifiedLog::open. Kafka: LogLoader, LogSegment.recover. Differences: if an index is
// missing or unsound its segment is scanned and a cut there also removes everything behind it;
// Kafka keeps later segments in that case and with them a hole. A leader-epoch-checkpoint that
// cannot be read is rebuilt by scanning the whole log, where Kafka takes the directory offline.
// Read next: storage/log_segment_recovery.cc
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/storage/unified_log.h"

namespace kscope::storage {

/// Removes a directory, the files in it included. Directories of logs have no directories in them.
Result<void> remove_directory_tree(env::Disk& disk, const std::string& path);

class LogLoader {
 public:
  struct Checkpoints {
    Offset recovery_point;
    Offset log_start;
    bool clean = false;
  };

  LogLoader(env::Env& env, const TopicPartition& partition, const LogConfig& config);
  Result<UnifiedLog> load(const Checkpoints& checkpoints);

 private:
  Result<void> make_directory();
  // log_loader_sweep.cc
  Result<std::vector<Offset>> sweep_directory();
  Result<void> finish_swaps();
  Result<void> remove_file(std::string_view name);
  Result<Offset> end_of_swapped(std::string_view name, Offset base);
  Result<void> load_epochs();
  Result<void> open_segments(const std::vector<Offset>& bases);
  Result<void> recover_segments(const Checkpoints& checkpoints);
  bool needs_recovery(std::size_t segment, const Checkpoints& checkpoints) const;
  Result<void> recover_segment(std::size_t segment);
  Result<void> find_end();
  Result<void> start_afresh_if_needed(Offset log_start);
  Result<void> regain_epochs(Offset log_start);
  Result<void> settle_epochs(Offset log_start);
  Result<void> load_producers(bool clean);
  void announce(const Checkpoints& checkpoints);

  env::Env& env_;
  UnifiedLog log_;
  LeaderEpochCache stored_epochs_;   // as the checkpoint file has them
  bool epochs_unusable_ = false;
  bool is_new_ = false;
  std::set<Offset> unsound_;         // segments whose index files cannot be used
  std::optional<Offset> scanned_from_;
  std::optional<Offset> scanned_end_;  // if the last segment was scanned
  std::int64_t bytes_cut_ = 0;
};

}  // namespace kscope::storage
