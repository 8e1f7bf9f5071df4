// F4: what is called flushed is in the log.
//
// Kafka: UnifiedLog.recoveryPoint; recovery trusts everything below it.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_flush(Check& check, const event::LogFlushed& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const std::int64_t end = end_of_copy(*log, check.node());
  if (check.holds(e.up_to.value() <= end)) return;
  check.violated(check.where(e.partition),
                 fmt::format("recovery point {} is beyond the end {}", e.up_to.value(), end));
}

}  // namespace

const Checker f4_recovery_point{
    "F4", "Recovery point", "What is called flushed is in the log.", {before<on_flush>()}};

}  // namespace kscope::sim
