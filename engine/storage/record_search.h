// Finding one record within a batch.
//
// Indexes and scan lead to a batch, never further: a batch is what is stored, checksummed and sent,
// and its records can only be walked from the first one on, decompressed if need be. Consumers do
// the same with the records before the offset that they asked for: they drop them.
//
// Called by: log_segment (by time), traced_lookup. Kafka: FileRecords.searchForTimestamp,
// DefaultRecordBatch.iterator. Read next: record/record_scan.h
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/record/record_batch.h"
#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

/// The first record of a whole batch that is `wanted`. Corrupt if the records cannot be read. The
/// records that were looked at are left in `trace`, if there is one.
Result<std::optional<RecordProbe>> find_record(
    ByteView batch, const std::function<bool(const RecordProbe&)>& wanted,
    std::vector<RecordProbe>* trace = nullptr);

}  // namespace kscope::storage
