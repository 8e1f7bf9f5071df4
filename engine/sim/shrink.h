// Shrink: a failing run, cut down to what it takes to fail.
//
// A storm does hundreds of things and mostly three of them matter. Delta debugging (Zeller 1999):
// leave half of the inputs out, then a quarter, … and keep whatever still fails in the same way.
// Each try is a whole new run of the deterministic machine, so what remains is a proof, not a
// guess.
//
// Called by: `kafkascope run random`, tests/simulation. Read next: sim/random_run.h
#pragma once

#include <functional>
#include <vector>

#include "engine/sim/world.h"

namespace kscope::sim {

/// Plays inputs at their instants until `until` has passed or `stop` says so.
World play(World world, const std::vector<Input>& inputs, Instant until,
           const std::function<bool(const World&)>& stop);

/// The inputs of `failed` without those that its first violation can do without. Its clock does not
/// go further than the run's. REQUIRES a violation. At most `tries` runs.
World shrink(const World& failed, int tries = 300);

}  // namespace kscope::sim
