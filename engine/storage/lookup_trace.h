// LookupTrace: how a look-up came to its answer, probe by probe.
//
// Finding an offset takes four steps, each narrowing what is left to look at:
//
//   segments      which files?      the last segment whose base offset is <= the target
//   offset index  where to begin?   binary search for the last entry <= the target
//   batches       which batch?      headers are read from there on, until one ends at or after it
//   records       which record?     the batch is opened and its records are walked
//
// By time there is a search of the time index before that of the offset index, and a segment is
// chosen by its newest timestamp. Every step that the code takes leaves one row in here, in the
// order in which it was taken: slots, keys and positions are those that were really compared.
//
// It costs nothing while nobody watches: every look-up takes a pointer that is null on the hot path
// and fills the rows only behind it. Called by: traced_lookup (for viewer and text), the look-ups
// of offset_index, time_index, batch_scanner and log_segment. Real Kafka has nothing like it.
// Read next: storage/index_search.h, storage/traced_lookup.h
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/ids.h"

namespace kscope::storage {

/// Where a comparison sends the search.
enum class Turn : std::uint8_t {
  Left,   ///< what was read is larger than the target: it lies before
  Right,  ///< smaller: it lies here or behind
  Hit,    ///< equal: found
};

/// Why an index entry was read.
enum class ProbeKind : std::uint8_t {
  WarmCheck,   ///< first entry of the warm end of the index: is the target behind it?
  FirstCheck,  ///< entry 0: does the target lie before the whole index?
  Halving,     ///< a step of the binary search
};

/// One entry that a search read, and the slots that were still possible before.
struct Probe {
  ProbeKind kind = ProbeKind::Halving;
  std::int32_t low = 0, middle = 0, high = 0;  ///< inclusive; `middle` was read
  std::int64_t key = 0;                        ///< base offset, relative offset, or timestamp
  std::int64_t value = 0;                      ///< position, or relative offset; 0 for segments
  Turn turn = Turn::Left;
  bool operator==(const Probe&) const = default;
};

/// A whole search of one index.
struct IndexSearch {
  std::int64_t target = 0;  ///< relative offset, or timestamp
  std::int32_t entries = 0;
  std::int32_t first_warm = 0;  ///< slots from here on are searched first
  std::vector<Probe> probes;
  std::int32_t slot = -1;           ///< the answer: the last slot <= target, -1 if there is none
  std::int64_t key = 0, value = 0;  ///< of that slot; 0 if there is none
};

/// One batch header that the scan read.
struct BatchProbe {
  std::int64_t position = 0, size = 0;  ///< in the .log file
  Offset base, last;
  std::int64_t max_timestamp_ms = -1;
  bool taken = false;  ///< this is the batch that was looked for (or had to be opened for it)
};

/// One record of the batch that was opened. Bytes count from the batch's first byte, or, in a
/// compressed batch, from the first byte of the decompressed records.
struct RecordProbe {
  Offset offset;
  std::int64_t timestamp_ms = -1;
  std::size_t begin = 0, end = 0;
  bool decompressed = false;
  bool taken = false;
};

/// What happened within one segment.
struct SegmentLookup {
  Offset base;
  std::int64_t size = 0;                  ///< bytes of its .log
  std::optional<IndexSearch> time_index;  ///< only by time
  std::optional<IndexSearch> offset_index;
  std::int64_t scan_from = 0;  ///< position where the scan of batches began
  std::vector<BatchProbe> batches;
  std::vector<RecordProbe> records;
};

struct LookupTrace {
  bool by_time = false;
  std::int64_t target = 0;  ///< offset, or timestamp
  /// By offset: a binary search over base offsets. By time: one row for each segment from the first
  /// on, its newest timestamp as the key, until one is new enough.
  std::vector<Probe> segments;
  std::int32_t segment_count = 0;
  /// Mostly one; more where a segment ends before its successor's base offset (compaction).
  std::vector<SegmentLookup> visits;
};

}  // namespace kscope::storage
