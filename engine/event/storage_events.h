// Events of one log on one node. `{node}` is the node whose disk it is.
// Emitted by storage/. Read next: event/cleaner_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

enum class RollReason : std::uint8_t { Size, Time, IndexFull, OffsetOverflow, Forced };
const char* to_string(RollReason reason);
enum class TruncateReason : std::uint8_t { DivergingEpoch, HighWatermark, FullyAndRestart, Raft };
const char* to_string(TruncateReason reason);
/// Kafka: LogStartOffsetIncrementReason. Only a truncation below the log start moves it back.
enum class LogStartReason : std::uint8_t { DeleteRecords, Retention, Leader, Truncation, Snapshot };
const char* to_string(LogStartReason reason);
/// Kafka: SegmentDeletionReason.
enum class DeleteReason : std::uint8_t { RetentionMs, RetentionBytes, LogStart };
const char* to_string(DeleteReason reason);

struct LogOpened {
  static constexpr Info kInfo{"LogOpened", Subject::Storage, Weight::Detail,
                              "{node} opens {partition}: offsets {log_start} to {log_end}"};
  PartitionRef partition;
  Offset log_start, log_end;
  void describe(auto&& v) const {
    v("partition", partition); v("log_start", log_start); v("log_end", log_end);
  }
};

/// The log scanned itself after an unclean stop. `bytes_cut` were torn or corrupt.
struct LogRecovered {
  static constexpr Info kInfo{"LogRecovered", Subject::Storage, Weight::Drama,
                              "{node} recovers {partition} from {from}: keeps up to {log_end}, "
                              "cuts {bytes_cut} bytes"};
  PartitionRef partition;
  Offset from, log_end;
  std::int64_t bytes_cut = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("from", from); v("log_end", log_end); v("bytes_cut", bytes_cut);
  }
};

struct BatchAppended {
  static constexpr Info kInfo{"BatchAppended", Subject::Storage, Weight::Detail,
                              "{node} appends {partition} {base}..{last} in epoch {leader_epoch}"};
  PartitionRef partition;
  Offset base, last;  ///< both inclusive; LEO becomes last + 1
  LeaderEpoch leader_epoch;
  std::int32_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("last", last);
    v("leader_epoch", leader_epoch); v("bytes", bytes);
  }
};

struct LeaderEpochStarted {
  static constexpr Info kInfo{"LeaderEpochStarted", Subject::Storage, Weight::Detail,
                              "{node}: {partition} epoch {leader_epoch} starts at {start}"};
  PartitionRef partition;
  LeaderEpoch leader_epoch;
  Offset start;
  void describe(auto&& v) const {
    v("partition", partition); v("leader_epoch", leader_epoch); v("start", start);
  }
};

struct IndexEntryAdded {
  static constexpr Info kInfo{"IndexEntryAdded", Subject::Storage, Weight::Detail,
                              "{node}: index of {partition} maps {offset} to position {position}"};
  PartitionRef partition;
  Offset offset;
  std::int32_t position = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("position", position);
  }
};

struct SegmentRolled {
  static constexpr Info kInfo{"SegmentRolled", Subject::Storage, Weight::Change,
                              "{node} rolls {partition}: new segment at {base} ({reason})"};
  PartitionRef partition;
  Offset base;
  RollReason reason{};
  void describe(auto&& v) const { v("partition", partition); v("base", base); v("reason", reason); }
};

struct LogTruncated {
  static constexpr Info kInfo{"LogTruncated", Subject::Storage, Weight::Drama,
                              "{node} cuts {partition} from LEO {from_end} back to {to_end} "
                              "({reason})"};
  PartitionRef partition;
  Offset from_end, to_end;
  TruncateReason reason{};
  void describe(auto&& v) const {
    v("partition", partition); v("from_end", from_end); v("to_end", to_end); v("reason", reason);
  }
};

struct LogFlushed {
  static constexpr Info kInfo{"LogFlushed", Subject::Storage, Weight::Detail,
                              "{node} flushes {partition} up to {up_to}"};
  PartitionRef partition;
  Offset up_to;  ///< exclusive: the recovery point
  Duration took{};  ///< 0: nothing was left to flush (a log that was opened or thrown away)
  void describe(auto&& v) const {
    v("partition", partition); v("up_to", up_to); v("took", took);
  }
};

struct LogStartAdvanced {
  static constexpr Info kInfo{"LogStartAdvanced", Subject::Storage, Weight::Change,
                              "{node}: {partition} now starts at {to} (was {from}; {reason})"};
  PartitionRef partition;
  Offset from, to;
  LogStartReason reason{};
  void describe(auto&& v) const {
    v("partition", partition); v("from", from); v("to", to); v("reason", reason);
  }
};

/// Retention took a whole segment out of the log. Its files are called .deleted from now on and go
/// when file.delete.delay.ms is over: SegmentFilesRemoved.
struct SegmentDeleted {
  static constexpr Info kInfo{"SegmentDeleted", Subject::Storage, Weight::Change,
                              "{node} deletes segment {base} of {partition}: {bytes} bytes, "
                              "offsets up to {end} ({reason})"};
  PartitionRef partition;
  Offset base, end;  ///< end is exclusive: where the next segment begins
  std::int64_t bytes = 0;  ///< of the .log
  DeleteReason reason{};
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("end", end); v("bytes", bytes);
    v("reason", reason);
  }
};

/// The .deleted files of a segment are gone from the disk. The base offset is that of the name.
struct SegmentFilesRemoved {
  static constexpr Info kInfo{"SegmentFilesRemoved", Subject::Storage, Weight::Detail,
                              "{node} removes the .deleted files of segment {base} of "
                              "{partition}"};
  PartitionRef partition;
  Offset base;
  void describe(auto&& v) const { v("partition", partition); v("base", base); }
};

struct LogDeleted {
  static constexpr Info kInfo{"LogDeleted", Subject::Storage, Weight::Change,
                              "{node} deletes the log of {partition}"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

struct LogDirFailed {
  static constexpr Info kInfo{"LogDirFailed", Subject::Storage, Weight::Drama,
                              "{node} takes its log directory offline after an I/O error"};
  void describe(auto&&) const {}
};

}  // namespace kscope::event
