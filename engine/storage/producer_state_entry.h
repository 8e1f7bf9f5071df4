// ProducerStateEntry: what a log remembers of one producer.
//
// An idempotent producer numbers its records. The log keeps the last five batches of each producer,
// as many as one may have in flight at once, so that it can tell three things apart: the next batch
// in sequence, a retry of one that is in the log already, and a gap. The epoch fences an older
// incarnation of the same producer: whoever comes with a smaller one is a zombie.
//
// Kafka: ProducerStateEntry, BatchMetadata. KIP-98, KIP-360. Called by: producer_append_info,
// producer_state_manager. Read next: storage/producer_append_info.h
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/ids.h"
#include "engine/record/record_batch.h"

namespace kscope::storage {

/// Sequence numbers run from 0 to 2^31 - 1 and begin again. REQUIRES both are >= 0.
std::int32_t increment_sequence(std::int32_t sequence, std::int32_t by);
std::int32_t decrement_sequence(std::int32_t sequence, std::int32_t by);

/// One of a producer's last batches.
struct BatchMetadata {
  std::int32_t last_sequence = -1;
  Offset last_offset{-1};
  std::int32_t offset_delta = 0;  ///< of the last record; also that of the sequence numbers
  std::int64_t timestamp_ms = -1;
  std::int32_t first_sequence() const { return decrement_sequence(last_sequence, offset_delta); }
  Offset first_offset() const { return Offset(last_offset.value() - offset_delta); }
  bool operator==(const BatchMetadata&) const = default;
};

struct ProducerStateEntry {
  static constexpr std::size_t kBatchesToRetain = 5;

  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t coordinator_epoch = -1;
  std::int64_t last_timestamp_ms = -1;
  std::optional<Offset> current_txn_first;  ///< where its open transaction began
  std::vector<BatchMetadata> batches;       ///< oldest first. Invariant: at most kBatchesToRetain

  std::int32_t last_sequence() const { return batches.empty() ? -1 : batches.back().last_sequence; }
  /// The remembered batch with exactly these sequence numbers, in this epoch.
  std::optional<BatchMetadata> find_duplicate(const record::BatchHeader& batch) const;
  void add_batch(std::int16_t epoch, const BatchMetadata& batch);
  /// A new epoch forgets the batches: its sequence numbers begin again.
  void set_epoch(std::int16_t epoch);
  /// Takes over what an append has changed. (Kafka: update(nextEntry).)
  void update(const ProducerStateEntry& next);
  bool operator==(const ProducerStateEntry&) const = default;
};

}  // namespace kscope::storage
