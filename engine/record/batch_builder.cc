// Encoding a batch, and the stamps that a leader puts on a finished one.
#include "engine/base/byte_io.h"
#include "engine/base/check.h"
#include "engine/base/checksums.h"
#include "engine/record/batch_layout.h"
#include "engine/record/record_batch.h"

namespace kscope::record {
namespace {

std::size_t nullable_size(const std::optional<Bytes>& bytes) {
  if (!bytes) return varint_size(-1);
  return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

void write_nullable(ByteWriter& out, const std::optional<Bytes>& bytes) {
  out.varint(bytes ? static_cast<std::int32_t>(bytes->size()) : -1);
  if (bytes) out.raw(*bytes);
}

/// Bytes of a record after its own length.
std::size_t body_size(const Record& record, std::int32_t offset_delta,
                      std::int64_t timestamp_delta) {
  std::size_t size = 1 + varlong_size(timestamp_delta) + varint_size(offset_delta);
  size += nullable_size(record.key) + nullable_size(record.value);
  size += varint_size(static_cast<std::int32_t>(record.headers.size()));
  for (const Header& header : record.headers) {
    size += varint_size(static_cast<std::int32_t>(header.key.size())) + header.key.size();
    size += nullable_size(header.value);
  }
  return size;
}

void write_record(ByteWriter& out, const Record& record, std::int32_t offset_delta,
                  std::int64_t timestamp_delta) {
  out.varint(static_cast<std::int32_t>(body_size(record, offset_delta, timestamp_delta)));
  out.i8(0);  // attributes: none are defined
  out.varlong(timestamp_delta);
  out.varint(offset_delta);
  write_nullable(out, record.key);
  write_nullable(out, record.value);
  out.varint(static_cast<std::int32_t>(record.headers.size()));
  for (const Header& header : record.headers) {
    out.varint(static_cast<std::int32_t>(header.key.size()));
    out.raw(view_of(header.key));
    write_nullable(out, header.value);
  }
}

void write_records(ByteWriter& out, std::int64_t base_offset, std::int64_t base_timestamp,
                   const std::vector<Record>& records) {
  std::int64_t previous = base_offset - 1;
  for (const Record& record : records) {
    KCHECK(record.offset > previous);
    previous = record.offset;
    write_record(out, record, static_cast<std::int32_t>(record.offset - base_offset),
                 record.timestamp_ms - base_timestamp);
  }
}

std::int16_t attributes_of(const BatchOptions& options) {
  int bits = static_cast<int>(options.codec);
  if (options.timestamp_type == TimestampType::LogAppendTime) bits |= kLogAppendTimeBit;
  if (options.transactional) bits |= kTransactionalBit;
  if (options.control) bits |= kControlBit;
  if (options.delete_horizon_ms) bits |= kDeleteHorizonBit;
  return static_cast<std::int16_t>(bits);
}

void write_i64_at(Bytes& bytes, std::size_t position, std::int64_t value) {
  const auto v = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[position + i] = static_cast<std::uint8_t>(v >> (8 * (7 - i)));
  }
}

void write_u32_at(Bytes& bytes, std::size_t position, std::uint32_t v) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[position + i] = static_cast<std::uint8_t>(v >> (8 * (3 - i)));
  }
}

}  // namespace

Bytes build_batch(const BatchOptions& options, const std::vector<Record>& records) {
  KCHECK(!records.empty());
  std::int64_t max_timestamp = records.front().timestamp_ms;
  for (const Record& r : records) max_timestamp = std::max(max_timestamp, r.timestamp_ms);
  const std::int64_t base_timestamp =
      options.delete_horizon_ms.value_or(records.front().timestamp_ms);
  const std::int64_t last_offset = options.last_offset.value_or(records.back().offset);
  KCHECK(last_offset >= records.back().offset);

  ByteWriter out;
  out.i64(options.base_offset);
  out.i32(0);  // batchLength, patched below
  out.i32(options.partition_leader_epoch);
  out.i8(2);  // magic
  out.u32(0);  // crc, patched below
  out.i16(attributes_of(options));
  out.i32(static_cast<std::int32_t>(last_offset - options.base_offset));
  out.i64(base_timestamp);
  out.i64(max_timestamp);
  out.i64(options.producer_id);
  out.i16(options.producer_epoch);
  out.i32(options.base_sequence);
  out.i32(static_cast<std::int32_t>(records.size()));
  KCHECK(out.size() == kBatchOverhead);

  if (options.codec == Codec::None) {
    write_records(out, options.base_offset, base_timestamp, records);
  } else {
    ByteWriter plain;
    write_records(plain, options.base_offset, base_timestamp, records);
    out.raw(compress(options.codec, plain.bytes()));
  }
  out.patch_u32(layout::kBatchLength, static_cast<std::uint32_t>(out.size() - kLogOverhead));
  out.patch_u32(layout::kCrc, crc32c(ByteView(out.bytes()).subspan(layout::kAttributes)));
  return out.take();
}

Bytes build_empty_batch(const BatchHeader& original) {
  constexpr int kKeptBits = kLogAppendTimeBit | kTransactionalBit | kControlBit;
  ByteWriter out;
  out.i64(original.base_offset);
  out.i32(static_cast<std::int32_t>(kBatchOverhead - kLogOverhead));
  out.i32(original.partition_leader_epoch);
  out.i8(2);   // magic
  out.u32(0);  // crc, patched below
  out.i16(static_cast<std::int16_t>(original.attributes & kKeptBits));
  out.i32(original.last_offset_delta);
  out.i64(-1);  // base timestamp: there is no record that it would be of
  out.i64(original.max_timestamp);
  out.i64(original.producer_id);
  out.i16(original.producer_epoch);
  out.i32(original.base_sequence);
  out.i32(0);  // count
  KCHECK(out.size() == kBatchOverhead);
  out.patch_u32(layout::kCrc, crc32c(ByteView(out.bytes()).subspan(layout::kAttributes)));
  return out.take();
}

void stamp_base_offset(Bytes& batch, std::size_t at, std::int64_t base_offset) {
  KCHECK(batch.size() >= kBatchOverhead && at <= batch.size() - kBatchOverhead);
  write_i64_at(batch, at + layout::kBaseOffset, base_offset);
}

void stamp_leader_epoch(Bytes& batch, std::size_t at, std::int32_t leader_epoch) {
  KCHECK(batch.size() >= kBatchOverhead && at <= batch.size() - kBatchOverhead);
  write_u32_at(batch, at + layout::kLeaderEpoch, static_cast<std::uint32_t>(leader_epoch));
}

void stamp_append_time(Bytes& batch, std::size_t at, std::int64_t append_time_ms) {
  KCHECK(batch.size() >= kBatchOverhead && at <= batch.size() - kBatchOverhead);
  const auto header = parse_header(ByteView(batch).subspan(at));
  KCHECK(header.ok());
  // The second byte of `attributes` holds all bits that are defined.
  batch[at + layout::kAttributes + 1] |= kLogAppendTimeBit;
  write_i64_at(batch, at + layout::kMaxTimestamp, append_time_ms);
  const ByteView covered = ByteView(batch).subspan(at + layout::kAttributes,
                                                   header->size_in_bytes() - layout::kAttributes);
  write_u32_at(batch, at + layout::kCrc, crc32c(covered));
}

}  // namespace kscope::record
