#include "engine/storage/producer_snapshot.h"

#include <fmt/core.h>

#include "engine/base/byte_io.h"
#include "engine/base/checksums.h"

namespace kscope::storage {

namespace {

constexpr std::int16_t kVersion = 1;
constexpr std::size_t kCrcAt = 2, kEntriesAt = 6;

Error corrupt(std::size_t position, std::string what) {
  return {ErrorKind::Corrupt, fmt::format("position {}: {}", position, what)};
}

ProducerStateEntry read_entry(ByteReader& reader) {
  ProducerStateEntry entry;
  BatchMetadata last;
  entry.producer_id = reader.i64();
  entry.producer_epoch = reader.i16();
  last.last_sequence = reader.i32();
  last.last_offset = Offset(reader.i64());
  last.offset_delta = reader.i32();
  last.timestamp_ms = entry.last_timestamp_ms = reader.i64();
  entry.coordinator_epoch = reader.i32();
  const std::int64_t txn_first = reader.i64();
  if (txn_first >= 0) entry.current_txn_first = Offset(txn_first);
  if (last.last_offset.value() >= 0) entry.batches.push_back(last);
  return entry;
}

bool is_sane(const ProducerStateEntry& entry) {
  if (entry.producer_id < 0 || entry.producer_epoch < -1) return false;
  if (entry.batches.empty()) return true;
  const BatchMetadata& last = entry.batches.front();
  return last.offset_delta >= 0 && last.last_sequence >= -1 &&
         last.last_offset.value() >= last.offset_delta;
}

}  // namespace

Bytes encode_producer_snapshot(const std::vector<ProducerStateEntry>& entries) {
  ByteWriter writer;
  writer.i16(kVersion);
  writer.u32(0);
  writer.i32(static_cast<std::int32_t>(entries.size()));
  for (const ProducerStateEntry& entry : entries) {
    const BatchMetadata last = entry.batches.empty() ? BatchMetadata{} : entry.batches.back();
    writer.i64(entry.producer_id);
    writer.i16(entry.producer_epoch);
    writer.i32(last.last_sequence);
    writer.i64(last.last_offset.value());
    writer.i32(last.offset_delta);
    writer.i64(entry.last_timestamp_ms);
    writer.i32(entry.coordinator_epoch);
    writer.i64(entry.current_txn_first ? entry.current_txn_first->value() : -1);
  }
  writer.patch_u32(kCrcAt, crc32c(ByteView(writer.bytes()).subspan(kEntriesAt)));
  return writer.take();
}

Result<std::vector<ProducerStateEntry>> decode_producer_snapshot(ByteView bytes) {
  if (bytes.size() < kProducerSnapshotHeader) {
    return corrupt(bytes.size(),
                   fmt::format("the file ends within the first {} bytes", kProducerSnapshotHeader));
  }
  ByteReader reader(bytes);
  const std::int16_t version = reader.i16();
  if (version != kVersion) {
    return corrupt(0, fmt::format("version {}, and only {} is known", version, kVersion));
  }
  const std::uint32_t crc = reader.u32();
  const std::uint32_t computed = crc32c(bytes.subspan(kEntriesAt));
  if (crc != computed) {
    return corrupt(kCrcAt,
                   fmt::format("the CRC is {}, but that of the bytes is {}", crc, computed));
  }
  const std::int32_t count = reader.i32();
  const std::size_t room = reader.remaining() / kProducerSnapshotEntry;
  if (count < 0 || static_cast<std::size_t>(count) > room) {
    return corrupt(kEntriesAt,
                   fmt::format("{} entries are announced, there is room for {}", count, room));
  }
  std::vector<ProducerStateEntry> entries;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::size_t at = reader.position();
    entries.push_back(read_entry(reader));
    if (!is_sane(entries.back())) return corrupt(at, fmt::format("entry {} makes no sense", i));
  }
  return entries;
}

}  // namespace kscope::storage
