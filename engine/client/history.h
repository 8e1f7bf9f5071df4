// What clients were promised and what they were given: the raw material of the lost-write checker.
//
// A producer notes every record that a broker acknowledged, a consumer every record that it handed
// to its application. The machine collects both after every step (take_acked, take_consumed) and
// holds them against the logs: no acknowledged record may be missing, no consumed record may
// change.
//
// Invariant: between two take() calls at most kLimit entries are kept; beyond that they are counted
// in `missed` instead, so that a forgotten collector costs a bounded amount of memory.
//
// Real Kafka has no such thing: Jepsen keeps these histories outside (tests/kafka.clj).
// Called by: kafka_producer, kafka_consumer; read by sim/invariants.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/base/checksums.h"
#include "engine/base/partition.h"

namespace kscope::client {

/// Tells records apart by content: a null key differs from an empty one.
inline std::uint64_t digest_of(const std::optional<Bytes>& key, const std::optional<Bytes>& value) {
  Fnv64 hash;
  for (const std::optional<Bytes>* part : {&key, &value}) {
    hash.add(part->has_value() ? (*part)->size() : ~std::uint64_t{0});
    if (part->has_value()) hash.add(ByteView(**part));
  }
  return hash.value();
}

struct AckedRecord {
  PartitionRef partition;
  std::optional<Offset> offset;  ///< absent with acks=0: nobody said where it went, or whether
  std::uint64_t digest = 0;
  std::int16_t acks = 0;         ///< the promise: 0, 1 or -1 (all)
};

struct ConsumedRecord {
  PartitionRef partition;
  Offset offset;
  std::uint64_t digest = 0;
};

template <class Entry>
class History {
 public:
  static constexpr std::size_t kLimit = 65'536;
  void add(const Entry& entry) {
    if (entries_.size() < kLimit) entries_.push_back(entry);
    else ++missed_;
  }
  std::vector<Entry> take() { return std::exchange(entries_, {}); }
  bool empty() const { return entries_.empty(); }
  std::uint64_t missed() const { return missed_; }

 private:
  std::vector<Entry> entries_;
  std::uint64_t missed_ = 0;
};

}  // namespace kscope::client
