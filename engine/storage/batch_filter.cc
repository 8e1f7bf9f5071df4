#include "engine/storage/batch_filter.h"

namespace kscope::storage {

void CleanCounts::add(const CleanCounts& other) {
  records_before += other.records_before;
  records_after += other.records_after;
  tombstones_removed += other.tombstones_removed;
  bytes_before += other.bytes_before;
  bytes_after += other.bytes_after;
}

bool BatchFilter::is_last_of_producer(const record::BatchHeader& header) const {
  if (!header.has_producer_id()) return false;
  const auto found = producers_.last_records.find(header.producer_id);
  if (found == producers_.last_records.end()) return false;
  const LastRecord& last = found->second;
  if (last.last_data) return header.last_offset() == last.last_data->value();
  return header.is_control() && header.producer_epoch == last.epoch;
}

Result<BatchFilter::Verdict> BatchFilter::judge(const record::BatchHeader& header,
                                                ByteView batch) {
  Verdict verdict;
  verdict.keep_empty = is_last_of_producer(header);
  if (header.is_control()) {
    KTRY_ASSIGN(verdict.marker_of_nothing, transactions_.on_control_batch(header, batch));
    const auto horizon = header.delete_horizon_ms();
    verdict.drop_records = verdict.marker_of_nothing && horizon && *horizon <= clock_.now_ms;
    // A marker without a record was emptied before: only its producer could have kept it.
    verdict.drop_records |= header.count == 0;
  } else {
    verdict.drop_records = transactions_.on_batch(header);
  }
  return verdict;
}

bool BatchFilter::retains(const record::BatchHeader& header, const record::Record& record,
                          CleanCounts& counts) const {
  if (Offset(record.offset) > newest_.latest_offset()) return true;  // not in the map yet
  if (!record.key) return false;  // from before the topic was compacted: it has no place here
  const auto newest = newest_.get(*record.key);
  if (newest && Offset(record.offset) < *newest) return false;
  if (record.value) return true;
  const auto horizon = header.delete_horizon_ms();
  if (!horizon || clock_.now_ms < *horizon) return true;
  ++counts.tombstones_removed;
  return false;
}

BatchFilter::Kept BatchFilter::select(const record::BatchHeader& header,
                                      std::vector<record::Record> records, const Verdict& verdict,
                                      CleanCounts& counts) const {
  Kept kept;
  for (record::Record& record : records) {
    const bool stays =
        !verdict.drop_records && (header.is_control() || retains(header, record, counts));
    if (!stays) {
      kept.all = false;
      continue;
    }
    kept.has_tombstone |= !record.value.has_value();
    kept.records.push_back(std::move(record));
  }
  return kept;
}

Bytes BatchFilter::rebuilt(const record::BatchHeader& header, const Kept& kept,
                           bool set_horizon) const {
  record::BatchOptions options;
  options.base_offset = header.base_offset;
  options.partition_leader_epoch = header.partition_leader_epoch;
  options.codec = header.codec();
  options.timestamp_type = header.timestamp_type();
  options.producer_id = header.producer_id;
  options.producer_epoch = header.producer_epoch;
  options.base_sequence = header.base_sequence;
  options.transactional = header.is_transactional();
  options.control = header.is_control();
  options.last_offset = header.last_offset();
  options.delete_horizon_ms = header.delete_horizon_ms();
  if (set_horizon) options.delete_horizon_ms = clock_.now_ms + clock_.delete_retention_ms;
  return record::build_batch(options, kept.records);
}

Result<void> BatchFilter::filter(const record::BatchHeader& header, ByteView batch, Bytes& out,
                                 CleanCounts& counts) {
  counts.records_before += header.count;
  counts.bytes_before += static_cast<std::int64_t>(batch.size());
  KTRY_ASSIGN(const Verdict verdict, judge(header, batch));
  if (verdict.drop_records && !verdict.keep_empty) return {};
  KTRY_ASSIGN(auto records, record::read_records(batch));
  const Kept kept = select(header, std::move(records), verdict, counts);
  const std::size_t before = out.size();
  const auto write = [&](ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  if (!kept.records.empty()) {
    const bool set_horizon =
        (kept.has_tombstone || verdict.marker_of_nothing) && !header.delete_horizon_ms();
    if (kept.all && !set_horizon) {
      write(batch);
    } else {
      write(rebuilt(header, kept, set_horizon));
    }
  } else if (verdict.keep_empty) {
    write(record::build_empty_batch(header));
  }
  counts.records_after += static_cast<std::int32_t>(kept.records.size());
  counts.bytes_after += static_cast<std::int64_t>(out.size() - before);
  return {};
}

}  // namespace kscope::storage
