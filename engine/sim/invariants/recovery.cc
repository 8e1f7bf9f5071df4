// F1: what a crash leaves behind. F4: the recovery point. F8: a failed disk is silent.
//
// Kafka 3.9: LogLoader, LogSegment.recover, KAFKA-9137 and friends. A process crash leaves every
// written byte (the page cache lives in the kernel), a power loss at least the flushed ones.
#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

void RecoveryRules::on(const event::NodeStarted&) {
  NodeGhost& node = check_.ghost.nodes[check_.node()];
  node.alive = true;
  node.serving = false;
  node.dir_failed = false;
}

void RecoveryRules::end_process() {
  NodeGhost& node = check_.ghost.nodes[check_.node()];
  node.alive = false;
  node.serving = false;
  for (auto& [ref, p] : check_.ghost.partitions) p.beliefs.erase(check_.node());
}

void RecoveryRules::on(const event::NodeStopped&) { end_process(); }

void RecoveryRules::on(const event::NodeCrashed& e) {
  end_process();
  if (e.kind != event::CrashKind::PowerLoss) return;
  check_.ghost.nodes[check_.node()].power_lost = true;
  for (auto& [ref, p] : check_.ghost.partitions) {
    const auto copy = p.log.copies.find(check_.node());
    if (copy == p.log.copies.end() || p.deleted) continue;
    // It may come back without what was not flushed. Committed or not makes no difference: the
    // leader goes on counting what this member once reported, until the controller fences it.
    if (copy->second.flushed >= copy->second.end || !p.isr.contains(check_.node())) continue;
    copy->second.owed = std::max(copy->second.owed, copy->second.end);
    if (!p.lossy.contains(check_.node())) p.lossy.add(check_.node());
    note_lossy_members(check_, p);
  }
}

void RecoveryRules::on(const event::BitFlipped&) {
  check_.ghost.nodes[check_.node()].disk_damaged = true;
}

/// A full or failing disk may have taken half a batch; recovery will cut it.
void RecoveryRules::on(const event::DiskFaultChanged& e) {
  if (e.fault == event::DiskFault::SlowFlush) return;
  NodeGhost& node = check_.ghost.nodes[check_.node()];
  node.disk_damaged = true;
  if (e.active)
    node.disk_faults.insert(e.fault);
  else
    node.disk_faults.erase(e.fault);
}

void RecoveryRules::on(const event::LogDirFailed&) {
  check_.ghost.nodes[check_.node()].dir_failed = true;
}

void RecoveryRules::on(const event::LogOpened& e) {
  LogGhost* log = check_.log_of(e.partition);
  if (log == nullptr) return;
  const auto known = log->copies.find(check_.node());
  const bool existed = known != log->copies.end();
  if (!existed && e.log_start == e.log_end) {
    CopyGhost& fresh = log->copies[check_.node()];
    fresh.start = fresh.end = fresh.flushed = fresh.checked = e.log_end.value();
    return;
  }
  const ScannedLog now = check_.engine.scan(check_.node(), e.partition);
  CopyGhost& copy = log->copies[check_.node()];
  if (existed) check_recovered(*log, copy, now, e.partition);
  copy.batches = BatchList();
  for (const BatchId& batch : now.batches) copy.batches.push_back(batch);
  copy.start = e.log_start.value();
  copy.end = now.batches.empty() ? e.log_end.value() : now.batches.back().last + 1;
  if (copy.end < log->cleaned) copy.end = e.log_end.value();  // the last ones were superseded
  copy.flushed = std::min(copy.flushed, copy.end);
  copy.checked = std::clamp(copy.checked, copy.start, copy.end);
  copy.place = {};
  if (check_.is_metadata(e.partition)) return;
  PartitionGhost& p = check_.partition(e.partition);
  if (copy.end < copy.owed || !p.lossy.contains(check_.node())) return;
  NodeList still;
  for (NodeId n : p.lossy.nodes())
    if (n != check_.node()) still.add(n);
  p.lossy = still;
}

void RecoveryRules::check_recovered(const LogGhost& log, const CopyGhost& before,
                                    const ScannedLog& now, PartitionRef ref) {
  NodeGhost& node = check_.ghost.nodes[check_.node()];
  const std::string where = check_.where(check_.node(), ref);
  if (!now.problem.empty()) check_.violated("F1", where, "not readable: " + now.problem);
  if (node.disk_damaged) return;
  std::size_t i = 0;  // old segments may have been deleted before the crash
  while (i < before.batches.size() && !now.batches.empty() &&
         before.batches[i].base < now.batches.front().base)
    ++i;
  for (std::size_t k = 0; k < now.batches.size(); ++k, ++i) {
    // A swap of the cleaner that the crash interrupted was completed: batches may be missing.
    while (i < before.batches.size() && before.batches[i].last < log.cleaned &&
           before.batches[i].base < now.batches[k].base)
      ++i;
    if (i >= before.batches.size()) break;
    if (same_batch(log, now.batches[k], before.batches[i])) continue;
    check_.violated(
        "F1", where,
        fmt::format("offset {} is another batch than before the crash", now.batches[k].base));
    return;
  }
  std::int64_t end = now.batches.empty() ? before.start : now.batches.back().last + 1;
  if (end < log.cleaned) end = before.end;  // nothing but superseded ones can be missing there
  const std::int64_t promised = node.power_lost ? before.flushed : before.end;
  if (end < promised && !check_.broken("F1"))
    check_.violated("F1", where,
                    fmt::format("ends at {} after {}, but {} was {}", end,
                                node.power_lost ? "a power loss" : "a crash", promised,
                                node.power_lost ? "flushed" : "written"));
}

void RecoveryRules::on(const event::LogFlushed& e) {
  LogGhost* log = check_.log_of(e.partition);
  if (log == nullptr) return;
  CopyGhost& copy = log->copies[check_.node()];
  if (e.up_to.value() > copy.end)
    check_.violated(
        "F4", check_.where(check_.node(), e.partition),
        fmt::format("recovery point {} is beyond the end {}", e.up_to.value(), copy.end));
  // A log that was just opened vouches for less than what is safe: its checkpoint is older.
  copy.flushed = std::max(copy.flushed, e.up_to.value());
}

void RecoveryRules::on(const event::BatchAppended& e) {
  if (check_.ghost.nodes[check_.node()].dir_failed)
    check_.violated("F8", check_.where(check_.node(), e.partition),
                    "a batch was appended although the log directory is offline");
}

}  // namespace kscope::sim
