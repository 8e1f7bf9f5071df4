// OffsetMap: the newest offset of each key, for a bounded amount of memory.
//
// The cleaner reads the dirty part of a log once to fill it, and then keeps a record exactly if no
// newer one of its key is in here. Keys are not stored, only their 128-bit hashes: an entry takes
// 24 bytes, 16 of hash and 8 of offset, whatever the length of the key. How many fit follows from
// log.cleaner.dedupe.buffer.size, and of those a part (log.cleaner.io.buffer.load.factor) stays
// free, so that probing is short. If the keys do not fit, what was read until then is cleaned, and
// the rest waits for the next pass.
//
// Two keys of one hash would count as one key, and the older record of the two would be lost. With
// 128 good bits that takes about 2^64 keys. Real Kafka lives with the same risk (SkimpyOffsetMap,
// with MD5); our hash is not meant to withstand somebody who looks for collisions on purpose.
//
// Called by: cleaner. Kafka: OffsetMap, SkimpyOffsetMap. Kafka allocates the whole table at once;
// this one grows up to the same limit.
// Read next: storage/cleaner.h
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"

namespace kscope::storage {

class OffsetMap {
 public:
  static constexpr std::int64_t kBytesPerEntry = 24;

  /// REQUIRES room for more than one entry.
  OffsetMap(std::int64_t memory_bytes, double load_factor);

  /// How many keys may be in it.
  std::int64_t capacity() const { return capacity_; }
  std::int64_t size() const { return size_; }
  bool full() const { return size_ >= capacity_; }

  /// REQUIRES !full(). Offsets must rise: the last one put for a key is its newest.
  void put(ByteView key, Offset offset);
  /// Nothing if the key was never put.
  std::optional<Offset> get(ByteView key) const;

  /// Up to here (inclusive) everything is in the map; -1: nothing yet.
  Offset latest_offset() const { return latest_; }
  void update_latest_offset(Offset offset) { latest_ = offset; }

 private:
  struct Hash {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Hash&) const = default;
  };
  struct Entry {
    Hash hash;
    std::int64_t offset = -1;  // -1: a free slot
  };
  static_assert(sizeof(Entry) == kBytesPerEntry);

  static Hash hash_of(ByteView key);
  std::size_t slot_of(const Hash& hash) const;
  void grow();

  std::int64_t capacity_;
  std::int64_t size_ = 0;
  std::vector<Entry> slots_;  // Invariant: a power of two, at most three quarters full
  Offset latest_{-1};
};

}  // namespace kscope::storage
