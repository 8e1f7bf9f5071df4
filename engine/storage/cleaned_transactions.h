// CleanedTransactions: which transactional batches and markers the cleaner may drop.
//
// The records of an aborted transaction are never shown to a read_committed consumer, so the
// cleaner drops them whatever their keys say. Markers have to outlive what they decide about: a
// reader that has seen records of a transaction must learn how it ended. So a marker can go only
// after a pass that met no record of its transaction any more, and then not before its batch's
// delete horizon, which that pass sets, is over (KIP-534).
//
// The cleaner walks the log in order and tells every batch to this.
//
// Called by: cleaner, batch_filter. Kafka: CleanedTransactionMetadata.
// Read next: storage/producer_scan.h
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/record/record_batch.h"
#include "engine/storage/transaction_index.h"

namespace kscope::storage {

enum class MarkerType : std::uint8_t { Abort, Commit, Other };
/// What a control batch says; Other for markers that end no transaction. Corrupt if it says nothing
/// that can be read. REQUIRES it has a record.
Result<MarkerType> marker_of(ByteView control_batch);

class CleanedTransactions {
 public:
  CleanedTransactions() = default;
  /// `aborted`: all of the log's that can matter.
  explicit CleanedTransactions(std::vector<AbortedTxn> aborted);

  /// True if the batch is of an aborted transaction and can go.
  bool on_batch(const record::BatchHeader& batch);
  /// True if nothing of the marker's transaction was met before it, so that it can go in time.
  Result<bool> on_control_batch(const record::BatchHeader& header, ByteView batch);

  /// The aborted transactions whose markers were kept: the transaction index of what was written.
  const std::vector<AbortedTxn>& kept() const { return kept_; }

 private:
  struct Ongoing {
    AbortedTxn transaction;
    bool seen = false;  // one of its batches was met in this pass
  };
  void enter_up_to(std::int64_t offset);

  std::vector<AbortedTxn> aborted_;  // by first offset
  std::size_t next_ = 0;                     // in aborted_: not entered yet
  std::set<std::int64_t> committed_;         // producers of transactions with a record met
  std::map<std::int64_t, Ongoing> ongoing_;
  std::vector<AbortedTxn> kept_;
};

}  // namespace kscope::storage
