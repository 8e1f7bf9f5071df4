#include "engine/storage/producer_scan.h"

namespace kscope::storage {

ProducerScan scan_producers(const UnifiedLog& log, std::int64_t now_ms) {
  ProducerScan found;
  for (const auto& [id, producer] : log.producers().producers()) {
    const std::int64_t silent_ms = now_ms - producer.last_timestamp_ms;
    const bool expired = silent_ms >= log.config().producer_id_expiration_ms;
    if (expired && !producer.current_txn_first) continue;
    LastRecord last{std::nullopt, producer.producer_epoch};
    if (!producer.batches.empty()) last.last_data = producer.batches.back().last_offset;
    found.last_records.emplace(id, last);
  }
  for (const LogSegment& segment : log.segments()) {
    const auto& aborted = segment.txn_index().entries();
    found.aborted.insert(found.aborted.end(), aborted.begin(), aborted.end());
  }
  return found;
}

}  // namespace kscope::storage
