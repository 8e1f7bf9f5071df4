#include "engine/storage/producer_append_info.h"

#include <fmt/core.h>

#include <limits>

namespace kscope::storage {

namespace {

bool in_sequence(std::int32_t last, std::int32_t next) {
  return next == std::int64_t{last} + 1 ||
         (next == 0 && last == std::numeric_limits<std::int32_t>::max());
}

}  // namespace

ProducerAppendInfo::ProducerAppendInfo(ProducerStateEntry current, AppendOrigin origin)
    : current_(std::move(current)), origin_(origin), updated_(current_) {
  updated_.batches.clear();
}

ProducerAppendInfo::Refusal ProducerAppendInfo::append(const record::BatchHeader& batch,
                                                       const std::optional<EndTxnMarker>& marker) {
  if (!batch.is_control()) return append_data(batch);
  return marker ? append_marker(batch, *marker) : std::nullopt;
}

ProducerAppendInfo::Refusal ProducerAppendInfo::check_epoch(
    const record::BatchHeader& batch) const {
  const bool old = batch.producer_epoch < updated_.producer_epoch;
  if (!old || origin_ == AppendOrigin::Replication) return std::nullopt;
  return AppendRefused{
      ErrorCode::INVALID_PRODUCER_EPOCH,
      fmt::format("producer {} comes with epoch {}, but epoch {} has been seen", batch.producer_id,
                  batch.producer_epoch, updated_.producer_epoch)};
}

ProducerAppendInfo::Refusal ProducerAppendInfo::check_sequence(
    const record::BatchHeader& batch) const {
  if (batch.producer_epoch != updated_.producer_epoch) {
    if (batch.base_sequence == 0 || updated_.producer_epoch == -1) return std::nullopt;
    return AppendRefused{ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
                         fmt::format("producer {} begins epoch {} with sequence {}, not 0",
                                     batch.producer_id, batch.producer_epoch, batch.base_sequence)};
  }
  std::int32_t last = -1;
  if (!updated_.batches.empty()) {
    last = updated_.last_sequence();
  } else if (batch.producer_epoch == current_.producer_epoch) {
    last = current_.last_sequence();
  }
  // Nothing known of the producer, perhaps because its records were deleted: any number will do.
  if (current_.producer_epoch == -1 || in_sequence(last, batch.base_sequence)) return std::nullopt;
  return AppendRefused{ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
                       fmt::format("producer {} sends sequence {} after {}", batch.producer_id,
                                   batch.base_sequence, last)};
}

ProducerAppendInfo::Refusal ProducerAppendInfo::append_data(const record::BatchHeader& batch) {
  if (auto refused = check_epoch(batch)) return refused;
  if (origin_ == AppendOrigin::Client) {
    if (auto refused = check_sequence(batch)) return refused;
  }
  const std::int32_t last_sequence =
      batch.base_sequence < 0 ? -1
                              : increment_sequence(batch.base_sequence, batch.last_offset_delta);
  updated_.add_batch(batch.producer_epoch, {last_sequence, Offset(batch.last_offset()),
                                            batch.last_offset_delta, batch.max_timestamp});
  const bool outside = updated_.current_txn_first && !batch.is_transactional();
  if (outside && origin_ != AppendOrigin::Replication) {
    return AppendRefused{ErrorCode::INVALID_TXN_STATE,
                         fmt::format("producer {} has a transaction open from offset {} on and "
                                     "sends a batch outside of it",
                                     batch.producer_id, updated_.current_txn_first->value())};
  }
  if (!updated_.current_txn_first && batch.is_transactional()) {
    updated_.current_txn_first = Offset(batch.base_offset);
    started_.push_back(Offset(batch.base_offset));
  }
  return std::nullopt;
}

ProducerAppendInfo::Refusal ProducerAppendInfo::append_marker(const record::BatchHeader& batch,
                                                              const EndTxnMarker& marker) {
  if (auto refused = check_epoch(batch)) return refused;
  const bool zombie = updated_.coordinator_epoch > marker.coordinator_epoch;
  if (zombie && origin_ != AppendOrigin::Replication) {
    return AppendRefused{
        ErrorCode::TRANSACTION_COORDINATOR_FENCED,
        fmt::format("a coordinator of epoch {} ends the transaction of producer "
                    "{}, but epoch {} has been seen",
                    marker.coordinator_epoch, batch.producer_id, updated_.coordinator_epoch)};
  }
  // A marker without records before it changes nothing for readers.
  if (updated_.current_txn_first) {
    completed_.push_back({batch.producer_id, *updated_.current_txn_first, Offset(batch.base_offset),
                          marker.type == ControlType::Abort});
  }
  updated_.set_epoch(batch.producer_epoch);
  updated_.coordinator_epoch = marker.coordinator_epoch;
  updated_.current_txn_first.reset();
  updated_.last_timestamp_ms = batch.max_timestamp;
  return std::nullopt;
}

}  // namespace kscope::storage
