#include "engine/sim/invariants/ghost.h"

#include <fmt/core.h>

namespace kscope::sim {

std::size_t find_offset(const BatchList& list, std::int64_t offset) {
  std::size_t low = 0, high = list.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (list[middle].last < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::string to_text(const BatchId& b) {
  return fmt::format("[{}..{} epoch {} crc {:08x}]", b.base, b.last, b.epoch, b.crc);
}

bool same_batch(const LogGhost& log, const BatchId& a, const BatchId& b) {
  if (a == b) return true;
  return a.base < log.cleaned && a.base == b.base && a.last == b.last && a.epoch == b.epoch;
}

std::int64_t end_of_copy(const LogGhost& log, NodeId node) {
  const auto copy = log.copies.find(node);
  return copy == log.copies.end() ? 0 : copy->second.end;
}

bool is_serving(const Ghost& ghost, NodeId node) {
  const auto it = ghost.nodes.find(node);
  return it != ghost.nodes.end() && it->second.alive && it->second.serving &&
         !it->second.dir_failed;
}

bool is_overruled(const PartitionGhost& p, const BeliefGhost& belief) {
  return p.loss_window || belief.epoch < p.safe_epoch;
}

bool is_in_office(const PartitionGhost& p, const BeliefGhost& belief) {
  return belief.leader && !is_overruled(p, belief);
}

void open_loss_window(Ghost& ghost, PartitionGhost& p) {
  if (p.loss_window || ghost.broken_rule == "windows") return;
  p.loss_window = true;
  ++p.losses;
  ++ghost.loss_windows;
}

void note_lossy_members(Ghost& ghost, PartitionGhost& p) {
  if (p.lossy.empty() || p.isr.empty()) return;
  for (NodeId member : p.isr.nodes())
    if (!p.lossy.contains(member)) return;
  open_loss_window(ghost, p);
}

std::optional<Mismatch> compare_with_committed(LogGhost& log, NodeId node,
                                               std::int64_t high_watermark) {
  CopyGhost& copy = log.copies[node];
  const std::int64_t start = std::max(copy.start, log.gone_before);
  std::optional<Mismatch> found;
  for (std::size_t i = find_offset(copy.batches, copy.checked); i < copy.batches.size(); ++i) {
    const BatchId& batch = copy.batches[i];
    if (batch.last >= high_watermark || batch.base >= log.committed_end) break;
    const std::size_t at = find_offset(log.committed, batch.base);
    if (!found && at < log.committed.size() && batch.base >= start &&
        !same_batch(log, batch, log.committed[at]))
      found = Mismatch{batch, log.committed[at]};
    copy.checked = batch.last + 1;
  }
  return found;
}

void extend_committed(LogGhost& log, NodeId node, std::int64_t high_watermark) {
  const CopyGhost& copy = log.copies[node];
  const std::int64_t from = std::max(copy.checked, log.committed_end);
  for (std::size_t i = find_offset(copy.batches, from); i < copy.batches.size(); ++i) {
    const BatchId& batch = copy.batches[i];
    if (batch.last >= high_watermark) break;
    if (batch.base < log.committed_end) continue;
    log.committed.push_back(batch);
    log.committed_end = batch.last + 1;
  }
}

}  // namespace kscope::sim
