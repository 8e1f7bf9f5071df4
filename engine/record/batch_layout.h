// Where the fields of a batch header are. record_batch.h draws the layout; these are its numbers.
//
// Called by: batch_builder.cc, batch_reader.cc, batch_walk.cc.
// Read next: record/batch_builder.cc
#pragma once

#include <cstddef>

namespace kscope::record::layout {

inline constexpr std::size_t kBaseOffset = 0;
inline constexpr std::size_t kBatchLength = 8;
inline constexpr std::size_t kLeaderEpoch = 12;
inline constexpr std::size_t kMagic = 16;
inline constexpr std::size_t kCrc = 17;
inline constexpr std::size_t kAttributes = 21;  // the CRC covers everything from here
inline constexpr std::size_t kMaxTimestamp = 35;

}  // namespace kscope::record::layout

namespace kscope::record {

// Bits of `attributes` above the codec's three.
inline constexpr int kLogAppendTimeBit = 0x08;
inline constexpr int kTransactionalBit = 0x10;
inline constexpr int kControlBit = 0x20;
inline constexpr int kDeleteHorizonBit = 0x40;

}  // namespace kscope::record
