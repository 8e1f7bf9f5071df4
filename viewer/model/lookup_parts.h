// The sentences and small parts of a look-up. Called by: model/lookup. Read next: model/lookup.h
#pragma once

#include "viewer/model/lookup.h"

namespace kscope::viewer {

/// The bytes of an index file, two fields for each entry of `entry_size` bytes.
Dissection dissect_index(const SearchedIndex& index, const Machine& machine, std::int32_t node,
                         std::int64_t entry_size);

std::string empty_index_text(const char* suffix);
std::string probe_text(const SearchedIndex& search, std::size_t p);
std::string time_probe_text(const SearchedIndex& search, std::size_t p);
std::string position_text(const SearchedIndex& search, std::int64_t position);
std::string scan_text(const Lookup& lookup, const ScannedBatch& batch);
std::string record_text(const Lookup& lookup);
/// Indexes in `batch.fields` of what belongs to that record, without the record as a whole.
std::vector<int> fields_of_record(const Dissection& batch, std::int32_t record);

}  // namespace kscope::viewer
