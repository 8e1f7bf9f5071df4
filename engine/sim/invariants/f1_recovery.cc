// F1: after a crash a log is a prefix of what it was, and has all that was flushed.
//
// Kafka: LogLoader, LogSegment.recover. A process crash leaves every written byte (the page cache
// lives in the kernel), a power loss at least the flushed ones.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

/// The first batch of `now` that is another one than before.
const BatchId* first_change(const LogGhost& log, const BatchList& before,
                            const std::vector<BatchId>& now) {
  std::size_t i = 0;  // old segments may have been deleted before the crash
  while (i < before.size() && !now.empty() && before[i].base < now.front().base) ++i;
  for (std::size_t k = 0; k < now.size(); ++k, ++i) {
    // A swap of the cleaner that the crash interrupted was completed: batches may be missing.
    while (i < before.size() && before[i].last < log.cleaned && before[i].base < now[k].base) ++i;
    if (i >= before.size()) break;
    if (!same_batch(log, now[k], before[i])) return &now[k];
  }
  return nullptr;
}

void check_recovered(Check& check, PartitionRef ref, const LogGhost& log, const CopyGhost& before,
                     const ScannedLog& now) {
  if (!check.holds(now.problem.empty()))
    check.violated(check.where(ref), "not readable: " + now.problem);
  const NodeGhost& node = check.machine();
  if (node.disk_damaged) return;
  const BatchId* changed = first_change(log, before.batches, now.batches);
  if (!check.holds(changed == nullptr)) {
    check.violated(check.where(ref),
                   fmt::format("offset {} is another batch than before the crash", changed->base));
    return;
  }
  std::int64_t end = now.batches.empty() ? before.start : now.batches.back().last + 1;
  if (end < log.cleaned) end = before.end;  // nothing but superseded ones can be missing there
  const std::int64_t promised = node.power_lost ? before.flushed : before.end;
  if (check.holds(end >= promised)) return;
  check.violated(check.where(ref), fmt::format("ends at {} after {}, but {} was {}", end,
                                               node.power_lost ? "a power loss" : "a crash",
                                               promised, node.power_lost ? "flushed" : "written"));
}

void on_open(Check& check, const event::LogOpened& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const auto known = log->copies.find(check.node());
  if (known != log->copies.end())
    check_recovered(check, e.partition, *log, known->second, check.scan(e.partition));
}

}  // namespace

const Checker f1_recovery{
    "F1",
    "Recovery",
    "After a crash a log is a prefix of what it was, and has all that was flushed.",
    {before<on_open>()}};

}  // namespace kscope::sim
