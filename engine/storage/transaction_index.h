// TransactionIndex: the aborted transactions that ended in a segment.
//
// Records of aborted transactions stay in the log; it is the consumer that drops them. To be able
// to, it is told with each fetch which producers' transactions were aborted in the range it gets.
// This file answers that. It is made when the first transaction aborts in the segment and has only
// aborted ones: with luck there is no such file at all. Entries of 34 bytes, big-endian:
//
//   int16 version = 0
//   int64 producer id
//   int64 first offset        of the transaction: may lie in an earlier segment
//   int64 last offset         of its marker
//   int64 last stable offset  as it was after the marker: a search for aborted transactions below
//                             some offset can stop at the first entry whose LSO has reached it
//
// Invariant: last offsets strictly increase.
// Called by: log_segment. Kafka: TransactionIndex, AbortedTxn. KIP-98.
// Read next: storage/producer_state_manager.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"

namespace kscope::storage {

struct AbortedTxn {
  std::int64_t producer_id = -1;
  Offset first, last;
  Offset last_stable;
  bool operator==(const AbortedTxn&) const = default;
};

class TransactionIndex {
 public:
  static constexpr std::int64_t kEntrySize = 34;

  /// Reads the entries, if there is such a file. Corrupt if they break the invariant, or if one
  /// ends before `base`: the segment has to be recovered then.
  Result<void> load(env::Disk& disk, const std::string& path, Offset base);
  /// Creates the file if this is the first. REQUIRES txn.last is beyond that of the last entry.
  Result<void> append(env::Disk& disk, const std::string& path, const AbortedTxn& txn);
  /// Drops the entries whose marker is at or after `offset`.
  Result<void> truncate_to(env::Disk& disk, Offset offset);
  Result<void> flush(env::Disk& disk);
  void close(env::Disk& disk);

  /// What overlaps with [from, end), in order. True: an entry's LSO has reached `end`, so there is
  /// nothing to look for in later segments.
  bool collect(Offset from, Offset end, std::vector<AbortedTxn>& into) const;
  const std::vector<AbortedTxn>& entries() const { return entries_; }

  static Bytes encode(const AbortedTxn& txn);
  /// All entries of a file; Corrupt, naming the byte position.
  static Result<std::vector<AbortedTxn>> decode(ByteView bytes, Offset base);

 private:
  std::optional<env::FileHandle> file_;  // nothing while there is no file
  std::vector<AbortedTxn> entries_;
};

}  // namespace kscope::storage
