// LogSegment: a stretch of a log in three files: the batches, and two sparse indexes over them. A
// fourth one, the transaction index, exists if a transaction was aborted here.
//
// A log is cut into segments so that old data can be dropped by deleting files, and so that indexes
// stay small. Only the last segment, the active one, is written to. When it is full (bytes, age, an
// index, or relative offsets running out) the log rolls: a new segment begins at the log end.
//
// Look-up of an offset: the offset index gives a position at or before it, from there the headers
// of the batches are read until one ends at or after the offset. Nothing remembers where single
// batches are: index plus scan is the whole mechanism.
//
// Invariants: size_ is the size of the .log file; every offset in it is >= base_offset_; both
// indexes only refer to batches that are in the file.
// Called by: unified_log, log_loader. Kafka: LogSegment, FileRecords. Differences: Kafka 3.9 adds
// at most one index entry for each *set* of batches that a follower appends, so that a follower's
// index can be sparser than its leader's; here every batch is looked at, as Kafka's own recovery
// does, and therefore an index that was written and one that was rebuilt are the same.
// Read next: storage/batch_scanner.h, storage/log_loader.cc
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/env/disk.h"
#include "engine/event/storage_events.h"
#include "engine/record/record_batch.h"
#include "engine/storage/batch_scanner.h"
#include "engine/storage/leader_epoch_cache.h"
#include "engine/storage/log_config.h"
#include "engine/storage/offset_index.h"
#include "engine/storage/producer_state_manager.h"
#include "engine/storage/time_index.h"
#include "engine/storage/transaction_index.h"

namespace kscope::storage {

/// Where a batch lies in its segment file.
struct BatchPosition {
  Offset base, last;
  std::int64_t position = 0;
  std::int64_t size = 0;
};

/// The newest timestamp of a segment, and the last offset of the first batch that had it.
struct MaxTimestamp {
  std::int64_t timestamp = TimeIndex::kNoTimestamp;
  Offset offset;
  bool operator==(const MaxTimestamp&) const = default;
};

/// The answer to a look-up by time: a record.
struct TimestampOffset {
  std::int64_t timestamp_ms = -1;
  Offset offset;
  LeaderEpoch epoch;
};

/// What should_roll needs to know about the bytes that are about to be appended.
struct RollParams {
  std::int64_t bytes = 0;
  std::int64_t max_timestamp_ms = -1;
  Offset last_offset;
  std::int64_t now_ms = 0;
};

class LogSegment {
 public:
  /// Opens the three files, creating what is missing, and loads the indexes. `indexes_usable` says
  /// whether both were there and sound: if not they are empty now and recover() must be run.
  struct Opened;
  /// `suffix` is ".cleaned" while the cleaner writes a segment, and nothing for one in the log.
  static Result<Opened> open(env::Disk& disk, std::string_view directory, Offset base,
                             std::int64_t now_ms, std::string_view suffix = {});

  /// Appends whole batches with rising offsets; `headers` are theirs, in order. Returns the index
  /// entries that were added. On an error the file may hold a part of the bytes.
  Result<std::vector<OffsetIndex::Entry>> append(env::Disk& disk, ByteView bytes,
                                                 std::span<const record::BatchHeader> headers,
                                                 const LogConfig& config);
  /// Nothing if another `next.bytes` fit in.
  std::optional<event::RollReason> should_roll(const LogConfig& config,
                                               const RollParams& next) const;

  /// The first batch that ends at or after `target`; nullopt if the segment ends before it.
  Result<std::optional<BatchPosition>> translate(const env::Disk& disk, Offset target,
                                                 SegmentLookup* trace = nullptr) const;
  /// Bytes of the .log file, as they are.
  Result<Bytes> read(const env::Disk& disk, std::int64_t position, std::int64_t length) const;
  env::FileSlice slice(std::int64_t position, std::int64_t length) const {
    return {log_, position, length};
  }
  /// The offset after the last batch; the base offset if there is none. Scans from the last entry.
  Result<Offset> read_next_offset(const env::Disk& disk) const;
  /// The first record at or after `from` with a timestamp >= `timestamp_ms`. (Kafka:
  /// LogSegment.findOffsetByTimestamp.)
  Result<std::optional<TimestampOffset>> find_offset_by_timestamp(
      const env::Disk& disk, std::int64_t timestamp_ms, Offset from,
      SegmentLookup* trace = nullptr) const;

