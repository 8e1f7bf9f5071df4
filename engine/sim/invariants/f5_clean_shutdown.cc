// F5: after a clean shutdown nothing has to be recovered, and nothing is gone.
//
// Kafka: .kafka_cleanshutdown (CleanShutdownFileHandler, KIP-966): the marker is written when every
// log was flushed, and read and removed by the next start.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_open(Check& check, const event::LogOpened& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr || !check.machine().clean_stop) return;
  const std::int64_t before = end_of_copy(*log, check.node());
  if (check.holds(e.log_end.value() >= before)) return;
  check.violated(check.where(e.partition),
                 fmt::format("ended at {} when it was shut down, and at {} when it was opened",
                             before, e.log_end.value()));
}

void on_recover(Check& check, const event::LogRecovered& e) {
  if (check.log_of(e.partition) == nullptr || check.is_metadata(e.partition)) return;
  if (check.holds(!check.machine().clean_stop)) return;
  check.violated(check.where(e.partition), "is recovered although it was shut down cleanly");
}

}  // namespace

const Checker f5_clean_shutdown{"F5",
                                "Clean shutdown",
                                "What was shut down cleanly is found complete.",
                                {before<on_open>(), before<on_recover>()}};

}  // namespace kscope::sim
