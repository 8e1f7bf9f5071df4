// Instants and durations of the engine's own clock.
//
// The engine never reads the system's clock. An Instant counts microseconds since the cluster was
// switched on and only moves when the event queue hands out its next item. What a *node* believes
// the time to be is Instant plus its skew (env/clock.h), and what goes into record batches is wall
// milliseconds derived from that belief.
//
// Read next: env/clock.h
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kscope {

using Duration = std::chrono::duration<std::int64_t, std::micro>;

struct EngineClock {  // a tag for std::chrono; deliberately without now()
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<EngineClock, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = EngineClock::time_point;

constexpr Duration millis(std::int64_t n) { return std::chrono::milliseconds(n); }
constexpr Duration micros(std::int64_t n) { return Duration(n); }
constexpr Duration seconds(std::int64_t n) { return std::chrono::seconds(n); }
constexpr std::int64_t to_micros(Instant t) { return t.time_since_epoch().count(); }
constexpr Instant at_micros(std::int64_t us) { return Instant(Duration(us)); }
constexpr std::int64_t to_millis(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

/// Wall-clock milliseconds at Instant 0: 2024-01-01T00:00:00Z. Fixed, so that the timestamps in
/// record batches look like Kafka's and yet are the same on every machine.
inline constexpr std::int64_t kWallMillisAtStart = 1'704'067'200'000;

/// "12.347 s", "850 ms", "90 µs": a duration with the unit a person would choose.
std::string format_duration(Duration d);
/// "12.347 s": an instant, always in seconds with three decimals, for clocks and tables.
std::string format_instant(Instant t);
/// Parses "250us", "20ms", "1.5s", "2m"; nothing on bad input.
bool parse_duration(const std::string& text, Duration* out);

}  // namespace kscope
