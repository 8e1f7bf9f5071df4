#include "engine/storage/producer_state_entry.h"

#include <limits>

namespace kscope::storage {

namespace {
constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
}

std::int32_t increment_sequence(std::int32_t sequence, std::int32_t by) {
  return sequence > kLast - by ? by - (kLast - sequence) - 1 : sequence + by;
}

std::int32_t decrement_sequence(std::int32_t sequence, std::int32_t by) {
  return sequence < by ? kLast - (by - sequence) + 1 : sequence - by;
}

std::optional<BatchMetadata> ProducerStateEntry::find_duplicate(
    const record::BatchHeader& batch) const {
  if (batch.producer_epoch != producer_epoch || batch.base_sequence < 0) return std::nullopt;
  const std::int32_t last = increment_sequence(batch.base_sequence, batch.last_offset_delta);
  for (const BatchMetadata& known : batches) {
    if (known.first_sequence() == batch.base_sequence && known.last_sequence == last) return known;
  }
  return std::nullopt;
}

void ProducerStateEntry::set_epoch(std::int16_t epoch) {
  if (epoch == producer_epoch) return;
  batches.clear();
  producer_epoch = epoch;
}

void ProducerStateEntry::add_batch(std::int16_t epoch, const BatchMetadata& batch) {
  set_epoch(epoch);
  if (batches.size() == kBatchesToRetain) batches.erase(batches.begin());
  batches.push_back(batch);
  last_timestamp_ms = batch.timestamp_ms;
}

void ProducerStateEntry::update(const ProducerStateEntry& next) {
  set_epoch(next.producer_epoch);
  for (const BatchMetadata& batch : next.batches) add_batch(next.producer_epoch, batch);
  coordinator_epoch = next.coordinator_epoch;
  current_txn_first = next.current_txn_first;
  last_timestamp_ms = next.last_timestamp_ms;
}

}  // namespace kscope::storage
