// fold: the snapshot, built from the events alone.
//
// "State changes are events" is a promise that is easily broken: somebody moves a field and forgets
// to say so, and the viewer, the labs and every "why?" are silently wrong. So a test runs a
// cluster, folds its events into a snapshot, and demands that it equals the one read off the
// engine's objects. Start from World::snapshot() at t = 0 (nodes that are down, nothing else), then
// fold every event.
//
// What is compared (difference() is the list): processes and their incarnations, clock skews, raft
// state, broker life cycle and queues, every replica's log and beliefs, the metadata, clients'
// counts, frames in flight, links. Left out: fields marked [view] in cluster/snapshot.h, replicas
// of processes that are not running (memory is gone; the fold keeps the last it knew, as Offline).
//
// Called by: tests; a reader who has only a recording. Kafka's own folds are MetadataImage and the
// group coordinator's replay. Read next: cluster/snapshot.h
#pragma once

#include <string>

#include "engine/cluster/snapshot.h"
#include "engine/event/event.h"

namespace kscope::cluster {

/// Applies one event. `names` may know more names than the event uses.
void fold(Snapshot& snapshot, const event::Event& event, const NameTable& names);

/// The first place where they differ, as "replica 2 orders-0 hw: 5 and 4"; empty if nowhere.
std::string difference(const Snapshot& a, const Snapshot& b);

}  // namespace kscope::cluster
