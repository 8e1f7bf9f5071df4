// UnifiedLog: one replica's copy of one partition, as a sequence of segments on a disk.
//
// Everything Kafka promises about ordering starts here: offsets are dense positions given by the
// leader, a batch once written is never changed, and the log only ever grows at its end or is cut
// back to an earlier end (truncation), never edited in the middle.
//
// Invariants, checked by check():
//   log_start <= log_end, recovery_point <= log_end   (everything before recovery_point is flushed)
//   segments' base offsets strictly increase; the last one is the active segment, and only it can
//   hold bytes that are not flushed
//   the epoch cache strictly increases in epoch and in start offset (A12)
//
// What the events say, for those who fold them: after LogOpened come one LeaderEpochStarted for
// each known epoch and LogFlushed with the recovery point. LogTruncated{to_end} cuts LEO, and with
// it the recovery point and the epochs that start at or after it. LogStartAdvanced{to} keeps
// the epoch that covers `to`, starting there, and drops older ones.
//
// Failures: an Error of kind Io or DiskFull means that the disk let us down; the caller takes the
// log directory offline and does not touch this object again (invariant F8).
//
// Called by: replication/partition (data), raft/ (the metadata log), log_manager (life cycle).
// Kafka: UnifiedLog, LocalLog, LogSegment, LogLoader. Real Kafka keeps the high watermark in here,
// too; we keep it in replication/partition, next to the ISR that moves it, and pass it to read().
// Read next: storage/log_segment.h, storage/offset_index.h, storage/leader_epoch_cache.h
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/env/env.h"
#include "engine/record/record_batch.h"
#include "engine/storage/leader_epoch_cache.h"
#include "engine/storage/log_config.h"
#include "engine/storage/log_segments.h"
#include "engine/storage/log_validator.h"
#include "engine/storage/producer_state_manager.h"
#include "engine/storage/remote_log.h"

namespace kscope::storage {

/// What an append did. `first`..`last` are inclusive.
struct AppendInfo {
  Offset first, last;
  std::int64_t max_timestamp_ms = -1;
  std::int64_t append_time_ms = -1;  ///< -1 unless the topic uses LogAppendTime
  std::int32_t bytes = 0;
  bool duplicate = false;  ///< nothing was appended: the batch was there already, at these offsets
};

struct ReadResult {
  Bytes records;        ///< whole batches; the first may be larger than asked for
  Offset first_offset;  ///< base offset of the first batch; equals the asked offset when empty
  std::int64_t position = 0;  ///< in the segment file, for the inspector
};

/// What a reader is given, before anybody has read it: a part of one .log file. Its end may cut a
/// batch in two, as that of Kafka's; clients ignore such a batch.
struct ReadSlice {
  env::FileSlice records;
  Offset first_offset;  ///< base offset of the first batch; equals the asked offset when empty
};

struct ReadLimits {
  std::int64_t max_bytes = 1 << 20;
  bool at_least_one_batch = true;  ///< Kafka's minOneMessage: progress beats the limit
  Offset end;                      ///< exclusive: LEO for followers, HW for consumers
};

/// A segment that is out of the log; its files are called .deleted until `due`.
struct DoomedSegment {
  Offset base;
  Instant due{};
  bool operator==(const DoomedSegment&) const = default;
};

/// The largest epoch <= asked, and where it ends here. Both absent: the log knows no such epoch.
struct EpochEnd {
  LeaderEpoch epoch;
  Offset end;  ///< exclusive: start of the next epoch, or LEO
};

class UnifiedLog {
 public:
  /// Opens the directory of `partition` (creating it), loads its segments. If the last stop was not
  /// clean, scans from the recovery point, cuts the torn tail and rebuilds indexes and epoch cache.
  /// `log_start`: from the log-start checkpoint; a log that ends before it begins again there.
  static Result<UnifiedLog> open(env::Env& env, const TopicPartition& partition,
                                 const LogConfig& config, Offset recovery_point, bool clean,
                                 Offset log_start = Offset(0));

  /// As leader: checks each batch (CRC, size, codec, timestamps), gives it the next offsets and
  /// stamps `epoch`. Outer Result: the disk failed. A client may send one batch only (Kafka:
  /// LogValidator); raft and the coordinators may send several.
  struct LeaderAppend {
    std::optional<AppendInfo> info;       ///< exactly one of the two is set
    std::optional<AppendRefused> refused;
  };
  Result<LeaderAppend> append_as_leader(env::Env& env, ByteView records, LeaderEpoch epoch,
                                        AppendOrigin origin = AppendOrigin::Client);
  /// As follower: offsets and epochs are the leader's and kept as they are. Invalid if an offset is
  /// before the log end (Kafka: UnexpectedAppendOffsetException), Corrupt if a CRC is wrong; the
  /// log is unchanged then. A torn batch at the end of `records` is ignored. Nothing whole in it:
  /// nullopt.
  Result<std::optional<AppendInfo>> append_as_follower(env::Env& env, ByteView records);

