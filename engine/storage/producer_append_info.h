// ProducerAppendInfo: one producer's batches on their way into the log, checked before they get in.
//
// It starts from what the log knows of the producer, takes the batches of one append in turn, and
// refuses what must not be written: an epoch older than the last one (a zombie), a sequence number
// that is not the next one (records are missing), data outside of a transaction while one is open,
// a marker of a deposed coordinator. Only when the append has succeeded is its result taken over.
//
// Who appends decides how much is checked: a client's batch in full, a coordinator's without
// sequence numbers, and one that was replicated not at all, since its leader has done so.
//
// Kafka: ProducerAppendInfo. KIP-98, KIP-360 (after a producer's records have all been deleted the
// log accepts any sequence number; a raised epoch starts again at 0).
// Called by: producer_state_manager, log_producers. Read next: storage/producer_state_manager.h
#pragma once

#include <optional>
#include <vector>

#include "engine/storage/end_txn_marker.h"
#include "engine/storage/log_validator.h"
#include "engine/storage/producer_state_entry.h"

namespace kscope::storage {

/// A transaction whose marker is in the log.
struct CompletedTxn {
  std::int64_t producer_id = -1;
  Offset first;  ///< of its first record
  Offset marker;
  bool aborted = false;
  bool operator==(const CompletedTxn&) const = default;
};

class ProducerAppendInfo {
 public:
  ProducerAppendInfo(ProducerStateEntry current, AppendOrigin origin);

  /// Takes one batch; `marker` is that of a control batch. Nothing means accepted.
  std::optional<AppendRefused> append(const record::BatchHeader& batch,
                                      const std::optional<EndTxnMarker>& marker);

  /// The producer after these batches: only the new ones are in its list.
  const ProducerStateEntry& updated() const { return updated_; }
  const std::vector<Offset>& started() const { return started_; }
  const std::vector<CompletedTxn>& completed() const { return completed_; }

 private:
  using Refusal = std::optional<AppendRefused>;
  Refusal check_epoch(const record::BatchHeader& batch) const;
  Refusal check_sequence(const record::BatchHeader& batch) const;
  Refusal append_data(const record::BatchHeader& batch);
  Refusal append_marker(const record::BatchHeader& batch, const EndTxnMarker& marker);

  ProducerStateEntry current_;
  AppendOrigin origin_;
  ProducerStateEntry updated_;
  std::vector<Offset> started_;
  std::vector<CompletedTxn> completed_;
};

}  // namespace kscope::storage
