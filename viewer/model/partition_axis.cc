// The axis of offsets, labels on a line, and the ISR over time: the geometry of the Partition
// screen, in numbers instead of pixels.
#include <algorithm>

#include "viewer/model/partition_view.h"

namespace kscope::viewer {

double OffsetAxis::position(std::int64_t offset) const {
  const auto span = static_cast<double>(std::max<std::int64_t>(to - from, 1));
  return std::clamp(static_cast<double>(offset - from) / span, 0.0, 1.0);
}

OffsetAxis choose_axis(std::int64_t lowest, std::int64_t longest, std::int32_t cells) {
  OffsetAxis axis;
  axis.window = choose_window(longest, cells);
  // One record before the lowest: that it is there is what "this far" means.
  const std::int64_t first = std::max<std::int64_t>(0, lowest - 1);
  if (first < axis.window.start) axis.window.start = first;
  axis.cells = longest + 1 <= axis.window.end();
  axis.from = axis.window.start;
  axis.to = axis.window.end();
  if (axis.cells) return axis;
  const std::int64_t margin = std::max<std::int64_t>(1, (longest - first) / 16);
  axis.from = std::max<std::int64_t>(0, first - margin);
  axis.to = longest + margin;
  return axis;
}

std::vector<float> spread_labels(const std::vector<WantedLabel>& labels, float left, float right,
                                 float gap) {
  std::vector<std::size_t> order(labels.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return labels[a].centre < labels[b].centre;
  });
  std::vector<float> at(labels.size());
  float free_from = left;
  for (const std::size_t i : order) {
    at[i] = std::max(free_from, labels[i].centre - labels[i].width / 2);
    free_from = at[i] + labels[i].width + gap;
  }
  float free_to = right;
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    at[*it] = std::min(at[*it], free_to - labels[*it].width);
    free_to = at[*it] - gap;
  }
  return at;
}

std::vector<BandPiece> membership_of(const std::vector<Stretch>& list, std::int32_t broker) {
  std::vector<BandPiece> pieces;
  for (const Stretch& s : list) {
    BandPiece piece;
    piece.membership = s.node == broker                      ? Membership::Leads
                       : s.isr.contains(NodeId(broker))      ? Membership::In
                       : s.replicas.contains(NodeId(broker)) ? Membership::Out
                                                             : Membership::None;
    piece.from_us = s.from_us;
    piece.until_us = s.until_us;
    piece.epoch = piece.membership == Membership::Leads ? s.epoch : -1;
    piece.node = s.node;
    piece.event = s.from;
    const bool same = !pieces.empty() && pieces.back().membership == piece.membership &&
                      pieces.back().epoch == piece.epoch;
    if (same) {
      pieces.back().until_us = piece.until_us;
    } else {
      pieces.push_back(piece);
    }
  }
  return pieces;
}

}  // namespace kscope::viewer
