// LookupTrace: which probes a look-up made, for those who want to watch it think.
//
// Filled by the look-ups of offset_index, time_index and log_segment when a caller passes one; the
// hot path passes none.
//
// Read next: storage/offset_index.h
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"

namespace kscope::storage {

struct LookupTrace {
  std::vector<std::int32_t> index_slots;      ///< entries compared by the binary search, in order
  std::vector<std::int64_t> batch_positions;  ///< batch headers read by the scan, in order
};

}  // namespace kscope::storage
