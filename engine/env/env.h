// Env: everything a node may touch besides its own state.
//
// Node state is made of plain values and holds no pointer to its surroundings, so that a checkpoint
// of a whole cluster is a copy. The surroundings come in as an argument of every call instead. The
// engine's code is single-threaded: one call handles one frame, timer or input, to its end.
//
//   void ReplicaManager::on_fetch(env::Env& env, const FetchRequest& request) {
//     env.timers.set(...); env.network.send(...); env.events.emit(HighWatermarkAdvanced{...});
//   }
//
// Read next: event/event.h, then record/
#pragma once

#include "engine/env/clock.h"
#include "engine/env/disk.h"
#include "engine/env/network.h"
#include "engine/env/random.h"
#include "engine/env/timers.h"
#include "engine/event/sink.h"

namespace kscope::env {

struct Env {
  NodeId node;
  Clock clock;
  Timers& timers;
  Network& network;
  Disk& disk;
  RandomSet& random;
  event::Sink& events;
  NameTable& names;

  Instant now() const { return clock.now(); }
};

}  // namespace kscope::env
