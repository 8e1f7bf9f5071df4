// MetricsTape: the metrics of any moment of a run, without folding from the beginning each time.
//
// Going forward it feeds the fold what is new. Going back it starts from the nearest copy that it
// has left behind; because the fold is a function of the events, that is the same as from the
// beginning. Whoever owns the events says when some of them never happened (a fork).
//
// Invariants: copies are ordered by event; at() gives what a fresh fold over events 1..present,
// advanced to `now`, would give.
//
// Called by: sim/scenario_runner, viewer/session/machine. Read next: cluster/metrics_fold.h
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/cluster/metrics_fold.h"

namespace kscope::cluster {

class MetricsTape {
 public:
  /// The state after event `present` at `now`. `event_at(EventSeq)` gives the recorded events;
  /// `cluster` may be of any moment.
  template <class EventAt>
  const MetricsFold& at(EventSeq present, Instant now, const Snapshot& cluster,
                        const MetricSettings& settings, const NameTable& names,
                        EventAt&& event_at) {
    rewind(present, now, cluster, settings);
    for (std::uint64_t seq = fold_->last_event().value() + 1; seq <= present.value(); ++seq) {
      fold_->apply(event_at(EventSeq(seq)), names);
      keep_copy();
    }
    fold_->advance(now);
    return *fold_;
  }
  /// A fork: what came after `last` never happened.
  void forget_after(EventSeq last);

 private:
  void rewind(EventSeq present, Instant now, const Snapshot& cluster,
              const MetricSettings& settings);
  void keep_copy();

  static constexpr std::size_t kMostCopies = 24;

  std::optional<MetricsFold> fold_;
  std::vector<MetricsFold> copies_;
  std::uint64_t events_between_ = 20'000;  // doubles when there are too many copies
};

}  // namespace kscope::cluster
