// Clusters with logs worth looking at: several segments, indexes, retention, a clean.
// Goal: the tests of "Log & index" run on files that the engine wrote. Method: short scenarios.
#pragma once

#include <memory>
#include <string>

#include "viewer/session/time_machine_port.h"

namespace kscope::viewer::testing {

/// 300 records of orders-0 in several segments on brokers 1 (the leader), 2 and 3.
extern const char* const kLogOfOrders;
/// K1:V1 K2:V2 K1:V3 K3:V4 K2:V5 in prices-0, compacted.
extern const char* const kLogOfPrices;
/// orders-0 with retention.bytes: the oldest segments are gone.
extern const char* const kLogThatShrinks;

/// Plays the whole scenario; REQUIREs that it passes.
std::unique_ptr<TimeMachinePort> played(const char* scenario);

}  // namespace kscope::viewer::testing
