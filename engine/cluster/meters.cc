#include "engine/cluster/meters.h"

#include <algorithm>
#include <cmath>

namespace kscope::cluster {
namespace {

double in_seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

}  // namespace

// ---- moving rates -----------------------------------------------------------------------------

Ewma::Ewma(double minutes) : alpha_(1 - std::exp(-in_seconds(kMeterTick) / 60.0 / minutes)) {}

void Ewma::tick() {
  const double instant = uncounted_ / in_seconds(kMeterTick);
  uncounted_ = 0;
  rate_ = begun_ ? rate_ + alpha_ * (instant - rate_) : instant;
  begun_ = true;
}

void Meter::mark(double n) {
  count_ += n;
  for (Ewma* rate : {&m1_, &m5_, &m15_}) rate->add(n);
}

void Meter::tick() {
  for (Ewma* rate : {&m1_, &m5_, &m15_}) rate->tick();
}

double Meter::mean_rate(Instant now) const {
  return now > since_ ? count_ / in_seconds(now - since_) : 0;
}

// ---- percentiles ------------------------------------------------------------------------------

void Reservoir::add(float value) {
  ++count_;
  if (values_.size() < kKept) {
    values_.push_back(value);
    return;
  }
  values_[next_] = value;
  next_ = (next_ + 1) % kKept;
}

double Reservoir::quantile(double q) const {
  if (values_.empty()) return 0;
  std::vector<float> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const double position = q * static_cast<double>(sorted.size() + 1);
  if (position < 1) return sorted.front();
  if (position >= static_cast<double>(sorted.size())) return sorted.back();
  const auto below = static_cast<std::size_t>(position);
  const double lower = sorted[below - 1], upper = sorted[below];
  return lower + (position - std::floor(position)) * (upper - lower);
}

double Reservoir::max() const {
  return values_.empty() ? 0 : *std::max_element(values_.begin(), values_.end());
}

double Reservoir::mean() const {
  double sum = 0;
  for (const float value : values_) sum += value;
  return values_.empty() ? 0 : sum / static_cast<double>(values_.size());
}

// ---- windows ----------------------------------------------------------------------------------

void SampledStat::add(Instant now, double total, double count) {
  const std::int64_t number = now.time_since_epoch() / kWindow;
  Window& window = windows_[static_cast<std::size_t>(number % 2)];
  if (window.number != number) window = {number, 0, 0};
  window.total += total;
  window.count += count;
}

double SampledStat::rate(Instant now) const {
  const std::int64_t number = now.time_since_epoch() / kWindow;
  double total = 0;
  for (const Window& w : windows_) total += w.number >= number - 1 ? w.total : 0;
  // The window that is over, and what has passed of this one; never less than a whole window.
  const Duration into = now.time_since_epoch() % kWindow;
  return total / in_seconds((number > 0 ? kWindow : kWindow - into) + into);
}

double SampledStat::average(Instant now) const {
  const std::int64_t number = now.time_since_epoch() / kWindow;
  double total = 0, count = 0;
  for (const Window& w : windows_) {
    if (w.number < number - 1) continue;
    total += w.total;
    count += w.count;
  }
  return count > 0 ? total / count : 0;
}

}  // namespace kscope::cluster
