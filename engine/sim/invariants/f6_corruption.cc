// F6: a batch with a wrong CRC is never appended.
//
// Kafka: UnifiedLog.analyzeAndValidateRecords, DefaultRecordBatch.ensureValid; leaders and
// followers both look.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_append(Check& check, const event::BatchAppended& e) {
  if (check.found.state == FoundBatch::State::NotLooked) return;
  if (check.holds(check.found.state != FoundBatch::State::Corrupt)) return;
  check.violated(check.where(e.partition),
                 fmt::format("a corrupt batch was appended at {}", e.base.value()));
}

}  // namespace

const Checker f6_corruption{
    "F6", "Corruption", "A batch with a wrong CRC is never appended.", {after<on_append>()}};

}  // namespace kscope::sim
