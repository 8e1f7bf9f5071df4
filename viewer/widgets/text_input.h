// A line of text that a person can write. Called by: panels/log_panel. Read next:
// widgets/controls.h
#pragma once

#include <string>

#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

/// True in the frame in which Enter was pressed. `id` tells fields apart.
bool text_input(Canvas& c, const Rect& rect, const char* id, std::string& text);

}  // namespace kscope::viewer
