// LogView: one node's log directory, and one of its logs, as data.
//
// The tree lists what lies on the disk at this moment, with what changed since the moment shown
// before. The segments of the chosen log become cards: which offsets, how many bytes, which of them
// are flushed. Its history is the storage events of this replica in the words of the events.
//
// Invariants: `segments` ordered by base offset, the last one that is not on its way out is active;
// flushed bytes never exceed written ones.
//
// Called by: panels/log_*. Kafka: LogManager, UnifiedLog, log.dirs. Read next: model/lookup.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

struct FileRow {
  std::string path, name;
  int depth = 0;
  bool folder = false;
  bool open = false;       ///< folder: its files follow
  std::int64_t base = -1;  ///< of the segment it belongs to; -1: of none
  std::int64_t size = 0;
  std::int64_t unflushed = 0;  ///< -1: nobody knows (a real folder)
  std::string size_text;       ///< "4.1 kB"
  std::string change;          ///< "+82 B", "new", "-1.0 kB"; empty: as before
  TopicPartition partition;    ///< folder of a log
};

/// What a segment is at this moment.
enum class SegmentState : std::uint8_t { Sealed, Active, Deleted, Cleaning };
const char* to_string(SegmentState state);

struct SegmentCard {
  std::int64_t base = 0;
  std::int64_t end = 0;  ///< exclusive
  std::int64_t log_bytes = 0, index_bytes = 0, time_index_bytes = 0;
  std::int64_t flushed = 0;  ///< of the .log
  SegmentState state = SegmentState::Sealed;
  std::string news;  ///< "rolled 0.2 s ago: size"; empty: nothing lately
};

/// Something that the engine did to this log.
struct LogDeed {
  EventSeq event;
  Instant at{};
  std::string text;
  event::Weight weight{};
  bool removes = false;          ///< takes records away: worth a look at before and after
  std::int64_t rolled = -1;      ///< base offset of the segment that began
  std::int64_t cleaned_to = -1;  ///< a pass of the cleaner is over up to here
};

struct LogView {
  std::int32_t node = -1;
  TopicPartition partition;
  std::vector<SegmentCard> segments;
  std::int64_t log_start = 0, log_end = 0;
  std::int64_t recovery_point = -1;  ///< -1: nobody knows (the broker never said)
  std::int64_t bytes = 0, unflushed = 0;
  bool flushed_known = true;   ///< false: a real folder does not tell
  std::string flushed_text;    ///< the line at the recovery point, in words
  std::string summary;         ///< "3 segments · 40.1 kB · offsets 0 to 119"
  std::vector<LogDeed> deeds;  ///< newest first
};

using FileSizes = std::map<std::string, std::int64_t>;
FileSizes sizes_of(const std::vector<StoredFile>& files);

/// `open`: the folder that shows its files. `before`: what the moment shown before held; empty: no
/// changes are told.
std::vector<FileRow> build_directory(const std::vector<StoredFile>& files, const std::string& open,
                                     const FileSizes& before);

LogView build_log_view(Machine& machine, const EventIndex& index, std::int32_t node,
                       const TopicPartition& partition);

/// Logs that a node holds: folders that are named like a partition.
std::vector<TopicPartition> logs_of(const std::vector<StoredFile>& files);

}  // namespace kscope::viewer
