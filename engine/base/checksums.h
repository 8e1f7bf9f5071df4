// CRC-32C and murmur2: the two hashes that Kafka's compatibility hangs on.
//
// CRC-32C (Castagnoli) guards a record batch from `attributes` to its end. murmur2, in exactly the
// Java client's variant (seed 0x9747b28c, sign bit masked off), decides the partition of a keyed
// record: another variant would send the same key elsewhere and break ordering between clients.
//
// Kafka: org.apache.kafka.common.utils.Crc32C, Utils.murmur2, Utils.toPositive.
// Read next: record/record_batch.h, client/partitioner.h
#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace kscope {

/// `seed` is the CRC so far, to continue over several pieces.
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);
/// The same without the processor's help: what runs where there is no SSE 4.2. Declared so that a
/// test can hold the two against each other.
std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t seed = 0);
std::int32_t murmur2(ByteView bytes);
/// Utils.toPositive(murmur2(key)) % partitions. REQUIRES partitions > 0.
std::int32_t partition_for_key(ByteView key, std::int32_t partitions);

/// FNV-1a, for the event hash: order-sensitive, the same on every machine.
class Fnv64 {
 public:
  void add(std::uint64_t word) {
    for (int i = 0; i < 8; ++i) {
      state_ = (state_ ^ (word & 0xff)) * 0x100000001b3ULL;
      word >>= 8;
    }
  }
  void add(ByteView bytes) {
    for (std::uint8_t b : bytes) state_ = (state_ ^ b) * 0x100000001b3ULL;
  }
  std::uint64_t value() const { return state_; }
  bool operator==(const Fnv64&) const = default;

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace kscope
