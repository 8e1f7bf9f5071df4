// Consumer groups on the real engine: shipped scenarios, and some of this folder's own.
// Goal: the screen "Groups" is held against what the cluster did, not against made-up pictures.
#pragma once

#include <memory>
#include <string>

#include "viewer/session/time_machine_port.h"

namespace kscope::viewer::testing {

/// Plays tests/scenarios/NAME.txt; REQUIREs that it passes. "many-members" is one of our own:
/// twelve members with long names over 24 partitions, records coming in; one of them crashes.
std::unique_ptr<TimeMachinePort> played_group(const std::string& name);

/// Two members read orders (2 partitions); payments (2) is there, too. `settings`: what each of
/// them is started with.
std::unique_ptr<TimeMachinePort> running_group(const std::string& settings);

}  // namespace kscope::viewer::testing
