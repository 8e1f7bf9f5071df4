// The opening: what somebody sees who starts kafkascope without a word.
//
// Three combined nodes that have not yet found a leader, a topic with three partitions, a producer
// and a consumer. It begins just before the first election, because a cluster that comes to life
// explains more than one that runs.
//
// Called by: cli/open_session, tests. Read next: engine/sim/command.h
#pragma once

#include <memory>

#include "viewer/session/time_machine_port.h"

namespace kscope::viewer {

std::unique_ptr<TimeMachinePort> opening_machine(std::uint64_t seed);
/// A larger cluster with the same workload, for the bench: every partition on three brokers.
std::unique_ptr<TimeMachinePort> crowded_machine(std::uint64_t seed, int brokers, int partitions);
/// Runs to the first election and steps back to shortly before it.
void go_to_first_election(Machine& machine);
/// Runs on, a little, to a moment with something to look at: several frames on their way.
void go_to_lively_moment(Machine& machine);

}  // namespace kscope::viewer
