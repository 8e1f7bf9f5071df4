#include "tests/bench/bench.h"

#ifdef KSCOPE_HAS_VIEWER

#include <algorithm>

#include "viewer/app/gui.h"
#include "viewer/session/opening.h"

namespace kscope::bench {
namespace {

constexpr int kFrames = 120;
constexpr double kFrameSeconds = 1.0 / 60;
constexpr Duration kVirtualStep = micros(830);  // 1/20 of real time

/// Processor time of one frame: the snapshot, new events, view data, layout and draw lists, while
/// the cluster plays. What the engine needs to play is not the viewer's and is measured by `sim`;
/// what the graphics card does with the lists is not the processor's.
std::vector<double> frame_times(viewer::Session& session) {
  viewer::Gui gui(session);
  gui.resize(1680, 1020);
  std::vector<double> times;
  session.select(viewer::Target::replica(1, {"orders", 0}));
  for (int i = 0; i < kFrames; ++i) {
    // Behind the session's back: it notices in the frame, takes the snapshot and reads the events.
    session.machine().run_until(session.machine().now() + kVirtualStep);
    gui.prepare();
    const Stopwatch watch;
    gui.frame(kFrameSeconds);
    if (i >= 10) times.push_back(watch.seconds() * 1e3);  // the first ones load fonts
  }
  return times;
}

Figure figure(const char* name, std::unique_ptr<viewer::Machine> machine) {
  constexpr Instant kBusyFrom(seconds(5));
  constexpr double kLimitMs = 8;
  machine->run_until(kBusyFrom);
  viewer::Session session(std::move(machine));
  const std::vector<double> times = frame_times(session);
  return {name, "ms", median(times), static_cast<int>(times.size()), "frame_budget_ms", kLimitMs};
}

}  // namespace

std::vector<Figure> viewer_bench() {
  return {figure("frame_cpu_ms", viewer::crowded_machine(2024, 9, 60)),
          figure("frame_cpu_small_ms", viewer::opening_machine(2024))};
}

}  // namespace kscope::bench

#else

namespace kscope::bench {

std::vector<Figure> viewer_bench() { return {}; }

}  // namespace kscope::bench

#endif
