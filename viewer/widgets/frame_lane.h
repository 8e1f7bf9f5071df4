// Frame lanes: the frames in flight, each on a track of its own.
//
// A request is an outlined pill, a reply a filled one; the hue says the family of the API and the
// pill says the API in words. A doomed frame reddens as it nears the middle of its way and bursts
// there. Thin stubs tie both ends of the way to the things that talk.
//
// Called by: panels/cluster_panel. Read next: model/lanes.h
#pragma once

#include <vector>

#include "engine/cluster/snapshot.h"
#include "viewer/model/lanes.h"
#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

/// Where a frame starts or ends: on which side of the band its node lies.
struct LaneEnd {
  float x = 0;
  float y = 0;  ///< edge of the node's box, the stub's other end
};

struct LaneFrame {
  const cluster::FrameView* frame = nullptr;
  LaneEnd from, to;
};

float lane_height(const Canvas& c);
/// Draws the frames into `band`; those that find no lane are counted at its right edge.
void frame_lanes(Canvas& c, const Rect& band, const std::vector<LaneFrame>& frames, Instant now,
                 LaneAllocator& allocator);

}  // namespace kscope::viewer