  /// Reads every batch, checks its CRC, rebuilds the indexes, tells `epochs` of the epochs it meets
  /// and `producers` of their batches. Cuts the file at the first thing that is no good batch, or
  /// that reaches `limit`, the base offset of the next segment. Running it again changes nothing.
  /// The index files keep the room they have: on_become_inactive() is the caller's to call.
  struct Recovery {
    Offset next_offset;
    std::int64_t bytes_cut = 0;
  };
  Result<Recovery> recover(env::Disk& disk, const LogConfig& config, LeaderEpochCache& epochs,
                           ProducerStateManager& producers, Offset limit = Offset(INT64_MAX));
  /// Tells `producers` of the batches in [its end, `to`).
  Result<void> replay_producers(const env::Disk& disk, Offset to,
                                ProducerStateManager& producers) const;
  /// A transaction was aborted: its marker is in this segment.
  Result<void> append_aborted(env::Disk& disk, const AbortedTxn& txn);
  /// The epochs of the batches before `end`, by their headers.
  Result<void> collect_epochs(const env::Disk& disk, Offset end, LeaderEpochCache& epochs) const;
  /// Cuts at the batch that holds `offset` and makes the cut durable. Returns the new next offset.
  Result<Offset> truncate_to(env::Disk& disk, Offset offset, std::int64_t now_ms);

  Result<void> flush(env::Disk& disk);
  /// For a segment that becomes the active one: index files of segment.index.bytes.
  Result<void> resize_indexes(env::Disk& disk, const LogConfig& config);
  /// The last word of a segment that will not be written to any more: its newest timestamp. Its
  /// index files end with their last entry from now on.
  Result<void> on_become_inactive(env::Disk& disk);
  void close(env::Disk& disk);
  Result<void> remove_files(env::Disk& disk);  ///< closes, too
  /// Renames all files, the .log first. Open files stay open.
  Result<void> change_suffix(env::Disk& disk, std::string_view to);

  Offset base_offset() const { return base_; }
  std::int64_t size() const { return size_; }
  const OffsetIndex& offset_index() const { return offset_index_; }
  const TimeIndex& time_index() const { return time_index_; }
  const TransactionIndex& txn_index() const { return txn_index_; }
  const MaxTimestamp& max_timestamp() const { return max_timestamp_; }
  std::string log_path() const;
  /// Walks the batches from `position` on, which must be where one begins.
  BatchScanner scan(const env::Disk& disk, std::int64_t position = 0,
                    std::int64_t window = BatchScanner::kHeaderWindow) const {
    return BatchScanner(disk, log_, position, size_, window);
  }
  /// What retention goes by: the newest timestamp of a record, or, where records have none, when
  /// the segment was made (Kafka: the modification time of its file).
  std::int64_t largest_timestamp() const {
    return max_timestamp_.timestamp >= 0 ? max_timestamp_.timestamp : created_ms_;
  }
  std::optional<std::int64_t> first_timestamp() const { return first_timestamp_; }
  void set_created(std::int64_t wall_ms) { created_ms_ = wall_ms; }
  std::int64_t created() const { return created_ms_; }

 private:
  void note_batch(const record::BatchHeader& header);
  Result<std::optional<OffsetIndex::Entry>> index_batch(env::Disk& disk,
                                                        const record::BatchHeader& header,
                                                        std::int64_t position,
                                                        const LogConfig& config);
  BatchScanner scan_from(const env::Disk& disk, Offset target, SegmentLookup* trace) const;
  Result<void> reload_max_timestamp(const env::Disk& disk);
  Result<void> recover_producer(env::Disk& disk, const record::BatchHeader& header, ByteView batch,
                                ProducerStateManager& producers);
  bool follows_on(const record::BatchHeader& header, Offset expected, Offset limit) const;

  std::string path_of(std::string_view kind) const;

  std::string stem_;    // "orders-0/00000000000000000000"
  std::string suffix_;  // "", ".cleaned", ".swap", ".deleted"
  Offset base_;
  env::FileHandle log_ = 0;
  std::int64_t size_ = 0;
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  TransactionIndex txn_index_;
  std::int64_t bytes_since_index_entry_ = 0;
  MaxTimestamp max_timestamp_;
  std::optional<std::int64_t> first_timestamp_;  // of the first batch: segment.ms counts from it
  std::int64_t created_ms_ = 0;                  // used while there is no first batch
};

struct LogSegment::Opened {
  LogSegment segment;
  bool indexes_usable = true;
};

}  // namespace kscope::storage
