// The metrics of a run, as of its present moment: every event so far, folded.
//
// Costs a pass over all events; who needs them again and again (the viewer) keeps a fold and feeds
// it what is new (viewer/model/metrics_desk).
//
// Called by: cli, tests. Read next: cluster/metrics_fold.h
#pragma once

#include "engine/cluster/metrics_fold.h"
#include "engine/sim/time_machine.h"

namespace kscope::sim {

inline cluster::MetricsFold metrics_of(const TimeMachine& machine) {
  const World& world = machine.world();
  cluster::MetricsFold metrics(world.snapshot(),
                               cluster::MetricSettings::from(world.spec().config));
  for (std::uint64_t seq = 1; seq <= machine.present().value(); ++seq) {
    metrics.apply(machine.event(EventSeq(seq)), world.names());
  }
  metrics.advance(machine.now());
  return metrics;
}

}  // namespace kscope::sim
