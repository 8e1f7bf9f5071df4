// G1: what was acknowledged with acks=all is committed.
//
// Jepsen's "lost write", asked at the moment of the acknowledgement: from then on A3 and A4 keep
// what is committed. Kafka: DelayedProduce.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_ack(Check& check, const event::BatchAcked& e) {
  const PartitionGhost& p = check.partition(e.partition);
  if (e.acks != -1 || e.base.value() < 0 || p.deleted || p.losses > 0) return;
  const std::int64_t end = e.base.value() + e.records;
  if (check.holds(end <= p.log.committed_end)) return;
  check.violated(check.name(e.partition),
                 fmt::format("offsets up to {} are acknowledged with acks=all, but only those "
                             "before {} are committed",
                             end - 1, p.log.committed_end));
}

}  // namespace

const Checker g1_lost_writes{
    "G1", "Lost writes", "What was acknowledged with acks=all is committed.", {after<on_ack>()}};

}  // namespace kscope::sim
