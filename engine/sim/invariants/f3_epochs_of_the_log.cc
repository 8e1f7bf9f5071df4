// F3: after a log was opened its epoch cache tells the truth of its batches.
//
// Kafka: LogLoader rebuilds what the leader-epoch-checkpoint lacks and cuts what lies beyond the
// log. An epoch without batches may be in the cache (a leader that wrote nothing) or not be there
// (compaction took its batches, KIP-279); a batch's epoch is, and begins no later than the batch.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using Epochs = std::vector<std::pair<std::int32_t, std::int64_t>>;

/// What the cache says of an offset: the last epoch that starts at or before it.
std::int32_t epoch_at(const Epochs& epochs, std::int64_t offset) {
  std::int32_t epoch = -1;
  for (const auto& [number, start] : epochs)
    if (start <= offset) epoch = number;
  return epoch;
}

void on_open(Check& check, const event::LogOpened& e) {
  if (e.log_start == e.log_end || check.log_of(e.partition) == nullptr) return;
  const Epochs epochs = check.engine.epochs(check.node(), e.partition);
  const ScannedLog& now = check.scan(e.partition);
  std::int32_t last = -1;
  for (const BatchId& batch : now.batches) {
    if (batch.epoch == last || batch.base < e.log_start.value()) continue;
    last = batch.epoch;
    const std::int32_t told = epoch_at(epochs, batch.base);
    if (check.holds(told == batch.epoch)) continue;
    check.violated(check.where(e.partition),
                   fmt::format("the epoch cache says {} of offset {}, the batch says {}", told,
                               batch.base, batch.epoch));
  }
}

}  // namespace

const Checker f3_epochs_of_the_log{"F3",
                                   "Epochs of the log",
                                   "An opened log's epoch cache agrees with its batches.",
                                   {after<on_open>()}};

}  // namespace kscope::sim
