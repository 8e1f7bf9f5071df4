// TimeIndex: from a timestamp to an offset, sparsely.
//
// Record timestamps are chosen by producers and may go backwards, yet "where does 14:00 begin?"
// must have one answer. So an entry says: up to and including `offset`, nothing is newer than
// `timestamp`. The first record at or after a time is then never before the largest entry below
// that time. File format, one entry after another, 12 bytes each, big-endian:
//
//   int64 timestamp         largest seen so far in this segment, Unix milliseconds
//   int32 relative offset   last offset of the batch that had it, minus the segment's base offset
//
// Invariant: timestamps strictly increase, offsets never decrease.
// Called by: log_segment. Kafka: TimeIndex (KIP-33). About the file see index_file.h.
// Read next: storage/log_segment.h
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"
#include "engine/storage/index_file.h"
#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

class TimeIndex {
 public:
  static constexpr std::int64_t kEntrySize = 12;
  static constexpr std::int64_t kNoTimestamp = -1;
  struct Entry {
    std::int64_t timestamp = kNoTimestamp;
    std::int32_t relative_offset = 0;
    bool operator==(const Entry&) const = default;
  };

  TimeIndex() = default;
  TimeIndex(env::FileHandle file, Offset base) : file_(file), base_(base) {}

  /// Maps the file and looks at every entry. Corrupt if it breaks the invariant; the caller
  /// rebuilds it then.
  Result<void> load(env::Disk& disk);

  /// The largest entry with a timestamp <= target; {kNoTimestamp, 0} if there is none.
  Entry lookup(const env::Disk& disk, std::int64_t target_ms, IndexSearch* trace = nullptr) const;
  /// Appends unless `timestamp` is no news. REQUIRES offset >= that of the last entry.
  Result<void> maybe_append(env::Disk& disk, std::int64_t timestamp, Offset offset);
  /// Drops the entries at and after `offset`.
  Result<void> truncate_to(env::Disk& disk, Offset offset);
  Result<void> reset(env::Disk& disk);
  /// For the index of an active segment; `max_bytes`: segment.index.bytes.
  Result<void> preallocate(env::Disk& disk, std::int64_t max_bytes) {
    return file_.preallocate(disk, max_bytes);
  }
  Result<void> trim(env::Disk& disk) { return file_.trim(disk); }

  /// One slot is kept free for the entry that is written when the segment is closed.
  bool is_full(std::int64_t max_bytes) const { return count() >= max_bytes / kEntrySize - 1; }
  /// {kNoTimestamp, 0} if there is none.
  const Entry& last_entry() const { return last_; }
  Offset offset_of(const Entry& entry) const { return base_ + entry.relative_offset; }
  std::int32_t count() const { return file_.count(); }
  std::int64_t bytes() const { return file_.bytes(); }
  /// REQUIRES slot < count().
  Entry entry(const env::Disk& disk, std::int32_t slot) const;
  std::vector<Entry> entries(const env::Disk& disk) const;  ///< for readers and tests
  env::FileHandle file() const { return file_.handle(); }

 private:
  IndexFile<kEntrySize> file_;
  Offset base_;
  Entry last_;
};

}  // namespace kscope::storage
