// DeleteRecords: the log start, moved on request, and the low watermark that tells when all have.
//
// Nothing is sent to the followers for it: the leader's log start travels in every Fetch response,
// the follower's own in its next Fetch request (KIP-107). Kafka: Partition.deleteRecordsOnLeader,
// Partition.lowWatermarkIfLeader.
#include <algorithm>

#include "engine/replication/partition.h"

namespace kscope::replication {

Result<DeleteRecordsResult> Partition::delete_records(Context& context, storage::UnifiedLog& log,
                                                      std::int64_t offset) {
  DeleteRecordsResult result;
  if (!is_leader()) {
    result.error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    return result;
  }
  if (!log.config().cleanup_delete) {
    result.error = ErrorCode::POLICY_VIOLATION;
    return result;
  }
  const Offset to = offset == kDeleteToHighWatermark ? high_watermark_ : Offset(offset);
  // Beyond the high watermark there is nothing yet that could be said to be in the log.
  if (to.value() < 0 || to > high_watermark_) {
    result.error = ErrorCode::OFFSET_OUT_OF_RANGE;
    return result;
  }
  const Offset before = log.log_start();
  KTRY(log.advance_log_start(context.env, to, event::LogStartReason::DeleteRecords));
  if (log.log_start() > before) context.effects.progress.push_back({ref_, true});
  update_low_watermark(context, log);
  result.requested = to;
  result.low_watermark = low_watermark_;
  return result;
}

void Partition::update_low_watermark(Context& context, const storage::UnifiedLog& log) {
  if (!is_leader()) return;
  Offset lowest = log.log_start();
  for (const ReplicaState& replica : followers_) {
    // One that is away will hear of it when it is back.
    if (!context.brokers.alive_epoch(replica.broker())) continue;
    lowest = std::min(lowest, replica.log_start_or_unknown());
  }
  if (lowest == low_watermark_) return;
  const Offset from = low_watermark_;
  low_watermark_ = lowest;
  context.env.events.emit(self_, event::LowWatermarkMoved{ref_, from, lowest});
  context.effects.progress.push_back({ref_, true});  // a DeleteRecords may have waited for it
}

}  // namespace kscope::replication
