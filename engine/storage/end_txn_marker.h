// The record that ends a transaction in a log: COMMIT or ABORT.
//
// The transaction coordinator has the leader of each partition that took part append a control
// batch with one such record. Key: int16 version, int16 type. Value: int16 version, int32 epoch of
// the coordinator, by which a deposed coordinator is told from the present one.
//
// Kafka: EndTransactionMarker, ControlRecordType. KIP-98. Called by: producer_state_manager,
// dump_records. Read next: storage/producer_append_info.h
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/record/record_batch.h"

namespace kscope::storage {

/// The types of control records of a partition; those of raft have numbers of their own.
enum class ControlType : std::int16_t { Abort = 0, Commit = 1 };

struct EndTxnMarker {
  ControlType type{};
  std::int32_t coordinator_epoch = 0;
  bool operator==(const EndTxnMarker&) const = default;
};

/// nullopt unless key and value are those of a marker.
std::optional<EndTxnMarker> parse_end_txn_marker(const record::Record& record);
/// That of a whole control batch; nullopt if its first record is no marker, or it has no records
/// (compaction leaves the empty batch of a transaction that it has cleaned away).
std::optional<EndTxnMarker> end_txn_marker_of(ByteView control_batch);
/// Key and value of a marker, for those who write one.
record::Record make_end_txn_record(const EndTxnMarker& marker, std::int64_t timestamp_ms);

}  // namespace kscope::storage