  /// NotFound if offset is outside [log_start, log_end].
  Result<ReadResult> read(env::Env& env, Offset from, const ReadLimits& limits) const;
  /// The same without reading it: what sendfile(2) may take from there (Kafka: FetchDataInfo with
  /// FileRecords). read() is this, and then the bytes of it up to the last whole batch. Valid until
  /// the log is next changed. Nothing for offsets that are only in the remote tier.
  Result<std::optional<ReadSlice>> read_slice(const env::Disk& disk, Offset from,
                                              const ReadLimits& limits) const;

  /// Cuts to the largest batch boundary <= `to`; also the epoch cache. Beyond the end it only drops
  /// epochs that never got a record. The recovery point may fall: have LogManager checkpoint it.
  Result<void> truncate_to(env::Env& env, Offset to, event::TruncateReason reason);
  /// Throws everything away and begins again at `start` (log start moved past our end).
  Result<void> truncate_fully_and_start_at(env::Env& env, Offset start);
  using LogStartReason = event::LogStartReason;
  /// DeleteRecords, retention: offsets before `to` are gone for readers. REQUIRES to <= log_end.
  Result<void> advance_log_start(env::Env& env, Offset to,
                                 LogStartReason reason = LogStartReason::DeleteRecords);

  // ---- retention (log_retention.cc)
  /// Takes whole segments out of the log: those before the log start, and where cleanup.policy says
  /// delete, those beyond retention.bytes or retention.ms. Never anything at or beyond the high
  /// watermark, so that the log start cannot pass it. With remote.storage.enable it first copies to
  /// the remote tier, and retention is that of both tiers together.
  Result<void> delete_old_segments(env::Env& env, Offset high_watermark);
  /// What that would take out of the local log at this time: a reason for each of the leading
  /// segments, the oldest first. The deletion goes by it, and so does who wants to know beforehand.
  std::vector<event::DeleteReason> due_segments(Offset high_watermark, std::int64_t now_ms) const;
  const std::vector<DoomedSegment>& doomed() const { return doomed_; }
  /// Removes the .deleted files whose file.delete.delay.ms is over.
  Result<void> remove_due_files(env::Env& env);
  std::optional<Instant> next_file_removal() const;
  /// The cleaner's swap: `cleaned`, whose files end in .cleaned, takes the place of the `count`
  /// segments from `first` on. REQUIRES none of them is the active one, and `cleaned` is flushed.
  Result<void> replace_segments(env::Env& env, std::size_t first, std::size_t count,
                                LogSegment cleaned);

  Result<void> flush(env::Env& env);               ///< recovery_point becomes log_end
  Result<void> roll(env::Env& env, event::RollReason reason);
  Result<void> roll_if_due(env::Env& env);         ///< segment.ms, called on a timer
  Result<void> flush_if_due(env::Env& env);        ///< flush.ms, called on a timer
  /// A new leader epoch begins at the log end (or at `start`).
  Result<void> assign_epoch_start(env::Env& env, LeaderEpoch epoch, Offset start);
  /// Flushes and closes the files; nothing but the destructor may be called afterwards.
  Result<void> close_cleanly(env::Env& env);
  /// Renames the directory out of the way and removes it. As after close_cleanly().
  Result<void> delete_all(env::Env& env);

  std::optional<EpochEnd> end_offset_for_epoch(LeaderEpoch epoch) const;
  std::optional<LeaderEpoch> latest_epoch() const;
  /// ListOffsets by time: first record with timestamp >= the given one, or nullopt.
  using TimestampOffset = storage::TimestampOffset;
  Result<std::optional<TimestampOffset>> offset_for_timestamp(env::Env& env,
                                                              std::int64_t timestamp_ms) const;
  /// The aborted transactions that overlap with [from, end): what a reader of committed data skips.
  std::vector<AbortedTxn> aborted_in(Offset from, Offset end) const;
  Result<std::optional<TimestampOffset>> max_timestamp(env::Env& env) const;

