// Fields and bytes side by side: pointing at one lights up the other.
//
// Called by: panels/inspector_panel. Read next: model/inspector.h
#pragma once

#include "viewer/session/machine.h"
#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

/// Index of the field that the mouse points at, in the list or in the bytes; -1: none.
struct FieldFocus {
  int field = -1;   ///< lit up now
  int pinned = -1;  ///< clicked: stays lit while the mouse is elsewhere
  int next = -1;    ///< what this frame found under the mouse
  void begin_frame() {
    field = next >= 0 ? next : pinned;
    next = -1;
  }
};

/// Both return the height they used and draw only what can be seen.
float field_list(Canvas& c, float x, float y, float width, const Dissection& d, FieldFocus& focus);
float hex_dump(Canvas& c, float x, float y, float width, const Dissection& d, FieldFocus& focus);

/// The innermost field that holds byte `at`; -1 if none does.
int field_at(const Dissection& d, std::size_t at);

}  // namespace kscope::viewer
