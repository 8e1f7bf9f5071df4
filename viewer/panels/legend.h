// What the signs and hues mean. Called by: panels/lab_panel, panels/inspector_panel.
#pragma once

#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

/// Both return the height they used.
float draw_record_legend(Canvas& c, float x, float y, float width);
float draw_frame_legend(Canvas& c, float x, float y, float width);

}  // namespace kscope::viewer
