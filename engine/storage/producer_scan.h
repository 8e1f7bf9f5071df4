// What the cleaner has to know of a log's producers.
//
// Two things that are not about keys. The last batch of every producer that is still active must
// stay, even if all its records go, because the producer's next sequence number is checked against
// it. And it must know which transactions were aborted. The log keeps both: the state of its
// producers, and the transaction indexes of its segments.
//
// Called by: cleaner. Kafka: UnifiedLog.lastRecordsOfActiveProducers, collectAbortedTransactions.
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
  std::vector<AbortedTxn> aborted;
};

ProducerScan scan_producers(const UnifiedLog& log, std::int64_t now_ms);

}  // namespace kscope::storage
