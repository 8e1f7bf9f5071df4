// Goal: labels of frames in flight can never cover each other, and no frame jumps between lanes.
// Method: requests with known stretches.
#include "viewer/model/lanes.h"

#include "tests/catch.h"

namespace kscope::viewer {

TEST_CASE("frames whose ways overlap get lanes of their own") {
  LaneAllocator lanes;
  const auto given =
      lanes.assign({{FrameId(1), 0, 100}, {FrameId(2), 50, 150}, {FrameId(3), 120, 200}}, 3);
  CHECK(given[0] != given[1]);
  CHECK(given[0] == given[2]);  // disjoint: they may share
}

TEST_CASE("a frame keeps its lane when an older one has arrived") {
  LaneAllocator lanes;
  const auto before = lanes.assign({{FrameId(1), 0, 100}, {FrameId(2), 0, 100}}, 3);
  const auto after = lanes.assign({{FrameId(2), 0, 100}, {FrameId(3), 0, 100}}, 3);
  CHECK(after[0] == before[1]);
  CHECK(after[1] == before[0]);
}

TEST_CASE("frames without room are said to have none instead of being squeezed in") {
  LaneAllocator lanes;
  const auto given = lanes.assign({{FrameId(1), 0, 9}, {FrameId(2), 0, 9}, {FrameId(3), 0, 9}}, 2);
  CHECK(given == std::vector<int>{0, 1, -1});
  CHECK(lanes.assign({{FrameId(1), 0, 9}}, 0) == std::vector<int>{-1});
}

}  // namespace kscope::viewer
