#include "engine/storage/producer_scan.h"

#include "engine/storage/file_names.h"

namespace kscope::storage {
namespace {

struct Seen {
  LastRecord last;
  std::int64_t timestamp = -1;
  std::optional<Offset> open_since;  // first record of the transaction under way
};

void take_data(Seen& producer, const record::BatchHeader& batch) {
  producer.last = {Offset(batch.last_offset()), batch.producer_epoch};
  producer.timestamp = batch.max_timestamp;
  if (batch.is_transactional() && !producer.open_since) {
    producer.open_since = Offset(batch.base_offset);
  }
}

void take_marker(Seen& producer, const record::BatchHeader& batch, MarkerType type,
                 std::vector<AbortedTransaction>& aborted) {
  if (batch.producer_epoch > producer.last.epoch) producer.last = {{}, batch.producer_epoch};
  producer.timestamp = batch.max_timestamp;
  if (type == MarkerType::Abort && producer.open_since) {
    aborted.push_back(
        {batch.producer_id, *producer.open_since, Offset(batch.last_offset())});
  }
  producer.open_since.reset();
}

}  // namespace

Result<ProducerScan> scan_producers(const env::Disk& disk, const UnifiedLog& log,
                                    std::int64_t now_ms) {
  std::map<std::int64_t, Seen> producers;
  ProducerScan found;
  for (const LogSegment& segment : log.segments()) {
    BatchScanner scan = segment.scan(disk);
    while (scan.next()) {
      const record::BatchHeader& batch = scan.header();
      if (!batch.has_producer_id()) continue;
      Seen& producer = producers[batch.producer_id];
      if (!batch.is_control()) {
        take_data(producer, batch);
        continue;
      }
      MarkerType type = MarkerType::Other;
      if (batch.count > 0) {
        KTRY_ASSIGN(const ByteView bytes, scan.whole_batch());
        KTRY_ASSIGN(type, marker_of(bytes));
      }
      take_marker(producer, batch, type, found.aborted);
    }
    if (scan.failure()) return in_file(segment.log_path(), *scan.failure());
  }
  for (const auto& [id, producer] : producers) {
    const bool expired = now_ms - producer.timestamp >= kProducerIdExpirationMs;
    if (!expired) found.last_records.emplace(id, producer.last);
  }
  return found;
}

}  // namespace kscope::storage
