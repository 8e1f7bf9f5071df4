// Which partition a record goes to.
//
//   the caller named one          -> that one
//   the record has a key          -> murmur2(key), sign bit off, modulo the number of partitions
//   neither                       -> the topic's sticky partition, until batch.size bytes went in
//
// Sticky rather than round robin: records of one moment share a batch (fewer, fuller requests) and
// still spread evenly over time (KIP-480; KIP-794 made the switch depend on bytes, as here).
//
// Invariant: equal keys go to equal partitions as long as the number of partitions stays the same -
// with any client in any language that uses the Java hash.
//
// Kafka: BuiltInPartitioner, RecordAccumulator.append. Simplified: no adaptive weighting by queue
// length and no partitioner.availability.timeout.ms; the next sticky partition is drawn uniformly
// from those that have a leader.
// Called by: record_accumulator. Read next: client/producer_batch.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/env/random.h"

namespace kscope::client {

class StickyPartitioner {
 public:
  /// The sticky partition of the topic; draws one on first use. `available` are the partitions that
  /// have a leader; if there are none, any of `partition_count` may be drawn.
  /// REQUIRES partition_count > 0.
  std::int32_t partition_for(const std::string& topic, std::int32_t partition_count,
                             const std::vector<std::int32_t>& available, env::Random& random);
  /// `bytes` more went to the sticky partition. It is given up after `batch_size` bytes if nothing
  /// of its queue would be left behind half full (`may_switch`), and after twice that in any case.
  void appended(const std::string& topic, std::int32_t bytes, std::int32_t batch_size,
                bool may_switch);

 private:
  struct Sticky {
    std::int32_t partition = 0;
    std::int64_t bytes = 0;
  };
  std::map<std::string, Sticky> sticky_;
};

}  // namespace kscope::client
