// The log strip: one replica's log as a row of cells.
//
// All replicas of a partition share one window of offsets, so that offset 6 stands at the same
// place in every column and "this follower lacks two records" can be seen without reading a number.
// The window moves in strides: a strip that slid with every append could not be read while it
// plays.
//
// Invariants: cells.size() == window.cells; a cell is Committed iff its offset is below the
// replica's *own* high watermark, which may trail the leader's.
//
// Called by: model/cluster_view. Drawn by: widgets/log_strip. Real Kafka: UnifiedLog,
// LeaderEpochFileCache. Read next: model/cluster_view.h
#pragma once

#include <optional>
#include <vector>

#include "engine/cluster/snapshot.h"

namespace kscope::viewer {

struct StripWindow {
  std::int64_t start = 0;
  std::int32_t cells = 0;
  std::int64_t end() const { return start + cells; }
  bool operator==(const StripWindow&) const = default;
};

enum class CellState : std::uint8_t {
  Empty,        ///< nothing was ever here, or not on this replica
  Committed,    ///< below the high watermark
  Uncommitted,  ///< between high watermark and LEO
  Truncated,    ///< was here and was cut; nothing took its place yet
  Deleted,      ///< below the log start offset
};

struct StripCell {
  CellState state = CellState::Empty;
  std::int32_t epoch = -1;
  bool flushed = true;  ///< false: only in the page cache
};

/// First visible cell of one leader epoch's records.
struct EpochMark {
  std::int32_t epoch = 0;
  std::int32_t cell = 0;
};

/// [from, to) was cut off the end of a log.
struct CutRange {
  std::int64_t from = 0, to = 0;
  std::int32_t epoch = -1;  ///< of the records that were cut, if known
};

struct Strip {
  StripWindow window;
  std::vector<StripCell> cells;
  std::vector<EpochMark> epochs;
  std::int64_t log_start = 0;
  std::int64_t high_watermark = 0;
  std::int64_t log_end = 0;
};

/// A window of that many cells that shows the end of the longest log and room to grow.
StripWindow choose_window(std::int64_t longest_log_end, std::int32_t cells);
/// Epoch of the record at `offset`; -1 if the log has no entry that covers it.
std::int32_t epoch_at(const cluster::ReplicaView& replica, std::int64_t offset);
Strip build_strip(const cluster::ReplicaView& replica, const StripWindow& window,
                  const std::optional<CutRange>& cut = {});

}  // namespace kscope::viewer
