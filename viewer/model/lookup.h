// Lookup: one question to one replica's log, answered probe by probe.
//
// "Where is offset 368801?" is the classic exercise of Kafka's storage: floor of the segments' base
// offsets, relative offset, binary search in the sparse .index, one jump, a short scan of batch
// headers, the record. Here the engine itself answers it: the files of the node's disk at this
// moment are copied to a scratch disk, the engine's own LogSegment opens them there, and its trace
// says which entries and batches it looked at. Nothing is computed twice and nothing is made up;
// the cluster does not notice.
//
// Invariants: steps are in the order in which the engine worked; `probes`, `bytes_read` of a step
// are sums up to and including it; a non-empty `problem` means that there is no answer, and steps
// then tell how far it went.
//
// Called by: panels/log_*, cli (`run --lookup`). Kafka: LocalLog.read, OffsetIndex.lookup,
// LogSegment.translateOffset, LogSegment.findOffsetByTimestamp.
// Read next: engine/storage/log_segment.h, model/log_view.h
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record/record_batch.h"
#include "engine/storage/lookup_trace.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

struct LookupQuestion {
  std::int32_t node = -1;
  TopicPartition partition;
  bool by_time = false;
  std::int64_t value = 0;  ///< an offset, or Unix milliseconds
  bool operator==(const LookupQuestion&) const = default;
};

enum class LookupStage : std::uint8_t {
  Segment,    ///< which segment
  TimeIndex,  ///< by time only: binary search in .timeindex
  Relative,   ///< offset minus base offset
  Index,      ///< binary search in .index
  Position,   ///< the floor entry's position
  Scan,       ///< batch headers from there
  Record,     ///< inside the batch
};
/// "binary search in .index"
const char* stage_title(LookupStage stage);

struct LookupSegment {
  std::int64_t base = 0;
  std::int64_t end = 0;  ///< exclusive: the next base offset, or the log end
  std::int64_t bytes = 0;
  std::int64_t newest_ms = -1;  ///< by time only
  bool active = false;
};

/// An index file and how it was searched. Offset index: key is the relative offset, value the
/// position. Time index: key is the timestamp, value the relative offset.
struct SearchedIndex {
  struct Entry {
    std::int64_t key = 0, value = 0;
  };
  std::string path;
  std::vector<Entry> entries;
  storage::IndexSearch search;  ///< target, probes in order, the slot that was found (or -1)
  Dissection bytes;             ///< the file; two fields for each entry
};

struct ScannedBatch {
  record::BatchHeader header;
  std::int64_t position = 0;
  bool visited = false;  ///< its header was read; false: it is shown because it comes next
  bool hit = false;
};

struct LookupStep {
  LookupStage stage{};
  std::int32_t part = 0;  ///< which probe of the search, which batch of the scan
  std::string text;
  std::int32_t probes = 0;
  std::int64_t bytes_read = 0;
};

struct Lookup {
  LookupQuestion question;
  std::string problem;
  std::vector<LookupSegment> segments;
  std::int32_t segment = -1;  ///< the chosen one
  std::int64_t log_start = 0, log_end = 0;
  std::int64_t from = 0;  ///< offset that the .index was asked for
  SearchedIndex time_index, index;
  std::int64_t start_position = 0;  ///< where the scan begins
  std::vector<ScannedBatch> batches;
  std::int32_t hit = -1;     ///< in batches
  Dissection batch;          ///< the batch that holds the answer, or its closest
  std::int32_t record = -1;  ///< its number inside the batch
  std::int64_t record_offset = -1, record_timestamp_ms = -1;
  std::vector<int> record_fields;    ///< in batch.fields: length, attributes, … headers
  std::int64_t full_scan_bytes = 0;  ///< what reading from the log's start would have cost
  std::vector<LookupStep> steps;

  const LookupSegment* chosen() const {
    return segment < 0 ? nullptr : &segments[static_cast<std::size_t>(segment)];
  }
};

Lookup build_lookup(Machine& machine, const LookupQuestion& question);
/// Header and fields of a batch that the scan passed.
Dissection dissect_scanned(const Machine& machine, const Lookup& lookup, std::int32_t batch);

/// "RecordBatch 368797 to 368799 at byte 24918".
std::string batch_title_text(const ScannedBatch& batch);
/// "entry 6 says: byte 24 918 of the .log …"
std::string position_words(const Lookup& lookup);
/// "orders-0@368801", "orders-0@t=3.2s" (simulated time), "2:orders-0@5" (on broker 2). Without a
/// broker: the leader, or else the first that has files. The error says what was expected.
Result<LookupQuestion> parse_lookup(Machine& machine, const std::string& text);
/// "368801", "368 801", or for times "3.2s", "t = 3.2 s", Unix milliseconds.
Result<std::int64_t> parse_lookup_value(std::string_view text, bool by_time);
/// The whole look-up in plain characters, at most `width` columns where words allow.
std::string lookup_text(const Lookup& lookup, int width);
/// "t = 3.200 s", and what it is called in a record: 1704067203200.
std::string record_time_text(std::int64_t unix_ms);
/// "368 801"
std::string digits(std::int64_t value);

}  // namespace kscope::viewer
