// A11: leaders never truncate; in-sync followers never below the commit point.
//
// Kafka: AbstractFetcherThread.truncateOnFetchResponse cuts to the end of the last common epoch,
// and that can only be less than the commit point on a replica that was out of sync.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_truncate(Check& check, const event::LogTruncated& e) {
  if (check.is_metadata(e.partition)) return;
  const PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const auto belief = p.beliefs.find(check.node());
  if (!check.holds(belief == p.beliefs.end() || !belief->second.leader))
    check.violated(check.where(e.partition), fmt::format("a leader cuts its log from {} to {}",
                                                         e.from_end.value(), e.to_end.value()));
  const bool excused = p.loss_window || p.lossy.contains(check.node());
  if (excused || !p.isr.contains(check.node()) || e.from_end <= e.to_end) return;
  if (check.holds(e.to_end.value() >= p.log.committed_end)) return;
  check.violated(check.where(e.partition),
                 fmt::format("an in-sync follower cuts its log from {} to {}, {} is committed",
                             e.from_end.value(), e.to_end.value(), p.log.committed_end));
}

}  // namespace

const Checker a11_truncation{
    "A11",
    "Truncation",
    "Leaders never truncate; in-sync followers never below the commit point.",
    {before<on_truncate>()}};

}  // namespace kscope::sim
