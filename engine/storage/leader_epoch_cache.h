// LeaderEpochCache: which leader epoch began at which offset.
//
// This small list is what makes truncation safe (KIP-101): two replicas that disagree compare the
// ends of their epochs instead of trusting their high watermarks. It is persisted as
// `leader-epoch-checkpoint` in the partition's directory, a text file:
//   0            version
//   2            number of entries
//   0 0          epoch, start offset
//   3 120
//
// Invariant (A12): strictly increasing in epoch *and* in start offset.
// Called by: unified_log. Kafka: LeaderEpochFileCache, LeaderEpochCheckpointFile.
// Read next: replication/ (who asks for epoch ends)
#pragma once

#include <optional>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace kscope::storage {

struct EpochEntry {
  LeaderEpoch epoch;
  Offset start;
  bool operator==(const EpochEntry&) const = default;
};

class LeaderEpochCache {
 public:
  /// Records that `epoch` starts at `start`. An entry that the new one contradicts (same or later
  /// start offset with a smaller epoch) is dropped, as Kafka does. False if nothing changed.
  bool assign(LeaderEpoch epoch, Offset start);
  /// The largest epoch <= `epoch` and its end: the next entry's start, or `log_end` for the latest.
  struct End { LeaderEpoch epoch; Offset end; };
  std::optional<End> end_for(LeaderEpoch epoch, Offset log_end) const;
  /// The epoch a record at `offset` was written in.
  std::optional<LeaderEpoch> epoch_of(Offset offset) const;
  void truncate_from_end(Offset end);      ///< drops entries that start at or after `end`
  void truncate_from_start(Offset start);  ///< keeps the entry that covers `start`, moved to it
  void clear() { entries_.clear(); }

  std::optional<EpochEntry> latest() const;
  const std::vector<EpochEntry>& entries() const { return entries_; }

  std::string to_checkpoint() const;
  static Result<LeaderEpochCache> from_checkpoint(std::string_view text);
  bool operator==(const LeaderEpochCache&) const = default;

 private:
  std::vector<EpochEntry> entries_;
};

}  // namespace kscope::storage
