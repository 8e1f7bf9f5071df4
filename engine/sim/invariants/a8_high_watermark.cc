// A8: how a high watermark may move, and that nothing beyond it is deleted.
//
// Kafka: Partition.maybeIncrementLeaderHW; with fewer than min.insync.replicas in sync it stands
// still, whatever acks producers ask for (KAFKA-15583). UnifiedLog.deletableSegments and
// maybeIncrementLogStartOffset keep the log start at or below it.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_end(Check& check, PartitionRef ref, std::int64_t to) {
  const std::int64_t end = end_of_copy(check.partition(ref).log, check.node());
  if (check.holds(to <= end)) return;
  check.violated(check.where(ref), fmt::format("HW {} is beyond LEO {}", to, end));
}

void check_min_isr(Check& check, const BeliefGhost& belief, const event::HighWatermarkAdvanced& e) {
  const auto min_isr = check.engine.min_insync_replicas(check.node(), e.partition);
  const auto size = static_cast<std::int32_t>(belief.isr.size());
  if (check.holds(!min_isr || size >= *min_isr)) return;
  check.violated(check.where(e.partition),
                 fmt::format("HW rises to {} with ISR {}, min.insync.replicas is {}", e.to.value(),
                             belief.isr.str(), *min_isr));
}

void check_slowest(Check& check, const PartitionGhost& p, const BeliefGhost& belief,
                   const event::HighWatermarkAdvanced& e) {
  for (NodeId member : belief.maximal.nodes()) {
    if (member == check.node() || check.ghost.nodes[member].power_lost) continue;
    // Moved away with its copy (KIP-455), which it had when it was counted; the leader has yet to
    // hear of it.
    if (!p.replicas.contains(member)) continue;
    if (check.holds(end_of_copy(p.log, member) >= e.to.value())) continue;
    check.violated(check.where(e.partition),
                   fmt::format("HW {} is beyond the copy of broker {}, which is in the maximal "
                               "ISR {}",
                               e.to.value(), member.value(), belief.maximal.str()));
  }
}

void on_advance(Check& check, const event::HighWatermarkAdvanced& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const BeliefGhost& belief = p.beliefs[check.node()];
  check_end(check, e.partition, e.to.value());
  if (!belief.leader) return;
  if (!check.holds(e.from.value() >= belief.high_watermark && e.to > e.from))
    check.violated(check.where(e.partition),
                   fmt::format("HW goes {} -> {} in leader epoch {}, was {}", e.from.value(),
                               e.to.value(), belief.epoch, belief.high_watermark));
  check_min_isr(check, belief, e);
  if (belief.epoch >= p.safe_epoch) check_slowest(check, p, belief, e);
}

void on_set(Check& check, const event::HighWatermarkSet& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  const BeliefGhost& belief = p.beliefs[check.node()];
  check_end(check, e.partition, e.to.value());
  if (check.holds(!belief.leader || e.to.value() >= belief.high_watermark)) return;
  check.violated(check.where(e.partition), fmt::format("the leader's HW falls {} -> {}",
                                                       belief.high_watermark, e.to.value()));
}

void on_log_start(Check& check, const event::LogStartAdvanced& e) {
  using event::LogStartReason;
  // The other reasons do what a leader has decided, or begin a copy anew.
  if (e.reason != LogStartReason::Retention && e.reason != LogStartReason::DeleteRecords) return;
  if (check.is_metadata(e.partition)) return;
  const PartitionGhost& p = check.partition(e.partition);
  if (p.deleted || p.loss_window || p.losses > 0) return;
  if (check.holds(e.to.value() <= p.log.committed_end)) return;
  check.violated(check.where(e.partition),
                 fmt::format("records up to {} are deleted ({}), only {} are committed",
                             e.to.value(), event::to_string(e.reason), p.log.committed_end));
}

}  // namespace

const Checker a8_high_watermark{
    "A8",
    "High watermark",
    "log start <= HW <= LEO; it only rises, never beyond the slowest in-sync copy, and not while "
    "fewer than min.insync.replicas are in sync.",
    {before<on_advance>(), before<on_set>(), before<on_log_start>()}};

}  // namespace kscope::sim
