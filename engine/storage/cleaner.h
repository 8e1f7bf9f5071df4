// Cleaner: one pass over one log.
//
// Compaction keeps, of all records with the same key, the newest. A pass has three parts:
//
//   1. read the dirty part of the log, from the first dirty offset on, and note the newest offset
//      of each key (OffsetMap)
//   2. cut everything from the beginning to the end of what was read into groups of segments that
//      together are no larger than one segment may be
//   3. copy each group into one new segment, batch by batch, leaving out what is superseded
//      (BatchFilter), and swap it for the group
//
//      clean                    dirty              active: never touched
//   |-------- 0 --------|--- 100 ---|--- 180 ---|--- 240 …
//    \____ one group ____/ \____ one group ____/
//
// So K1:V1 K2:V2 K1:V3 K3:V4 K2:V5 becomes K1:V3 K3:V4 K2:V5, at offsets 2, 3 and 4: what is left
// keeps its offset and its order, and the offsets in between are simply not there any more.
//
// Everything that is written is flushed before it takes the place of anything.
//
// Called by: log_cleaner. Kafka: Cleaner. Differences: the whole pass happens in one call, so that
// nothing has to pause or abort it; there is no throttle (log.cleaner.io.max.bytes.per.second).
// Read next: storage/log_cleaner.h
#pragma once

#include <vector>

#include "engine/storage/batch_filter.h"
#include "engine/storage/log_config.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

/// What is to be cleaned in a log, and how much of it. Kafka: LogToClean.
struct LogToClean {
  TopicPartition partition;
  Offset first_dirty;
  Offset first_uncleanable;  ///< a segment's base offset
  std::int64_t clean_bytes = 0;
  std::int64_t dirty_bytes = 0;
  bool overdue = false;  ///< max.compaction.lag.ms has passed for something in it
  std::int64_t total_bytes() const { return clean_bytes + dirty_bytes; }
  double dirty_ratio() const {
    return static_cast<double>(dirty_bytes) / static_cast<double>(total_bytes());
  }
};

class Cleaner {
 public:
  Cleaner(const CleanerConfig& config, env::Env& env, UnifiedLog& log)
      : config_(config), env_(env), log_(log) {}

  /// Returns the offset up to which the log is clean now. Corrupt: the log holds something that
  /// cannot be read, and is as it was but for the groups that were swapped already.
  Result<Offset> clean(const LogToClean& cleanable);

  /// How many of the segments before `end` go into each group. Kafka: groupSegmentsBySize.
  static std::vector<std::size_t> group_segments(const std::vector<LogSegment>& segments,
                                                 const LogConfig& config, Offset end,
                                                 Offset first_uncleanable);

 private:
  Result<void> build_offset_map(const LogToClean& cleanable, const ProducerScan& producers,
                                OffsetMap& map) const;
  Result<bool> map_segment(const LogSegment& segment, Offset next_segment, Offset start,
                           CleanedTransactions& txns, OffsetMap& map) const;
  Result<bool> map_batch(const record::BatchHeader& header, ByteView batch, Offset start,
                         OffsetMap& map) const;
  Result<void> clean_group(std::size_t first, std::size_t count, BatchFilter& filter,
                           const CleanedTransactions& transactions, CleanCounts& total);
  Result<void> copy(const LogSegment& from, Offset next_segment, LogSegment& to,
                    BatchFilter& filter, CleanCounts& counts);
  Result<void> append(LogSegment& to, const Bytes& bytes);

  const CleanerConfig& config_;
  env::Env& env_;
  UnifiedLog& log_;
};

}  // namespace kscope::storage
