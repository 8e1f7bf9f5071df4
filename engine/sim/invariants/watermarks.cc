// A8: how a high watermark may move. A6: what a leader calls committed is on the whole ISR. A11:
// who may truncate. Kafka 3.9: Partition.maybeIncrementLeaderHW, KAFKA-15583 (HW frozen below min
// ISR).
#include <fmt/core.h>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {
namespace {

// A loss was declared, and this broker still lives in an epoch from before it: what it holds, and
// believes to be committed, will be cut once it learns of the leader that counts.
bool is_overruled(const PartitionGhost& p, const BeliefGhost& belief) {
  return p.loss_window || belief.epoch < p.safe_epoch;
}

}  // namespace

void WatermarkRules::on(const event::HighWatermarkAdvanced& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  const CopyGhost& copy = p.log.copies[check_.node()];
  if (e.to.value() > copy.end)
    check_.violated("A8", check_.where(check_.node(), e.partition),
                    fmt::format("HW {} is beyond LEO {}", e.to.value(), copy.end));
  if (belief.leader) check_leader_advance(p, belief, e);
  belief.high_watermark = e.to.value();
  // A leader that was replaced and does not know it yet may still commit: everyone in its ISR has
  // the record, and so has its successor. Only a loss window ends that.
  const bool in_office = belief.leader && !p.loss_window && belief.epoch >= p.safe_epoch;
  if (!is_overruled(p, belief))
    compare_with_committed(check_, p.log, check_.node(), e.partition, e.to.value(), in_office,
                           "A1");
  if (in_office) check_members(check_, e.partition, p);
}

void WatermarkRules::check_leader_advance(PartitionGhost& p, BeliefGhost& belief,
                                          const event::HighWatermarkAdvanced& e) {
  const std::string where = check_.where(check_.node(), e.partition);
  if (e.from.value() < belief.high_watermark || e.to <= e.from)
    check_.violated("A8", where,
                    fmt::format("HW goes {} -> {} in leader epoch {}, was {}", e.from.value(),
                                e.to.value(), belief.epoch, belief.high_watermark));
  const auto min_isr = check_.engine.min_insync_replicas(check_.node(), e.partition);
  const auto size = static_cast<std::int32_t>(belief.isr.size());
  if (min_isr && size < *min_isr && !check_.broken("A8"))
    check_.violated("A8", where,
                    fmt::format("HW rises to {} with ISR {}, min.insync.replicas is {}",
                                e.to.value(), belief.isr.str(), *min_isr));
  if (belief.epoch >= p.safe_epoch) check_in_sync_copies(p, belief, e);
}

void WatermarkRules::check_in_sync_copies(PartitionGhost& p, const BeliefGhost& belief,
                                          const event::HighWatermarkAdvanced& e) {
  const auto lacks = [&](NodeId member) {
    if (member == check_.node() || check_.ghost.nodes[member].power_lost) return false;
    const auto copy = p.log.copies.find(member);
    return (copy == p.log.copies.end() ? 0 : copy->second.end) < e.to.value();
  };
  for (NodeId member : belief.maximal.nodes())
    if (lacks(member))
      check_.violated("A8", check_.where(check_.node(), e.partition),
                      fmt::format("HW {} is beyond the copy of broker {}, which is in the maximal "
                                  "ISR {}",
                                  e.to.value(), member.value(), belief.maximal.str()));
  for (NodeId member : p.isr.nodes())
    if (lacks(member))
      check_.violated("A6", check_.where(check_.node(), e.partition),
                      fmt::format("HW {} is beyond the copy of broker {}, which is in the ISR {}",
                                  e.to.value(), member.value(), p.isr.str()));
}

void WatermarkRules::on(const event::HighWatermarkSet& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  CopyGhost& copy = p.log.copies[check_.node()];
  if (e.to.value() > copy.end)
    check_.violated("A8", check_.where(check_.node(), e.partition),
                    fmt::format("HW {} is beyond LEO {}", e.to.value(), copy.end));
  if (belief.leader && e.to.value() < belief.high_watermark)
    check_.violated(
        "A8", check_.where(check_.node(), e.partition),
        fmt::format("the leader's HW falls {} -> {}", belief.high_watermark, e.to.value()));
  belief.high_watermark = e.to.value();
  if (!is_overruled(p, belief))
    compare_with_committed(check_, p.log, check_.node(), e.partition, e.to.value(), false, "A1");
}

void WatermarkRules::on(const event::LogTruncated& e) {
  if (check_.is_metadata(e.partition)) return;
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  const auto belief = p.beliefs.find(check_.node());
  if (belief != p.beliefs.end() && belief->second.leader)
    check_.violated(
        "A11", check_.where(check_.node(), e.partition),
        fmt::format("a leader cuts its log from {} to {}", e.from_end.value(), e.to_end.value()));
  const bool allowed = p.loss_window || p.lossy.contains(check_.node());
  if (!allowed && p.isr.contains(check_.node()) && e.to_end.value() < p.log.committed_end &&
      e.from_end > e.to_end && !check_.broken("A11"))
    check_.violated("A11", check_.where(check_.node(), e.partition),
                    fmt::format("an in-sync follower cuts its log from {} to {}, {} is committed",
                                e.from_end.value(), e.to_end.value(), p.log.committed_end));
}

}  // namespace kscope::sim
