// Events of producers as one replica's log knows them: duplicates, snapshots, transactions.
//
// Emitted by storage/. Kafka: ProducerStateManager; KIP-98, KIP-360.
// Read next: event/tier_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// A retry of a batch that is in the log already: answered with its offsets, not appended again.
struct DuplicateBatchFound {
  static constexpr Info kInfo{
      "DuplicateBatchFound", Subject::Storage, Weight::Change,
      "{node}: producer {producer} sends sequence {first_sequence} to "
      "{last_sequence} of {partition} again; it is there at {base}..{last}"};
  PartitionRef partition;
  std::int64_t producer = -1;
  std::int32_t first_sequence = -1, last_sequence = -1;
  Offset base, last;
  void describe(auto&& v) const {
    v("partition", partition);
    v("producer", producer);
    v("first_sequence", first_sequence);
    v("last_sequence", last_sequence);
    v("base", base);
    v("last", last);
  }
};

struct ProducerSnapshotTaken {
  static constexpr Info kInfo{"ProducerSnapshotTaken", Subject::Storage, Weight::Detail,
                              "{node} notes the state of {producers} producers of {partition} as "
                              "of offset {at}"};
  PartitionRef partition;
  Offset at;  ///< exclusive: what the records before it have led to
  std::int64_t producers = 0;
  void describe(auto&& v) const {
    v("partition", partition);
    v("at", at);
    v("producers", producers);
  }
};

struct TransactionStarted {
  static constexpr Info kInfo{"TransactionStarted", Subject::Storage, Weight::Change,
                              "{node}: producer {producer} has an open transaction in {partition} "
                              "from {first} on"};
  PartitionRef partition;
  std::int64_t producer = -1;
  Offset first;
  void describe(auto&& v) const {
    v("partition", partition);
    v("producer", producer);
    v("first", first);
  }
};

/// A marker was appended. Readers of committed data may go on once it is below the high watermark.
struct TransactionEnded {
  static constexpr Info kInfo{"TransactionEnded", Subject::Storage, Weight::Change,
                              "{node}: the transaction of producer {producer} in {partition}, "
                              "{first}..{marker}, has ended (aborted: {aborted})"};
  PartitionRef partition;
  std::int64_t producer = -1;
  Offset first, marker;
  bool aborted = false;
  void describe(auto&& v) const {
    v("partition", partition);
    v("producer", producer);
    v("first", first);
    v("marker", marker);
    v("aborted", aborted);
  }
};

}  // namespace kscope::event
