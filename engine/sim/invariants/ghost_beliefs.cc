// The ghost of what each broker believes of the partitions it holds, and of what its belief made
// committed.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

/// The first leader after a loss: what it holds is what is promised from now on.
void close_loss_window(PartitionGhost& p, const BeliefGhost& belief, const CopyGhost& copy) {
  LogGhost& log = p.log;
  p.loss_window = false;
  p.safe_epoch = belief.epoch;
  p.lossy = NodeList();
  std::int64_t keep = std::min(log.committed_end, copy.end);
  // An unclean leader may be longer than what was committed and yet hold others in its place.
  for (std::size_t i = 0; i < log.committed.size() && log.committed[i].base < keep; ++i) {
    const std::size_t at = find_offset(copy.batches, log.committed[i].base);
    const bool differs = at < copy.batches.size() &&
                         copy.batches[at].base <= log.committed[i].last &&
                         !same_batch(log, copy.batches[at], log.committed[i]);
    if (differs) keep = log.committed[i].base;
  }
  std::size_t n = log.committed.size();
  while (n > 0 && log.committed[n - 1].last >= keep) --n;
  log.committed.truncate(n);
  log.committed_end = keep;
  log.gone_before = std::min(log.gone_before, keep);
  for (auto& [node, other] : log.copies) other.checked = std::min(other.checked, keep);
}

/// They have read what is gone now, and have to be told before they read what took its place.
void note_cut_consumers(Ghost& ghost, PartitionRef partition, std::int64_t end_before) {
  const std::int64_t end = ghost.partitions[partition].log.committed_end;
  for (const auto& [where, position] : ghost.positions)
    if (where.second == partition && position > end) ghost.cut_below.insert({where, end_before});
}

void on_lead(Check& check, const event::BecameLeader& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check.node()];
  belief.leader = true;
  belief.epoch = e.leader_epoch.value();
  belief.epoch_start = e.log_end.value();
  if (belief.epoch < p.leader_epoch || p.leader != check.node()) return;  // already replaced
  const CopyGhost& copy = p.log.copies[check.node()];
  if (p.loss_window) {
    const std::int64_t end_before = p.log.committed_end;
    close_loss_window(p, belief, copy);
    note_cut_consumers(check.ghost, e.partition, end_before);
  }
  p.log.gone_before = std::max(p.log.gone_before, copy.start);
}

void on_log_start(Check& check, const event::LogStartAdvanced& e) {
  if (check.is_metadata(e.partition)) return;
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted || !is_in_office(p, p.beliefs[check.node()])) return;
  p.log.gone_before = std::max(p.log.gone_before, e.to.value());
}

void on_follow(Check& check, const event::BecameFollower& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check.node()];
  belief.leader = false;
  belief.epoch = e.leader_epoch.value();
}

void on_stop(Check& check, const event::ReplicaStopped& e) {
  check.partition(e.partition).beliefs.erase(check.node());
}

void on_isr_request(Check& check, const event::IsrChangeRequested& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check.node()];
  belief.maximal = e.from;
  for (NodeId member : e.to.nodes())
    if (!e.from.contains(member)) belief.maximal.add(member);
}

void on_isr(Check& check, const event::IsrUpdated& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check.node()];
  belief.isr = belief.maximal = e.isr;
  belief.partition_epoch = e.partition_epoch;
}

void on_advance(Check& check, const event::HighWatermarkAdvanced& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check.node()];
  belief.high_watermark = e.to.value();
  if (is_in_office(p, belief)) extend_committed(p.log, check.node(), e.to.value());
}

void on_set(Check& check, const event::HighWatermarkSet& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (!p.deleted) p.beliefs[check.node()].high_watermark = e.to.value();
}

}  // namespace

const Recorder beliefs_ghost{{record<on_lead>(), record<on_follow>(), record<on_stop>(),
                              record<on_isr_request>(), record<on_isr>(), record<on_advance>(),
                              record<on_set>(), record<on_log_start>()}};

}  // namespace kscope::sim
