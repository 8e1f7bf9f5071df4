// Lanes: which of the parallel tracks a frame in flight travels on.
//
// Frames between the same columns would cover each other and their labels. So each frame gets a
// lane of its own when it appears and keeps it until it arrives; two may share a lane only if their
// ways do not overlap. Lanes are few: what finds no room is counted, not squeezed in.
//
// Invariant: frames that share a lane have disjoint [left, right].
// Called by: panels/cluster. Read next: widgets/frame_lane.h
#pragma once

#include <map>
#include <vector>

#include "engine/base/ids.h"

namespace kscope::viewer {

struct LaneRequest {
  FrameId frame;
  float left = 0, right = 0;  ///< the stretch it needs, its label included
};

class LaneAllocator {
 public:
  /// Gives every frame a lane in [0, lanes) or -1 (no room). Frames that are not in the list give
  /// their lanes back. The result is in the order of `wanted`.
  std::vector<int> assign(const std::vector<LaneRequest>& wanted, int lanes);

 private:
  std::map<FrameId, int> lanes_;
};

}  // namespace kscope::viewer
