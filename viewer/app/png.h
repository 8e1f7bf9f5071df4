// Writes an image file. Called by: app/window.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace kscope::viewer {

/// `rgb`: rows from the bottom up, as OpenGL reads them.
Result<void> write_png(const std::string& file, int width, int height,
                       const std::vector<std::uint8_t>& rgb);

}  // namespace kscope::viewer
