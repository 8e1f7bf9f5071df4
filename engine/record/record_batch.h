// Record batch v2: the unit that travels, is stored, checksummed and replicated.
//
// A producer builds a batch, the leader stamps two fields into it (baseOffset and
// partitionLeaderEpoch), and from then on exactly these bytes are what the log holds, what
// followers copy and what consumers read. Layout (all big-endian):
//
//   offset  size  field
//        0     8  baseOffset               set by the leader; outside the CRC
//        8     4  batchLength              bytes after this field
//       12     4  partitionLeaderEpoch     set by the leader; outside the CRC
//       16     1  magic = 2
//       17     4  crc                      CRC-32C of everything from `attributes` on
//       21     2  attributes               bits 0-2 codec, 3 timestamp type, 4 transactional,
//                                          5 control, 6 delete horizon
//       23     4  lastOffsetDelta
//       27     8  baseTimestamp
//       35     8  maxTimestamp
//       43     8  producerId               -1: none
//       51     2  producerEpoch            -1: none
//       53     4  baseSequence             -1: none
//       57     4  records count
//       61     …  records, as one compressed block if a codec is set
//
// The leader epoch sits outside the CRC so that a leader can stamp it without hashing the batch
// again.
//
// Invariant: a BatchView only exists over bytes whose length and magic were checked by parse().
// Called by: client/ (build), storage/ (stamp, append, scan), the inspector.
// Kafka: org.apache.kafka.common.record.DefaultRecordBatch, MemoryRecordsBuilder. KIP-98.
// Read next: record/compression.h, then storage/unified_log.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/record/compression.h"

namespace kscope::record {

inline constexpr std::size_t kBatchOverhead = 61;  ///< bytes before the first record
inline constexpr std::size_t kLogOverhead = 12;    ///< baseOffset + batchLength

enum class TimestampType : std::uint8_t { CreateTime = 0, LogAppendTime = 1 };

struct Header {
  std::string key;
  std::optional<Bytes> value;
  bool operator==(const Header&) const = default;
};

/// One record as an application sees it. `offset` and `timestamp_ms` are absolute.
struct Record {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  std::vector<Header> headers;
  bool operator==(const Record&) const = default;
};

/// The 61 bytes in front of the records, decoded.
struct BatchHeader {
  std::int64_t base_offset = 0;
  std::int32_t batch_length = 0;
  std::int32_t partition_leader_epoch = -1;
  std::int8_t magic = 2;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  std::int64_t base_timestamp = -1;
  std::int64_t max_timestamp = -1;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  std::int32_t count = 0;

  std::int64_t last_offset() const { return base_offset + last_offset_delta; }
  std::int64_t next_offset() const { return last_offset() + 1; }
  std::size_t size_in_bytes() const {
    return kLogOverhead + static_cast<std::size_t>(batch_length);
  }
  Codec codec() const { return static_cast<Codec>(attributes & 7); }
  TimestampType timestamp_type() const {
    return static_cast<TimestampType>((attributes >> 3) & 1);
  }
  bool is_transactional() const { return (attributes & 0x10) != 0; }
  bool is_control() const { return (attributes & 0x20) != 0; }
  /// A tombstone (or transaction marker) in it may go from this time on. Set by the cleaner, in the
  /// place of the base timestamp, when it first sees that nothing older is left (KIP-534).
  std::optional<std::int64_t> delete_horizon_ms() const {
    return (attributes & 0x40) != 0 ? std::optional(base_timestamp) : std::nullopt;
  }
  bool has_producer_id() const { return producer_id >= 0; }
};

/// What a builder needs besides the records.
struct BatchOptions {
  std::int64_t base_offset = 0;
  std::int32_t partition_leader_epoch = -1;
  Codec codec = Codec::None;
  TimestampType timestamp_type = TimestampType::CreateTime;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;
  // What only the cleaner needs, when it writes a batch again without some of its records.
  std::optional<std::int64_t> delete_horizon_ms{};
  /// Kept although the record is gone: the last sequence number of the batch follows from it.
  std::optional<std::int64_t> last_offset{};
};

/// Encodes a batch. Record offsets give the deltas; REQUIRES at least one record, in rising order,
/// the first at or after options.base_offset. Record timestamps are absolute milliseconds.
Bytes build_batch(const BatchOptions& options, const std::vector<Record>& records);
/// A batch of which only the header is left: what it says of its producer, and its offsets.
Bytes build_empty_batch(const BatchHeader& original);

/// Reads the header of the batch at the start of `bytes`. Truncated if fewer than its 12 +
/// batchLength bytes are there (a torn tail), Corrupt if length, magic or offsets are impossible,
/// Unsupported for the formats 0 and 1 of the time before KIP-98. Does not check the CRC.
/// What it returns is safe to compute with: last_offset() and size_in_bytes() do not overflow.
Result<BatchHeader> parse_header(ByteView bytes);
/// Only the fields, from exactly the first 61 bytes; the rest of the batch need not be there.
Result<BatchHeader> parse_header_only(ByteView first_61_bytes);
/// True if the CRC-32C over `batch` (a whole batch) matches. REQUIRES parse_header succeeded.
bool crc_is_valid(ByteView batch);
/// Decompresses and decodes the records of one whole batch. Corrupt or Unsupported with a position.
/// With LogAppendTime every record has the batch's maxTimestamp.
Result<std::vector<Record>> read_records(ByteView batch);
/// The headers of all whole batches in `bytes`, in order; a torn one at the end is left out, which
/// is how a consumer must treat the end of a fetch response.
Result<std::vector<BatchHeader>> split_batches(ByteView bytes);

/// The leader's two stamps; they lie outside the CRC. REQUIRES batch.size() >= 61.
void stamp_base_offset(Bytes& batch, std::size_t at, std::int64_t base_offset);
void stamp_leader_epoch(Bytes& batch, std::size_t at, std::int32_t leader_epoch);
/// Rewrites maxTimestamp and the timestamp type (LogAppendTime) and the CRC with them. REQUIRES a
/// whole, well-formed batch at `at`.
void stamp_append_time(Bytes& batch, std::size_t at, std::int64_t append_time_ms);

/// One field of a batch with the bytes it was read from, for the inspector; offsets count from the
/// start of `batch`. Records of a compressed batch are walked in their decompressed form and carry
/// `decompressed` = true: their offsets then count from the start of the decompressed block.
/// Bytes that are no batch give one span called "damaged"; very many fields are cut off with "…".
struct FieldSpan {
  std::string name;    ///< "baseOffset", "records[0].key"
  std::string value;   ///< as a person reads it
  std::size_t begin = 0, end = 0;
  int depth = 0;
  bool decompressed = false;
};
std::vector<FieldSpan> walk_batch(ByteView batch);

}  // namespace kscope::record
