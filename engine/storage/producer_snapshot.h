// The .snapshot file: what a log knew of its producers when it had reached an offset.
//
// Without it the whole log would have to be read at a start, only to learn which sequence number
// each producer is at. Its name is that offset, "00000000000000000100.snapshot". Format,
// big-endian:
//
//   int16  version = 1
//   uint32 CRC-32C of everything behind this field
//   int32  number of entries, and for each, 46 bytes:
//     int64 producer id          int16 producer epoch
//     int32 last sequence        int64 last offset           -1: only markers so far
//     int32 offset delta         of the last batch: its length minus one
//     int64 timestamp            int32 coordinator epoch
//     int64 current transaction's first offset               -1: none is open
//
// Only the last batch of each producer is kept, not all five: after a restart an older duplicate is
// refused as out of sequence instead of being recognised. Snapshots of the metadata log of KRaft
// are another thing (they end in .checkpoint).
//
// Called by: producer_state_manager, dump_log. Kafka: ProducerStateManager.readSnapshot,
// writeSnapshot. Differences: entries are ordered by producer id, Kafka's by its hash table.
// Read next: docs/formats/producer-snapshot.md
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/storage/producer_state_entry.h"

namespace kscope::storage {

inline constexpr std::size_t kProducerSnapshotHeader = 10;
inline constexpr std::size_t kProducerSnapshotEntry = 46;

Bytes encode_producer_snapshot(const std::vector<ProducerStateEntry>& entries);
/// Corrupt, naming the byte position, if anything does not fit: Kafka throws the file away then and
/// falls back to an older one.
Result<std::vector<ProducerStateEntry>> decode_producer_snapshot(ByteView bytes);

}  // namespace kscope::storage
