#include "engine/cluster/metrics_tape.h"

#include <utility>

namespace kscope::cluster {

void MetricsTape::rewind(EventSeq present, Instant now, const Snapshot& cluster,
                         const MetricSettings& settings) {
  if (fold_ && fold_->last_event() <= present && fold_->now() <= now) return;
  const MetricsFold* from = nullptr;
  for (const MetricsFold& copy : copies_) {
    if (copy.last_event() <= present && copy.now() <= now) from = &copy;
  }
  if (from != nullptr)
    fold_ = *from;
  else
    fold_.emplace(cluster, settings);
}

void MetricsTape::keep_copy() {
  const std::uint64_t last = copies_.empty() ? 0 : copies_.back().last_event().value();
  if (fold_->last_event().value() < last + events_between_) return;
  if (copies_.size() >= kMostCopies) {
    std::vector<MetricsFold> kept;
    for (std::size_t i = 1; i < copies_.size(); i += 2) kept.push_back(std::move(copies_[i]));
    copies_ = std::move(kept);
    events_between_ *= 2;
  }
  copies_.push_back(*fold_);
}

void MetricsTape::forget_after(EventSeq last) {
  if (fold_ && fold_->last_event() > last) fold_.reset();
  while (!copies_.empty() && copies_.back().last_event() > last) copies_.pop_back();
}

}  // namespace kscope::cluster
