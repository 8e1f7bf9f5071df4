#include "viewer/model/lanes.h"

#include <algorithm>

namespace kscope::viewer {

namespace {

bool is_free(const std::vector<LaneRequest>& placed, const LaneRequest& wanted) {
  return std::none_of(placed.begin(), placed.end(), [&](const LaneRequest& other) {
    return wanted.left <= other.right && other.left <= wanted.right;
  });
}

}  // namespace

std::vector<int> LaneAllocator::assign(const std::vector<LaneRequest>& wanted, int lanes) {
  std::vector<std::vector<LaneRequest>> taken(static_cast<std::size_t>(std::max(lanes, 0)));
  std::map<FrameId, int> next;
  std::vector<int> result(wanted.size(), -1);
  // Those who have a lane keep it, if they still fit (the window may have been resized).
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto old = lanes_.find(wanted[i].frame);
    if (old == lanes_.end() || old->second >= lanes) continue;
    auto& lane = taken[static_cast<std::size_t>(old->second)];
    if (!is_free(lane, wanted[i])) continue;
    lane.push_back(wanted[i]);
    result[i] = next[wanted[i].frame] = old->second;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (result[i] >= 0) continue;
    for (int lane = 0; lane < lanes; ++lane) {
      if (!is_free(taken[static_cast<std::size_t>(lane)], wanted[i])) continue;
      taken[static_cast<std::size_t>(lane)].push_back(wanted[i]);
      result[i] = next[wanted[i].frame] = lane;
      break;
    }
  }
  lanes_ = std::move(next);
  return result;
}

}  // namespace kscope::viewer
