// The binary search that both indexes share.
//
// Kafka: AbstractIndex.largestLowerBoundSlotFor.
// Called by: offset_index, time_index.
// Read next: storage/log_segment.h
#pragma once

#include <cstdint>
#include <vector>

#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

/// The last slot whose key is <= target, or -1 if even the first is larger. `key` maps an entry to
/// what it is ordered by; equal keys may repeat. Writes the slots it looked at into `trace`.
template <class Entry, class Key, class KeyOf>
std::int32_t floor_slot(const std::vector<Entry>& entries, Key target, KeyOf key,
                        LookupTrace* trace) {
  std::int32_t low = 0;                                        // first slot not yet known <= target
  std::int32_t high = static_cast<std::int32_t>(entries.size());  // first slot known > target
  while (low < high) {
    const std::int32_t middle = low + (high - low) / 2;
    if (trace != nullptr) trace->index_slots.push_back(middle);
    if (key(entries[static_cast<std::size_t>(middle)]) <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

}  // namespace kscope::storage
