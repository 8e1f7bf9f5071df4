// OffsetIndex: from an offset to a place in the segment file, sparsely.
//
// An entry is written about every index.interval.bytes (4096), so a look-up finds the largest entry
// at or below the target by binary search and then reads batch headers from there: the index is
// kept small and the scan short. File format, one entry after another, 8 bytes each, big-endian:
//
//   int32 relative offset   last offset of the batch, minus the segment's base offset
//   int32 position          where that batch begins in the .log
//
// The entry names the *last* offset of the batch it points at, so "entry <= target" never skips the
// target. Relative offsets keep an entry at 8 bytes and limit a segment to 2^31 - 1 offsets.
//
// Invariant: relative offsets strictly increase, positions strictly increase, none is negative.
// Called by: log_segment. Kafka: OffsetIndex, AbstractIndex. As there the entries are in a mapped
// file and nowhere else (storage/index_file.h); only the last one is remembered.
// Read next: storage/index_file.h, storage/time_index.h
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"
#include "engine/storage/index_file.h"
#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

class OffsetIndex {
 public:
  static constexpr std::int64_t kEntrySize = 8;
  struct Entry {
    std::int32_t relative_offset = 0;
    std::int32_t position = 0;
    bool operator==(const Entry&) const = default;
  };

  OffsetIndex() = default;
  OffsetIndex(env::FileHandle file, Offset base) : file_(file), base_(base) {}

  /// Maps the file and looks at every entry. Corrupt if it breaks the invariant, as one does that
  /// a crash has left with its preallocated zeroes; the caller rebuilds it then.
  Result<void> load(env::Disk& disk);

  /// The position to scan from for `target`: that of the largest entry <= target, or 0.
  std::int32_t lookup(const env::Disk& disk, Offset target, IndexSearch* trace = nullptr) const;
  /// REQUIRES last_offset is beyond the last entry and can be expressed (see can_hold).
  Result<void> append(env::Disk& disk, Offset last_offset, std::int32_t position);
  /// Drops the entries at and after `offset`.
  Result<void> truncate_to(env::Disk& disk, Offset offset);
  Result<void> reset(env::Disk& disk);
  /// For the index of an active segment; `max_bytes`: segment.index.bytes.
  Result<void> preallocate(env::Disk& disk, std::int64_t max_bytes) {
    return file_.preallocate(disk, max_bytes);
  }
  Result<void> trim(env::Disk& disk) { return file_.trim(disk); }

  /// True if `offset` lies within 2^31 - 1 of the base offset.
  bool can_hold(Offset offset) const;
  bool is_full(std::int64_t max_bytes) const { return count() >= max_bytes / kEntrySize; }
  /// Offset of the last entry; the base offset if there is none.
  Offset last_offset() const { return offset_of(last_); }
  /// {0, 0} if there is none.
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
