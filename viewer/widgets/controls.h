// Controls: buttons, badges, switches, sliders, bars. Called by: panels/*. Read next:
// widgets/log_strip.h
#pragma once

#include <string_view>

#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

enum class ButtonStyle { Plain, Primary, Quiet };

/// True in the frame in which it was clicked.
bool button(Canvas& c, const Rect& rect, std::string_view label,
            ButtonStyle style = ButtonStyle::Plain, Color ink = theme::kText, bool enabled = true);
/// As wide as its label needs.
float button_width(const Canvas& c, std::string_view label);

/// A rounded word: outlined in its tone. Returns its rectangle; `y` is the centre line.
Rect badge(Canvas& c, float x, float y_center, std::string_view text, Tone tone);
Rect badge_right(Canvas& c, float x_right, float y_center, std::string_view text, Tone tone);
float badge_width(const Canvas& c, std::string_view text);

/// A box with a tick and a word; true when it was switched.
bool check_box(Canvas& c, float x, float y, std::string_view label, bool on,
               float* width = nullptr);
/// A round choice with a text that may wrap; adds the used height to *height. True when chosen.
bool radio(Canvas& c, float x, float y, float w, std::string_view label, bool on, bool enabled,
           Color ink, float* height);
/// 0..1; returns true while dragged and updates *position. `id` tells sliders apart.
bool slider(Canvas& c, const Rect& rect, int id, float* position);
/// `share` of the rectangle filled.
void bar(Canvas& c, const Rect& rect, float share, Color color);
/// Share of a ring, for progress.
void ring(Canvas& c, float x, float y, float r, float share, Color color);

}  // namespace kscope::viewer
