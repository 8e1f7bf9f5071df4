// The arithmetic of Kafka's metrics: moving rates, sampled rates, percentiles.
//
// A Meter's one-minute rate is no count of the last minute: it is an average that is corrected
// every five seconds and forgets exponentially. So it starts at the first tick, rises and falls
// slowly, and is still above 0 minutes after the last event. Whoever reads a dashboard should have
// seen that once. Kafka's own library counts in windows of 30 s instead and falls to 0 at once.
//
// Time is the cluster's: the owner calls tick() at every fifth second.
//
// Called by: cluster/metrics_fold. Kafka: com.yammer.metrics.core.Meter, stats.EWMA;
// org.apache.kafka.common.metrics.stats.Rate, Avg. Yammer's histograms sample with luck and favour
// the last five minutes (ExponentiallyDecayingSample, 1028 values); here they are the last values.
// Read next: cluster/metrics_fold.h
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/time.h"

namespace kscope::cluster {

inline constexpr Duration kMeterTick = seconds(5);

class Ewma {
 public:
  explicit Ewma(double minutes = 1);
  void add(double n) { uncounted_ += n; }
  void tick();
  double rate() const { return rate_; }  ///< per second

 private:
  double alpha_;
  double uncounted_ = 0, rate_ = 0;
  bool begun_ = false;
};

class Meter {
 public:
  explicit Meter(Instant since = {}) : since_(since) {}
  void mark(double n = 1);
  void tick();
  double count() const { return count_; }
  double mean_rate(Instant now) const;
  double one_minute() const { return m1_.rate(); }
  double five_minutes() const { return m5_.rate(); }
  double fifteen_minutes() const { return m15_.rate(); }

 private:
  Instant since_;
  double count_ = 0;
  Ewma m1_{1}, m5_{5}, m15_{15};
};

/// The last values, as many as are kept.
class Reservoir {
 public:
  static constexpr std::size_t kKept = 512;
  void add(float value);
  std::size_t size() const { return values_.size(); }
  std::int64_t count() const { return count_; }
  /// Yammer's Snapshot: between two values in proportion. 0 of nothing.
  double quantile(double q) const;
  double max() const;
  double mean() const;

 private:
  std::vector<float> values_;
  std::size_t next_ = 0;
  std::int64_t count_ = 0;
};

/// Kafka's Rate and Avg: metrics.num.samples=2 windows of metrics.sample.window.ms=30 s.
class SampledStat {
 public:
  void add(Instant now, double total, double count = 1);
  double rate(Instant now) const;  ///< total per second
  double average(Instant now) const;

 private:
  static constexpr Duration kWindow = seconds(30);
  struct Window {
    std::int64_t number = -1;
    double total = 0, count = 0;
  };
  std::array<Window, 2> windows_;  // by number % 2
};

}  // namespace kscope::cluster
