// What a node believes the time to be.
//
// One virtual clock drives the cluster; every node sees it through a skew that faults can set.
// Timeouts run on the monotonic instant (a skewed wall clock must not expire a session), record
// timestamps use the skewed wall clock, exactly the split of Kafka's
// Time.hiResClockMs/milliseconds.
//
// Called by: everything that has a deadline. Real Kafka: org.apache.kafka.common.utils.Time.
// Read next: env/timers.h
#pragma once

#include "engine/base/time.h"

namespace kscope::env {

class Clock {
 public:
  Clock() = default;
  Clock(Instant now, Duration skew) : now_(now), skew_(skew) {}
  /// Monotonic; the same on every node.
  Instant now() const { return now_; }
  /// This node's wall clock in Unix milliseconds, skew included; may jump when a fault says so.
  std::int64_t wall_ms() const {
    return kWallMillisAtStart + to_micros(now_ + skew_) / 1000;
  }

 private:
  Instant now_{};
  Duration skew_{0};
};

}  // namespace kscope::env
