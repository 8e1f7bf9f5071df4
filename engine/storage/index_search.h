// The binary search that both indexes and the list of segments share.
//
// Kafka keeps indexes in memory-mapped files. Nearly all look-ups are for the end of the log, yet a
// plain binary search begins in the middle: it would touch pages there that nobody else needs, and
// wait for the disk when the page cache has dropped them. So the last 8 KiB, the warm section, are
// tried first, and only what lies before is searched like anything else. Kept here because the
// probes are what a reader watches, and because live::Disk maps the files, too.
//
// Kafka: AbstractIndex.indexSlotRangeFor, binarySearch, warmEntries (KAFKA-6432).
// Called by: offset_index, time_index, unified_log (segments). Read next: storage/log_segment.h
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

/// Bytes at the end of an index file that are searched first.
inline constexpr std::int32_t kWarmBytes = 8192;

inline Turn turn_for(std::int64_t key, std::int64_t target) {
  if (key == target) return Turn::Hit;
  return key > target ? Turn::Left : Turn::Right;
}

/// Within the slots [low, high], the last whose key is <= target; REQUIRES that of `low` is (or
/// that low may be answered anyway). `read(slot)` gives a key and a value.
template <class Read>
std::int32_t halve(std::int32_t low, std::int32_t high, std::int64_t target, Read read,
                   std::vector<Probe>* trace) {
  while (low < high) {
    const std::int32_t middle = low + (high - low + 1) / 2;
    const auto [key, value] = read(middle);
    const Turn turn = turn_for(key, target);
    if (trace != nullptr) {
      trace->push_back({ProbeKind::Halving, low, middle, high, key, value, turn});
    }
    if (turn == Turn::Hit) return middle;
    if (turn == Turn::Left) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low;
}

/// The last of `count` slots whose key is <= target, or -1 if even the first is larger. Keys
/// strictly increase. Slots from `first_warm` on are tried first; 0 makes no difference.
template <class Read>
std::int32_t floor_slot(std::int32_t count, std::int32_t first_warm, std::int64_t target, Read read,
                        std::vector<Probe>* trace) {
  if (count == 0) return -1;
  const std::int32_t last = count - 1;
  const auto look = [&](ProbeKind kind, std::int32_t slot) {
    const auto [key, value] = read(slot);
    const Turn turn = turn_for(key, target);
    if (trace != nullptr) trace->push_back({kind, 0, slot, last, key, value, turn});
    return turn;
  };
  if (look(ProbeKind::WarmCheck, first_warm) == Turn::Right) {
    return halve(first_warm, last, target, read, trace);
  }
  if (look(ProbeKind::FirstCheck, 0) == Turn::Left) return -1;
  return halve(0, first_warm, target, read, trace);
}

/// A search of an index whose entries take `entry_size` bytes each in their file.
template <class Read>
std::int32_t search_index(std::int32_t count, std::int32_t entry_size, std::int64_t target,
                          Read read, IndexSearch* trace) {
  const std::int32_t first_warm = std::max(0, count - 1 - kWarmBytes / entry_size);
  if (trace == nullptr) return floor_slot(count, first_warm, target, read, nullptr);
  trace->target = target;
  trace->entries = count;
  trace->first_warm = first_warm;
  trace->slot = floor_slot(count, first_warm, target, read, &trace->probes);
  if (trace->slot >= 0) {
    const auto [key, value] = read(trace->slot);
    trace->key = key;
    trace->value = value;
  }
  return trace->slot;
}

}  // namespace kscope::storage
