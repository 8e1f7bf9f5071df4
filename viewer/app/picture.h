// Picture: what a Canvas draws, as pixels, without a window or a graphics card.
//
// ImGui leaves triangles behind; for a still picture a few lines of arithmetic are enough to fill
// them. So a diagram can be written as PNG on a machine that has no display, and what is written is
// the same drawing as on the screen.
//
// Invariant: the caller's ImGui context is current again when this returns.
//
// Called by: app/sequence_picture. Read next: widgets/canvas.h
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  ///< rows from the bottom up, as write_png wants them
  int wanted_height = 0;          ///< more than `height` if the drawing was too long for a picture
};

/// `draw` is given the canvas and the width, and returns the height that it used. It is called
/// twice: once to measure, once to draw.
Picture draw_picture(int width, float scale, const std::function<float(Canvas&, float)>& draw);

}  // namespace kscope::viewer
