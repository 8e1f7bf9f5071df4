// A2: an epoch and an offset name one batch, on all replicas and for all time.
//
// Kafka: every leader epoch has one leader, and only a leader makes batches; followers copy bytes
// (AbstractFetcherThread.processPartitionData). The first to write an identity defines it, whoever
// appends at the same place later must bring the same.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void check_identity(Check& check, const event::BatchAppended& e, LogGhost& log) {
  const BatchId& batch = check.found.id;
  BatchList& written = log.written[batch.epoch];
  const std::size_t at = find_offset(written, batch.base);
  if (at == written.size()) {
    written.push_back(batch);
    return;
  }
  if (batch.last < written[at].base) return;  // from before we watched
  if (check.holds(same_batch(log, batch, written[at]))) return;
  check.violated(check.name(e.partition),
                 fmt::format("broker {} holds {} where {} was written before", check.node().value(),
                             to_text(batch), to_text(written[at])));
}

void on_append(Check& check, const event::BatchAppended& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  if (check.found.state == FoundBatch::State::New) return check_identity(check, e, *log);
  if (check.found.state != FoundBatch::State::Unreadable) return;
  if (check.holds(false)) return;  // cut again within the same item, or never really written
  check.violated(check.where(e.partition),
                 fmt::format("the batch {}..{} that was just appended cannot be read: {}",
                             e.base.value(), e.last.value(), check.found.problem));
}

}  // namespace

const Checker a2_one_batch{
    "A2",
    "One batch",
    "An epoch and an offset name one batch, on all replicas and for all time.",
    {after<on_append>()}};

}  // namespace kscope::sim
