// BatchFilter: what the cleaner leaves of one batch.
//
//   nothing           every record is superseded, and nobody needs the batch for its producer
//   only its header   every record went, but it holds the last sequence number of a live producer
//   the same bytes    nothing went
//   a new batch       some records went. Base offset, last offset, producer and sequence stay, so
//                     that offsets never change and a hole is all that a reader can notice
//
// A record stays if it is the newest of its key. A tombstone (a key without a value) stays for a
// while after that, so that a consumer that is reading up sees it: the first pass writes into the
// batch until when, the delete horizon, now + delete.retention.ms, in the place of the base
// timestamp and marked by a bit of the attributes (KIP-534). A pass after that drops it.
//
// Called by: cleaner. Kafka: MemoryRecords.filterTo, Cleaner.cleanInto (its RecordFilter),
// Cleaner.shouldRetainRecord.
// Read next: storage/cleaner.h
#pragma once

#include "engine/storage/offset_map.h"
#include "engine/storage/producer_scan.h"

namespace kscope::storage {

struct CleanCounts {
  std::int32_t records_before = 0, records_after = 0, tombstones_removed = 0;
  std::int64_t bytes_before = 0, bytes_after = 0;
  void add(const CleanCounts& other);
};

class BatchFilter {
 public:
  struct Clock {
    std::int64_t now_ms = 0;
    std::int64_t delete_retention_ms = 0;
  };
  /// All of them must outlive the filter.
  BatchFilter(const OffsetMap& newest, const ProducerScan& producers, CleanedTransactions& txns,
              Clock clock)
      : newest_(newest), producers_(producers), transactions_(txns), clock_(clock) {}

  /// Appends what is left of the batch to `out`. The batches must come in the order of the log.
  Result<void> filter(const record::BatchHeader& header, ByteView batch, Bytes& out,
                      CleanCounts& counts);

 private:
  struct Verdict {
    bool drop_records = false;       // whatever they are
    bool keep_empty = false;         // the header stays in any case
    bool marker_of_nothing = false;  // a marker whose transaction is gone: its horizon begins
  };
  struct Kept {
    std::vector<record::Record> records;
    bool all = true;
    bool has_tombstone = false;
  };
  Result<Verdict> judge(const record::BatchHeader& header, ByteView batch);
  bool is_last_of_producer(const record::BatchHeader& header) const;
  bool retains(const record::BatchHeader& header, const record::Record& record,
               CleanCounts& counts) const;
  Kept select(const record::BatchHeader& header, std::vector<record::Record> records,
              const Verdict& verdict, CleanCounts& counts) const;
  Bytes rebuilt(const record::BatchHeader& header, const Kept& kept, bool set_horizon) const;

  const OffsetMap& newest_;
  const ProducerScan& producers_;
  CleanedTransactions& transactions_;
  Clock clock_;
};

}  // namespace kscope::storage
