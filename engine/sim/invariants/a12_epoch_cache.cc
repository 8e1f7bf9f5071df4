// A12: leader epochs and their start offsets strictly increase, and offsets have no holes.
//
// Kafka: LeaderEpochFileCache.assign and truncateFromEnd, UnifiedLog.append.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_epoch(Check& check, const event::LeaderEpochStarted& e) {
  const auto epochs = check.engine.epochs(check.node(), e.partition);
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    if (check.holds(epochs[i - 1].first < epochs[i].first &&
                    epochs[i - 1].second < epochs[i].second))
      continue;
    check.violated(check.where(e.partition),
                   fmt::format("epoch {} starts at {} after epoch {} at {}", epochs[i].first,
                               epochs[i].second, epochs[i - 1].first, epochs[i - 1].second));
  }
}

void on_append(Check& check, const event::BatchAppended& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const CopyGhost& copy = log->copies[check.node()];
  // Less: the log was scanned after this append. An empty log may begin anywhere, and a cleaned one
  // has holes.
  const std::int64_t base = e.base.value();
  if (base < copy.end || copy.end == copy.start || copy.end < log->cleaned) return;
  if (check.holds(base == copy.end)) return;
  check.violated(check.where(e.partition),
                 fmt::format("offset {} follows {}: there is a hole", base, copy.end - 1));
}

/// Whether the copy holds records at `start`, and of this epoch.
bool begins_with_records(const CopyGhost& copy, std::int32_t epoch, std::int64_t start) {
  const std::size_t at = find_offset(copy.batches, start);
  if (at == copy.batches.size()) return false;
  const BatchId& batch = copy.batches[at];
  return batch.base <= start && batch.epoch == epoch;
}

/// What was cut takes its epochs along. (The event is told before they go.) An epoch behind the cut
/// must be one of records that were appended since; a log that is begun anew where its leader's
/// first batch begins, then told of the leader's log start within it, does all that in one item.
void on_truncate(Check& check, const event::LogTruncated& e) {
  const LogGhost* log = check.log_of(e.partition);
  const auto epochs = check.engine.epochs(check.node(), e.partition);
  if (log == nullptr || epochs.empty()) return;
  const auto copy = log->copies.find(check.node());
  const auto& [epoch, start] = epochs.back();
  const bool known = copy != log->copies.end() && begins_with_records(copy->second, epoch, start);
  if (check.holds(start <= e.to_end.value() || known)) return;
  check.violated(check.where(e.partition),
                 fmt::format("epoch {} starts at {}, but the log was cut to {}", epoch, start,
                             e.to_end.value()));
}

}  // namespace

const Checker a12_epoch_cache{"A12",
                              "Epoch cache",
                              "Leader epochs and their start offsets strictly increase.",
                              {after<on_epoch>(), before<on_append>(), at_end<on_truncate>()}};

}  // namespace kscope::sim
