// UnifiedLog: producers. What an append means for them, before and after it, and how their state is
// found again. Kafka: UnifiedLog.analyzeAndValidateProducerState, rebuildProducerState.
#include "engine/storage/unified_log.h"

namespace kscope::storage {

namespace {

// The answer to a retry is that of the first time.
AppendInfo answer_of(const BatchMetadata& known) {
  AppendInfo info;
  info.first = known.first_offset();
  info.last = known.last_offset;
  info.max_timestamp_ms = known.timestamp_ms;
  info.duplicate = true;
  return info;
}

}  // namespace

std::optional<AppendRefused> UnifiedLog::check_producers(
    ByteView bytes, std::span<const record::BatchHeader> headers, AppendOrigin origin,
    ProducerUpdates& updates) const {
  std::size_t position = 0;
  for (const record::BatchHeader& header : headers) {
    const ByteView batch = bytes.subspan(position, header.size_in_bytes());
    position += batch.size();
    if (!header.has_producer_id()) continue;
    const ProducerStateEntry* known = producers_.find(header.producer_id);
    if (origin == AppendOrigin::Client && known != nullptr) {
      if (const auto duplicate = known->find_duplicate(header)) {
        updates.duplicate = answer_of(*duplicate);
        return std::nullopt;
      }
    }
    const auto [slot, is_new] = updates.infos.try_emplace(
        header.producer_id, producers_.prepare(header.producer_id, origin));
    const auto marker = header.is_control() ? end_txn_marker_of(batch) : std::nullopt;
    if (auto refused = slot->second.append(header, marker)) return refused;
  }
  return std::nullopt;
}

// After the batches are in the log; the transaction index is written before a transaction counts
// as ended, so that no reader of committed data sees records that it should have skipped.
Result<void> UnifiedLog::apply_producers(env::Env& env, const ProducerUpdates& updates) {
  std::map<Offset, CompletedTxn> ended;  // by marker: the order of the log
  for (const auto& [id, info] : updates.infos) {
    producers_.update(info);
    for (const Offset first : info.started()) {
      env.events.emit(env.node, event::TransactionStarted{ref_, id, first});
    }
    for (const CompletedTxn& txn : info.completed()) ended[txn.marker] = txn;
  }
  for (const auto& [marker, txn] : ended) {
    const Offset stable = producers_.last_stable_after(txn);
    if (txn.aborted) {
      KTRY(active().append_aborted(env.disk, {txn.producer_id, txn.first, marker, stable}));
    }
    producers_.complete(txn);
    env.events.emit(env.node,
                    event::TransactionEnded{ref_, txn.producer_id, txn.first, marker, txn.aborted});
  }
  producers_.set_map_end(log_end_);
  return {};
}

Result<void> UnifiedLog::take_producer_snapshot(env::Env& env) {
  KTRY_ASSIGN(const bool taken, producers_.take_snapshot(env.disk));
  if (taken) {
    const auto count = static_cast<std::int64_t>(producers_.producers().size());
    env.events.emit(env.node, event::ProducerSnapshotTaken{ref_, producers_.map_end(), count});
  }
  return {};
}

// The state as of `end`: from the latest snapshot before it and the batches in between.
Result<void> UnifiedLog::rebuild_producers(env::Env& env, Offset end) {
  // Who had no producers before a cut has none after it: nothing to read.
  const bool none_before = producers_.empty() && producers_.map_end() >= end;
  KTRY(producers_.reload(env.disk, log_start_, end, env.clock.wall_ms(),
                         config_.producer_id_expiration_ms));
  if (end > producers_.map_end() && !none_before) {
    const Offset from = std::max(producers_.map_end(), segments_.front().base_offset());
    for (std::size_t i = segment_index(from); i < segments_.size(); ++i) {
      if (segments_[i].base_offset() >= end) break;
      KTRY(segments_[i].replay_producers(env.disk, end, producers_));
    }
  }
  producers_.set_map_end(end);
  return take_producer_snapshot(env);
}

void UnifiedLog::remove_expired_producers(env::Env& env) {
  producers_.remove_expired(env.clock.wall_ms(), config_.producer_id_expiration_ms);
}

std::vector<AbortedTxn> UnifiedLog::aborted_in(Offset from, Offset end) const {
  std::vector<AbortedTxn> found;
  const Offset first = std::max(from, segments_.front().base_offset());
  for (std::size_t i = segment_index(first); i < segments_.size(); ++i) {
    if (segments_[i].txn_index().collect(from, end, found)) break;
  }
  return found;
}

}  // namespace kscope::storage
