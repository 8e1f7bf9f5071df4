// What a log says about its producers, read off its batches.
//
// The cleaner needs two things that are not about keys. The last batch of every producer that is
// still active must stay, even if all its records go, because the producer's next sequence number
// is checked against it. And it must know which transactions were aborted. Both follow from the
// headers alone (and from the few control records), so they are read afresh for every pass.
//
// Called by: cleaner. Kafka: UnifiedLog.lastRecordsOfActiveProducers and collectAbortedTransactions,
// which answer from the producer state and the transaction index that they keep.
// Read next: storage/batch_filter.h
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/storage/cleaned_transactions.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

/// Kafka: LastRecord.
struct LastRecord {
  std::optional<Offset> last_data;  ///< nothing: a marker of a newer epoch came last
  std::int16_t epoch = -1;
};

struct ProducerScan {
  std::map<std::int64_t, LastRecord> last_records;  ///< by producer id; only active ones
  std::vector<AbortedTransaction> aborted;
};

/// A producer that was silent for as long has no state any more: producer.id.expiration.ms.
inline constexpr std::int64_t kProducerIdExpirationMs = 86'400'000;

Result<ProducerScan> scan_producers(const env::Disk& disk, const UnifiedLog& log,
                                    std::int64_t now_ms);

}  // namespace kscope::storage
