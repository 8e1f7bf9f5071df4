#include "viewer/model/strip.h"

#include <algorithm>

namespace kscope::viewer {

StripWindow choose_window(std::int64_t longest_log_end, std::int32_t cells) {
  StripWindow window{0, std::max(cells, 1)};
  // One free cell at least: the next record must have a place to appear in.
  const std::int64_t wanted = longest_log_end + 1 - window.cells;
  if (wanted <= 0) return window;
  const std::int64_t stride = std::max<std::int64_t>(1, window.cells / 3);
  window.start = (wanted + stride - 1) / stride * stride;
  return window;
}

std::int32_t epoch_at(const cluster::ReplicaView& replica, std::int64_t offset) {
  std::int32_t epoch = -1;
  for (const cluster::EpochRange& range : replica.epochs) {
    if (range.start > offset) break;
    epoch = range.epoch;
  }
  return epoch;
}

namespace {

StripCell cell_at(const cluster::ReplicaView& replica, std::int64_t offset,
                  const std::optional<CutRange>& cut) {
  if (offset < replica.log_start) return {CellState::Deleted, -1, true};
  if (offset < replica.log_end) {
    const bool committed = offset < replica.high_watermark;
    return {committed ? CellState::Committed : CellState::Uncommitted, epoch_at(replica, offset),
            offset < replica.flushed_end};
  }
  if (cut && offset >= cut->from && offset < cut->to) {
    return {CellState::Truncated, cut->epoch, true};
  }
  return {};
}

}  // namespace

Strip build_strip(const cluster::ReplicaView& replica, const StripWindow& window,
                  const std::optional<CutRange>& cut) {
  Strip strip{window, {}, {}, replica.log_start, replica.high_watermark, replica.log_end};
  strip.cells.reserve(static_cast<std::size_t>(window.cells));
  for (std::int32_t i = 0; i < window.cells; ++i) {
    const StripCell cell = cell_at(replica, window.start + i, cut);
    const bool holds = cell.state == CellState::Committed || cell.state == CellState::Uncommitted;
    if (holds && (strip.epochs.empty() || strip.epochs.back().epoch != cell.epoch)) {
      strip.epochs.push_back({cell.epoch, i});
    }
    strip.cells.push_back(cell);
  }
  return strip;
}

}  // namespace kscope::viewer
