// LogCensus: which records a log held before something happened to it, and which it holds after.
//
// Retention deletes whole segments, DeleteRecords moves the log start, the cleaner keeps the last
// record of every key, a truncation cuts the end. All of them are seen best by counting: every
// record of the log's files before the event, with its key, against those after. Both sides are
// read from the bytes on the disk, with the engine's own batch reader.
//
// Invariants: rows are ordered by offset; `after` is the moment shown, or the item that did it.
//
// Called by: panels/log_history. Kafka: UnifiedLog.deleteOldSegments, LogCleaner.
// Read next: model/log_view.h
#pragma once

#include <string>
#include <vector>

#include "viewer/session/machine.h"

namespace kscope::viewer {

enum class Fate : std::uint8_t {
  Kept,
  Removed,  ///< there before, gone after
  Added,    ///< not there before
};

struct CensusRow {
  std::int64_t offset = 0;
  std::string key;         ///< "K1"; "-" for a record without one
  std::string value;       ///< a short preview
  bool tombstone = false;  ///< null value: deletes its key when the log is cleaned
  bool control = false;    ///< a marker, not a record of an application
  std::int64_t base_before = -1, base_after = -1;  ///< of its segment; -1: not there
  Fate fate = Fate::Kept;
};

struct CensusSegment {
  std::int64_t base = 0;
  std::int64_t bytes = 0;
  std::size_t records = 0;
};

struct LogCensus {
  EventSeq event;
  std::vector<CensusRow> rows;
  std::vector<CensusSegment> before, after;
  std::int64_t bytes_before = 0, bytes_after = 0;
  std::size_t kept = 0, removed = 0, added = 0;
  bool cut_short = false;  ///< only the newest records are listed
  std::string problem;     ///< why there is nothing to compare
  std::string text;        ///< "5 records before, 3 kept, 2 removed · 412 B to 260 B"
};

/// Compares the moment before `event` with the present one.
LogCensus build_census(const Machine& machine, std::int32_t node, const TopicPartition& partition,
                       EventSeq event);

}  // namespace kscope::viewer
