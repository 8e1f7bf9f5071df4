// Events of the log cleaner: one pass over one log, step by step.
//
// The order of one pass: CleanStarted, OffsetMapBuilt, then for each group of segments
// SegmentGroupCleaned (the .cleaned files are whole) and SegmentsSwapped (they have taken the place
// of the old ones), and CleanFinished. A pass that fails ends in PartitionUncleanable instead.
//
// Emitted by storage/. Kafka: CleanerStats, LogCleaner.recordStats.
// Read next: event/raft_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// [first_dirty, first_uncleanable) will be read for keys; everything before the latter is cleaned.
struct CleanStarted {
  static constexpr Info kInfo{"CleanStarted", Subject::Storage, Weight::Change,
                              "{node} starts to clean {partition}: {dirty_bytes} bytes in offsets "
                              "{first_dirty} to {first_uncleanable} are dirty, {clean_bytes} bytes "
                              "before them clean"};
  PartitionRef partition;
  Offset first_dirty, first_uncleanable;
  std::int64_t dirty_bytes = 0, clean_bytes = 0;
  bool overdue = false;  ///< chosen for max.compaction.lag.ms, not for its dirty ratio
  void describe(auto&& v) const {
    v("partition", partition); v("first_dirty", first_dirty);
    v("first_uncleanable", first_uncleanable); v("dirty_bytes", dirty_bytes);
    v("clean_bytes", clean_bytes); v("overdue", overdue);
  }
};

/// The newest offset of each key in [from, to) is known now. `to` may fall short of what is
/// cleanable when the map is full; the rest has to wait for the next pass.
struct OffsetMapBuilt {
  static constexpr Info kInfo{"OffsetMapBuilt", Subject::Storage, Weight::Change,
                              "{node} maps {keys} keys of {partition} in offsets {from} to {to} "
                              "(room for {capacity})"};
  PartitionRef partition;
  Offset from, to;
  std::int64_t keys = 0, capacity = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("from", from); v("to", to); v("keys", keys);
    v("capacity", capacity);
  }
};

/// A group of segments was copied into one .cleaned segment without what is no longer needed.
struct SegmentGroupCleaned {
  static constexpr Info kInfo{"SegmentGroupCleaned", Subject::Storage, Weight::Change,
                              "{node} cleans {segments} segments of {partition} from {base} to "
                              "{end}: {records_before} records become {records_after}, "
                              "{bytes_before} bytes become {bytes_after}"};
  PartitionRef partition;
  Offset base, end;  ///< end is exclusive: where the first segment after the group begins
  std::int32_t segments = 0;
  std::int32_t records_before = 0, records_after = 0;
  std::int64_t bytes_before = 0, bytes_after = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("end", end); v("segments", segments);
    v("records_before", records_before); v("records_after", records_after);
    v("bytes_before", bytes_before); v("bytes_after", bytes_after);
  }
};

/// The cleaned segment took the place of the group; the old files are called .deleted now.
struct SegmentsSwapped {
  static constexpr Info kInfo{"SegmentsSwapped", Subject::Storage, Weight::Change,
                              "{node} swaps {replaced} segments of {partition} from {base} to "
                              "{end} for one of {bytes} bytes"};
  PartitionRef partition;
  Offset base, end;
  std::int32_t replaced = 0;
  std::int64_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("end", end); v("replaced", replaced);
    v("bytes", bytes);
  }
};

/// The pass is over and cleaner-offset-checkpoint says so: the next one begins at `to`.
struct CleanFinished {
  static constexpr Info kInfo{"CleanFinished", Subject::Storage, Weight::Change,
                              "{node} has cleaned {partition} up to {to}: {records_before} records "
                              "became {records_after}, {bytes_before} bytes became {bytes_after}; "
                              "{tombstones_removed} tombstones went"};
  PartitionRef partition;
  Offset to;
  std::int32_t records_before = 0, records_after = 0, tombstones_removed = 0;
  std::int64_t bytes_before = 0, bytes_after = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("to", to); v("records_before", records_before);
    v("records_after", records_after); v("tombstones_removed", tombstones_removed);
    v("bytes_before", bytes_before); v("bytes_after", bytes_after);
  }
};

/// The cleaner met something in this log that it cannot get past, and leaves it alone until the
/// broker restarts.
struct PartitionUncleanable {
  static constexpr Info kInfo{"PartitionUncleanable", Subject::Storage, Weight::Drama,
                              "{node} cannot clean {partition} and will not try again"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

}  // namespace kscope::event
