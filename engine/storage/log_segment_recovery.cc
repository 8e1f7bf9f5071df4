// The destructive half of LogSegment: recovery after an unclean stop, and truncation.
#include <fmt/core.h>

#include <algorithm>

#include "engine/storage/file_names.h"
#include "engine/storage/log_segment.h"

namespace kscope::storage {

// The base offset lies outside the CRC, so it gets a check of its own: offsets must rise.
bool LogSegment::follows_on(const record::BatchHeader& header, Offset expected,
                            Offset limit) const {
  return header.base_offset >= expected.value() && header.last_offset() < limit.value() &&
         header.last_offset_delta >= 0 && offset_index_.can_hold(Offset(header.last_offset()));
}

Result<LogSegment::Recovery> LogSegment::recover(env::Disk& disk, const LogConfig& config,
                                                 LeaderEpochCache& epochs,
                                                 ProducerStateManager& producers, Offset limit) {
  KTRY(offset_index_.reset(disk));
  KTRY(time_index_.reset(disk));
  KTRY(txn_index_.truncate_to(disk, base_));
  bytes_since_index_entry_ = 0;
  max_timestamp_ = {};
  first_timestamp_.reset();
  Recovery result{base_, 0};
  std::int64_t valid_bytes = 0;
  BatchScanner scan(disk, log_, 0, size_, BatchScanner::kScanWindow);
  while (scan.next()) {
    const record::BatchHeader& header = scan.header();
    KTRY_ASSIGN(const ByteView batch, scan.whole_batch());
    if (!record::crc_is_valid(batch) || !follows_on(header, result.next_offset, limit)) break;
    note_batch(header);
    KTRY(index_batch(disk, header, scan.position(), config));
    KTRY(recover_producer(disk, header, batch, producers));
    const std::int32_t epoch = header.partition_leader_epoch;
    const auto latest = epochs.latest();
    if (epoch >= 0 && (!latest || LeaderEpoch(epoch) > latest->epoch)) {
      epochs.assign(LeaderEpoch(epoch), Offset(header.base_offset));
    }
    result.next_offset = Offset(header.next_offset());
    valid_bytes = scan.next_position();
  }
  if (scan.failure() && scan.failure()->kind == ErrorKind::Io) {
    return in_file(log_path(), *scan.failure());
  }
  result.bytes_cut = size_ - valid_bytes;
  if (result.bytes_cut > 0) {
    KTRY(disk.truncate(log_, valid_bytes));
    size_ = valid_bytes;
  }
  KTRY(time_index_.maybe_append(disk, max_timestamp_.timestamp, max_timestamp_.offset));
  return result;
}

Result<void> LogSegment::append_aborted(env::Disk& disk, const AbortedTxn& txn) {
  return txn_index_.append(disk, path_of(kTxnIndexSuffix), txn);
}

// What an append does to the producers, done again from the batch.
Result<void> LogSegment::recover_producer(env::Disk& disk, const record::BatchHeader& header,
                                          ByteView batch, ProducerStateManager& producers) {
  if (header.has_producer_id()) {
    const auto marker = header.is_control() ? end_txn_marker_of(batch) : std::nullopt;
    if (const auto ended = producers.replay(header, marker)) {
      const Offset stable = producers.last_stable_after(*ended);
      if (ended->aborted) {
        KTRY(append_aborted(disk, {ended->producer_id, ended->first, ended->marker, stable}));
      }
      producers.complete(*ended);
    }
  }
  producers.set_map_end(Offset(header.next_offset()));
  return {};
}

// Headers are enough, but for the markers.
Result<void> LogSegment::replay_producers(const env::Disk& disk, Offset to,
                                          ProducerStateManager& producers) const {
  BatchScanner scan = scan_from(disk, std::max(producers.map_end(), base_), nullptr);
  while (scan.next() && Offset(scan.header().base_offset) < to) {
    const record::BatchHeader header = scan.header();
    if (Offset(header.last_offset()) < producers.map_end() || !header.has_producer_id()) continue;
    std::optional<EndTxnMarker> marker;
    if (header.is_control()) {
      const Result<ByteView> batch = scan.whole_batch();
      if (!batch.ok()) return in_file(log_path(), batch.error());
      marker = end_txn_marker_of(*batch);
    }
    if (const auto ended = producers.replay(header, marker)) producers.complete(*ended);
  }
  // Damage before the recovery point: what it hides of the producers is lost, not the log.
  if (scan.failure() && scan.failure()->kind == ErrorKind::Io) {
    return in_file(log_path(), *scan.failure());
  }
  return {};
}

Result<void> LogSegment::collect_epochs(const env::Disk& disk, Offset end,
                                        LeaderEpochCache& epochs) const {
  BatchScanner scan(disk, log_, 0, size_);
  while (scan.next() && Offset(scan.header().base_offset) < end) {
    const std::int32_t epoch = scan.header().partition_leader_epoch;
    if (epoch >= 0) epochs.assign(LeaderEpoch(epoch), Offset(scan.header().base_offset));
  }
  if (scan.failure()) return in_file(log_path(), *scan.failure());
  return {};
}

Result<Offset> LogSegment::truncate_to(env::Disk& disk, Offset offset, std::int64_t now_ms) {
  KTRY_ASSIGN(const auto cut, translate(disk, offset));
  if (!cut) return read_next_offset(disk);
  KTRY(offset_index_.truncate_to(disk, cut->base));
  KTRY(time_index_.truncate_to(disk, cut->base));
  KTRY(txn_index_.truncate_to(disk, cut->base));
  KTRY(disk.truncate(log_, cut->position));
  size_ = cut->position;
  bytes_since_index_entry_ = 0;
  if (size_ == 0) {
    created_ms_ = now_ms;
    first_timestamp_.reset();
  }
  KTRY(reload_max_timestamp(disk));
  // Real Kafka leaves this to the order of the file system's journal. Here nothing becomes safe by
  // itself, and a cut that a power loss takes back would bring old batches under a new epoch.
  KTRY(flush(disk));
  return std::min(offset, cut->base);
}

// From the last entry of the time index on; everything before is covered by that entry.
Result<void> LogSegment::reload_max_timestamp(const env::Disk& disk) {
  const TimeIndex::Entry last = time_index_.last_entry();
  max_timestamp_ = {last.timestamp, time_index_.offset_of(last)};
  BatchScanner scan(disk, log_, offset_index_.lookup(disk, max_timestamp_.offset), size_);
  while (scan.next()) {
    if (scan.header().max_timestamp > max_timestamp_.timestamp) {
      max_timestamp_ = {scan.header().max_timestamp, Offset(scan.header().last_offset())};
    }
  }
  if (scan.failure() && scan.failure()->kind == ErrorKind::Io) {
    return in_file(log_path(), *scan.failure());
  }
  if (!first_timestamp_ && size_ > 0) {
    BatchScanner first(disk, log_, 0, size_);
    if (first.next()) first_timestamp_ = first.header().max_timestamp;
  }
  return {};
}

}  // namespace kscope::storage
