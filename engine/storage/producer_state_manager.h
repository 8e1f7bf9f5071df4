// ProducerStateManager: every producer of one log, its open transactions, and their snapshots.
//
// It is a fold over the log: reading the batches from the first to the last gives this state, on
// the leader as on every follower, and after any crash. Snapshots only make that fast: they are
// taken where a segment begins and where the log was closed, so that a start reads one small file
// and the batches behind it.
//
// It also knows which offset is the first *unstable* one: where the oldest open transaction began,
// or one that has ended, but whose marker is not yet below the high watermark. Readers of committed
// data (isolation.level=read_committed) get nothing from there on: that is the last stable offset.
//
// Invariants: the state is that of the batches before map_end; a transaction is in ongoing_ exactly
// while its producer's entry names its first offset; every file <offset>.snapshot in the directory
// is in snapshots_.
// Called by: unified_log (log_producers.cc), log_segment (recovery). Kafka: ProducerStateManager.
// KIP-98, KIP-360. Differences: the high watermark is passed in (it lives in replication/); no
// verification of transactions (KIP-890).
// Read next: storage/log_producers.cc, storage/transaction_index.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/env/disk.h"
#include "engine/storage/producer_append_info.h"

namespace kscope::storage {

class ProducerStateManager {
 public:
  ProducerStateManager() = default;
  explicit ProducerStateManager(std::string directory) : directory_(std::move(directory)) {}

  // ---- the state
  /// To be filled with batches and, if none is refused and they are in the log, given to update().
  ProducerAppendInfo prepare(std::int64_t producer_id, AppendOrigin origin) const;
  void update(const ProducerAppendInfo& info);
  /// prepare, append and update for a batch that is in the log already. A transaction that it ends
  /// must be given to complete().
  std::optional<CompletedTxn> replay(const record::BatchHeader& batch,
                                     const std::optional<EndTxnMarker>& marker);
  /// The LSO that goes into the transaction index: as if `txn` were complete already.
  Offset last_stable_after(const CompletedTxn& txn) const;
  /// It has ended; it stays unstable until its marker is below the high watermark.
  void complete(const CompletedTxn& txn);
  const ProducerStateEntry* find(std::int64_t producer_id) const;
  /// Forgets producers that were silent for `expiration_ms` and have no transaction open.
  void remove_expired(std::int64_t now_ms, std::int64_t expiration_ms);

  /// Nothing: all that is below the high watermark is stable.
  std::optional<Offset> first_unstable(Offset high_watermark) const;
  /// Where the oldest open transaction began, whatever the high watermark (Kafka:
  /// firstUndecidedOffset). The cleaner stops there.
  std::optional<Offset> first_undecided() const;
  /// Transactions whose markers are below it need not be remembered any longer.
  void on_high_watermark(Offset high_watermark);

  // ---- how far, and the files
  Offset map_end() const { return map_end_; }
  void set_map_end(Offset end) { map_end_ = end; }
  /// Finds the snapshots of the directory.
  Result<void> find_snapshots(const env::Disk& disk);
  /// Writes <map_end>.snapshot, unless the last one is of there. True if it did.
  Result<bool> take_snapshot(env::Disk& disk);
  /// Goes back (or forward) to the latest snapshot at or before `end`; those beyond it, and those
  /// that are at or before the log start, are removed. The batches from map_end() on must be
  /// replayed then. Nothing happens if the state is that of `end` already.
  Result<void> reload(env::Disk& disk, Offset log_start, Offset end, std::int64_t now_ms,
                      std::int64_t expiration_ms);
  Result<void> truncate_fully(env::Disk& disk, Offset start);
  void on_log_start(Offset log_start);
  Result<void> remove_snapshot(env::Disk& disk, Offset at);
  /// Keeps those of segments, and the latest of all, which a clean stop has left.
  Result<void> remove_stray_snapshots(env::Disk& disk, const std::set<Offset>& bases);

  const std::map<std::int64_t, ProducerStateEntry>& producers() const { return producers_; }
  const std::set<Offset>& snapshots() const { return snapshots_; }
  bool empty() const { return producers_.empty() && unreplicated_.empty(); }

 private:
  struct Txn {
    std::int64_t producer_id = -1;
    std::optional<Offset> marker;  // once it has ended
  };
  std::string path_of(Offset at) const;
  Result<bool> load_latest(env::Disk& disk, std::int64_t now_ms, std::int64_t expiration_ms);
  void clear();

  std::string directory_;
  std::map<std::int64_t, ProducerStateEntry> producers_;
  std::map<Offset, Txn> ongoing_;       // by first offset
  std::map<Offset, Txn> unreplicated_;  // ended, the marker perhaps not yet committed
  std::set<Offset> snapshots_;
  Offset map_end_;
  Offset last_snapshot_;
};

}  // namespace kscope::storage
