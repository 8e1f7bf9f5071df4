// Speed: how much virtual time passes in a second of the viewer's, on a logarithmic scale.
//
// A frame needs about a millisecond from broker to broker and a session times out after nine
// seconds; no linear slider shows both. 1/1000x lets a hop last a second, 100x makes failures
// quick.
//
// Called by: session, panels/top_bar. Read next: session/session.h
#pragma once

#include <string>

namespace kscope::viewer {

inline constexpr double kSlowest = 0.001;
inline constexpr double kFastest = 100.0;

/// 0..1 on the slider to a factor, and back.
double speed_at(double position);
double position_of(double speed);
/// One notch up or down: 1, 2, 5, 10, … and 1/2, 1/5, 1/10, …
double next_speed(double speed, bool faster);
/// "1/50×", "1×", "20×".
std::string speed_text(double speed);

}  // namespace kscope::viewer
