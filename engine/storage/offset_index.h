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
// Called by: log_segment. Kafka: OffsetIndex, AbstractIndex. Real Kafka maps the file into memory,
// preallocated to segment.index.bytes and trimmed when the segment is closed; here the entries are
// kept in a vector and appended to the file, which therefore always has its true size.
// Read next: storage/time_index.h
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"
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

  /// Reads the entries. Corrupt if the file breaks the invariant; the caller rebuilds it then.
  Result<void> load(const env::Disk& disk);

  /// The position to scan from for `target`: that of the largest entry <= target, or 0.
  std::int32_t lookup(Offset target, IndexSearch* trace = nullptr) const;
  /// REQUIRES last_offset is beyond the last entry and can be expressed (see can_hold).
  Result<void> append(env::Disk& disk, Offset last_offset, std::int32_t position);
  /// Drops the entries at and after `offset`.
  Result<void> truncate_to(env::Disk& disk, Offset offset);
  Result<void> reset(env::Disk& disk);

  /// True if `offset` lies within 2^31 - 1 of the base offset.
  bool can_hold(Offset offset) const;
  /// `max_bytes`: segment.index.bytes.
  bool is_full(std::int64_t max_bytes) const {
    return static_cast<std::int64_t>(entries_.size()) >= max_bytes / kEntrySize;
  }
  /// Offset of the last entry; the base offset if there is none.
  Offset last_offset() const;
  Offset offset_of(const Entry& entry) const { return base_ + entry.relative_offset; }
  const std::vector<Entry>& entries() const { return entries_; }
  env::FileHandle file() const { return file_; }

 private:
  env::FileHandle file_ = 0;
  Offset base_;
  std::vector<Entry> entries_;
};

}  // namespace kscope::storage
