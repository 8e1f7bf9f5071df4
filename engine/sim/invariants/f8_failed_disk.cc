// F8: nothing is appended after the log directory failed.
//
// Kafka: LogDirFailureChannel, ReplicaManager.handleLogDirFailure (KIP-112).
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_append(Check& check, const event::BatchAppended& e) {
  if (check.holds(!check.machine().dir_failed)) return;
  check.violated(check.where(e.partition),
                 "a batch was appended although the log directory is offline");
}

}  // namespace

const Checker f8_failed_disk{"F8",
                             "Failed disk",
                             "Nothing is appended after the log directory failed.",
                             {before<on_append>()}};

}  // namespace kscope::sim
