// The sentences and small parts of a look-up. Called by: model/lookup. Read next: model/lookup.h
#pragma once

#include "viewer/model/lookup.h"

namespace kscope::viewer {

/// The slot that the probes ended at.
std::int32_t floor_of(const IndexSearch& search);
/// What is still possible before probe `p`: slots [low, high).
struct SlotRange {
  std::int32_t low = 0, high = 0;
};
SlotRange range_before(const IndexSearch& search, std::size_t p);
/// The bytes of an index file, two fields for each entry of `entry_size` bytes.
Dissection dissect_index(const IndexSearch& search, const Machine& machine, std::int32_t node,
                         std::int64_t entry_size);

std::string empty_index_text(const char* suffix);
std::string probe_text(const IndexSearch& search, std::size_t p);
std::string time_probe_text(const IndexSearch& search, std::size_t p);
std::string position_text(const IndexSearch& search, std::int64_t position);
std::string scan_text(const Lookup& lookup, const ScannedBatch& batch);
std::string record_text(const Lookup& lookup);
std::string batch_title(const ScannedBatch& batch);
/// Indexes in `batch.fields` of what belongs to that record, without the record as a whole.
std::vector<int> fields_of_record(const Dissection& batch, std::int32_t record);

}  // namespace kscope::viewer