  const TopicPartition& partition() const { return partition_; }
  PartitionRef ref() const { return ref_; }
  Offset log_start() const { return log_start_; }
  /// Records before it are only in the remote tier (log_remote.cc, KIP-405).
  Offset local_log_start() const;
  Offset first_offset() const;  ///< of the oldest segment, local or remote
  const RemoteLog& remote() const { return remote_; }
  Offset log_end() const { return log_end_; }          ///< LEO: the next offset to be written
  Offset recovery_point() const { return recovery_point_; }
  const LogConfig& config() const { return config_; }
  void set_config(const LogConfig& config) { config_ = config; }
  const std::vector<LogSegment>& segments() const { return segments_.all(); }
  const LeaderEpochCache& epochs() const { return epochs_; }
  const ProducerStateManager& producers() const { return producers_; }
  /// Ended transactions below it are forgotten: readers of committed data may pass them.
  void on_high_watermark(Offset mark) { producers_.on_high_watermark(mark); }
  void remove_expired_producers(env::Env& env);
  std::int64_t size_in_bytes() const;
  void check() const;  ///< KCHECKs the invariants above
  /// Position of a batch in the segment that holds it; what the look-up did is left in `trace`
  /// (storage/traced_lookup.h has the same for everybody who only has a disk).
  struct Located {
    Offset segment;  ///< base offset of the segment
    BatchPosition batch;
  };
  Result<std::optional<Located>> locate(const env::Disk& disk, Offset offset,
                                        LookupTrace* trace = nullptr) const;
  Result<std::optional<TimestampOffset>> locate_time(const env::Disk& disk,
                                                     std::int64_t timestamp_ms,
                                                     LookupTrace* trace = nullptr) const;

 private:
  friend class LogLoader;

  LogSegment& active() { return segments_.back(); }
  /// REQUIRES offset >= first base offset.
  std::size_t segment_index(Offset offset, LookupTrace* trace = nullptr) const;
  std::string epoch_checkpoint_path() const;
  Result<void> save_epochs(env::Env& env);
  Result<void> note_epochs(env::Env& env, std::span<const record::BatchHeader> headers);
  // log_producers.cc
  struct ProducerUpdates {
    std::map<std::int64_t, ProducerAppendInfo> infos;  // by producer
    std::optional<AppendInfo> duplicate;
  };
  std::optional<AppendRefused> check_producers(ByteView bytes,
                                               std::span<const record::BatchHeader> headers,
                                               AppendOrigin origin, ProducerUpdates& updates) const;
  Result<void> apply_producers(env::Env& env, const ProducerUpdates& updates);
  Result<void> take_producer_snapshot(env::Env& env);
  Result<void> rebuild_producers(env::Env& env, Offset end);

  Result<AppendInfo> append_stamped(env::Env& env, ByteView bytes,
                                    std::span<const record::BatchHeader> headers,
                                    const ProducerUpdates& producers);
  using Deletable = std::function<bool(const LogSegment& segment, std::optional<Offset> next)>;
  std::size_t count_leading(std::size_t from, Offset high_watermark,
                            const Deletable& deletable) const;
  Result<void> delete_leading(env::Env& env, const std::vector<event::DeleteReason>& reasons);
  Result<void> doom(env::Env& env, LogSegment& segment);
  // log_remote.cc
  Result<void> tier(env::Env& env, Offset high_watermark);
  Result<void> copy_to_remote(env::Env& env, Offset stable);
  std::vector<event::DeleteReason> due_local(Offset copied, std::int64_t now_ms) const;
  Offset copy_limit(Offset high_watermark) const;
  Result<void> delete_local(env::Env& env);
  Result<void> delete_remote(env::Env& env);
  Result<void> forget_remote(env::Env& env);
  std::int64_t size_with_remote() const;
  Result<void> check_readable(Offset from) const;
  Result<ReadResult> read_remote(env::Env& env, Offset from, const ReadLimits& limits) const;
  Result<void> roll_at(env::Env& env, Offset base, event::RollReason reason);
  Result<void> flush_up_to(env::Env& env, Offset end);
  Result<void> drop_epochs_from(env::Env& env, Offset end);
  Result<void> remove_segments_after(env::Env& env, std::size_t keep);
  Result<std::int64_t> end_position(const env::Disk& disk, std::size_t segment, Offset end) const;

  TopicPartition partition_;
  std::string directory_;  // partition_.str()
  PartitionRef ref_;
  LogConfig config_;
  Offset log_start_;
  Offset log_end_;         // Invariant: log_start_ <= log_end_
  Offset recovery_point_;  // Invariant: recovery_point_ <= log_end_
  std::int64_t last_flush_ms_ = 0;
  std::vector<DoomedSegment> doomed_;  // oldest first; at most one for each base offset
  LogSegments segments_;  // Invariant: never empty once open
  LeaderEpochCache epochs_;
  ProducerStateManager producers_;
  RemoteLog remote_;
};

/// Drops a batch at the end that a limit of bytes has cut.
void keep_whole_batches(Bytes& records);


}  // namespace kscope::storage
