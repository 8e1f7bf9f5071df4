#include "viewer/session/speed.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kscope::viewer {

namespace {

constexpr std::array<double, 16> kNotches{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2,
                                          0.5,   1,     2,     5,    10,   20,   50,  100};

}  // namespace

double speed_at(double position) {
  const double low = std::log10(kSlowest), high = std::log10(kFastest);
  return std::pow(10.0, low + std::clamp(position, 0.0, 1.0) * (high - low));
}

double position_of(double speed) {
  const double low = std::log10(kSlowest), high = std::log10(kFastest);
  return (std::log10(std::clamp(speed, kSlowest, kFastest)) - low) / (high - low);
}

double next_speed(double speed, bool faster) {
  constexpr double kNearly = 1.02;  // a dragged slider rarely stands on a notch exactly
  if (faster) {
    for (double notch : kNotches) {
      if (notch > speed * kNearly) return notch;
    }
    return kFastest;
  }
  for (auto notch = kNotches.rbegin(); notch != kNotches.rend(); ++notch) {
    if (*notch * kNearly < speed) return *notch;
  }
  return kSlowest;
}

std::string speed_text(double speed) {
  if (speed >= 0.95) return std::to_string(static_cast<int>(std::lround(speed))) + "×";
  return "1/" + std::to_string(static_cast<int>(std::lround(1.0 / speed))) + "×";
}

}  // namespace kscope::viewer
