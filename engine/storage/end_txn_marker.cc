#include "engine/storage/end_txn_marker.h"

#include "engine/base/byte_io.h"

namespace kscope::storage {

std::optional<EndTxnMarker> parse_end_txn_marker(const record::Record& record) {
  if (!record.key || !record.value) return std::nullopt;
  ByteReader key(*record.key);
  key.i16();  // any version: later ones may only add fields
  const std::int16_t type = key.i16();
  ByteReader value(*record.value);
  value.i16();
  EndTxnMarker marker{static_cast<ControlType>(type), value.i32()};
  if (!key.ok() || !value.ok() || type < 0 || type > 1) return std::nullopt;
  return marker;
}

std::optional<EndTxnMarker> end_txn_marker_of(ByteView control_batch) {
  const auto records = record::read_records(control_batch);
  if (!records.ok() || records->empty()) return std::nullopt;
  return parse_end_txn_marker(records->front());
}

record::Record make_end_txn_record(const EndTxnMarker& marker, std::int64_t timestamp_ms) {
  ByteWriter key, value;
  key.i16(0);
  key.i16(static_cast<std::int16_t>(marker.type));
  value.i16(0);
  value.i32(marker.coordinator_epoch);
  record::Record record;
  record.timestamp_ms = timestamp_ms;
  record.key = key.take();
  record.value = value.take();
  return record;
}

}  // namespace kscope::storage
