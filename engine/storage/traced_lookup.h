// Look-ups for those who want to watch them: the answer, the way there, and the way in words.
//
// These are the very look-ups that serve fetches and ListOffsets, with a trace switched on; nothing
// is searched in another way for the sake of the picture. They change nothing.
//
//   const auto lookup = trace_offset_lookup(disk, log, Offset(368801));
//   if (lookup.ok() && lookup->found) … lookup->trace.visits.back().offset_index->probes …
//
// Called by: the viewer ("Log & index"), labs, text mode, bench.
// Kafka: UnifiedLog.read, UnifiedLog.fetchOffsetByTimestamp. Read next: storage/lookup_trace.h
#pragma once

#include <string>
#include <vector>

#include "engine/storage/lookup_trace.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

struct TracedLookup {
  /// The record that answers: the first at or after the offset, or not older than the timestamp.
  struct Found {
    Offset segment;  ///< base offset of its segment
    BatchProbe batch;
    RecordProbe record;
    LeaderEpoch epoch;  ///< of its batch; -1 if it has none
  };
  LookupTrace trace;
  std::optional<Found> found;  ///< nothing: outside of the log, or no record is that young
};

/// Io or Corrupt if the files cannot be read.
Result<TracedLookup> trace_offset_lookup(const env::Disk& disk, const UnifiedLog& log,
                                         Offset offset);
Result<TracedLookup> trace_time_lookup(const env::Disk& disk, const UnifiedLog& log,
                                       std::int64_t timestamp_ms);

/// One sentence for each step, in order, numbers included.
std::vector<std::string> in_words(const TracedLookup& lookup);

}  // namespace kscope::storage
