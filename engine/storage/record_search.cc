#include "engine/storage/record_search.h"

#include <fmt/core.h>

#include "engine/record/compression.h"
#include "engine/record/record_scan.h"

namespace kscope::storage {

namespace {

/// Keeps what a search compares; keys and values are skipped without a copy.
struct Stamps {
  std::int64_t timestamp_delta = 0, offset_delta = 0;
  void number(std::string_view name, std::int64_t value, record::Range) {
    if (name == "timestampDelta") timestamp_delta = value;
    if (name == "offsetDelta") offset_delta = value;
  }
  void bytes(const char*, std::optional<ByteView>, record::Range) {}
  void header(std::size_t) {}
};

// Deltas come from a file that may be damaged: the sum wraps, as Java's does.
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

RecordProbe probe_of(const record::BatchHeader& header, const Stamps& stamps) {
  RecordProbe probe;
  probe.offset = Offset(wrapping_add(header.base_offset, stamps.offset_delta));
  probe.timestamp_ms = header.timestamp_type() == record::TimestampType::LogAppendTime
                           ? header.max_timestamp
                           : wrapping_add(header.base_timestamp, stamps.timestamp_delta);
  return probe;
}

}  // namespace

Result<std::optional<RecordProbe>> find_record(
    ByteView batch, const std::function<bool(const RecordProbe&)>& wanted,
    std::vector<RecordProbe>* trace) {
  KTRY_ASSIGN(const record::BatchHeader header, record::parse_header(batch));
  const ByteView stored = batch.first(header.size_in_bytes()).subspan(record::kBatchOverhead);
  const bool compressed = header.codec() != record::Codec::None;
  Bytes plain;
  if (compressed) {
    KTRY_ASSIGN(plain, record::decompress(header.codec(), stored));
  }
  const ByteView block = compressed ? ByteView(plain) : stored;
  const std::size_t block_begin = compressed ? 0 : record::kBatchOverhead;
  ByteReader reader(block);
  for (std::int32_t i = 0; i < header.count; ++i) {
    const std::size_t begin = reader.position();
    Stamps stamps;
    if (!record::scan_record(reader, stamps)) {
      return Error{ErrorKind::Corrupt, fmt::format("record {} of the batch at offset {} is damaged",
                                                   i, header.base_offset)};
    }
    RecordProbe probe = probe_of(header, stamps);
    probe.begin = block_begin + begin;
    probe.end = block_begin + reader.position();
    probe.decompressed = compressed;
    probe.taken = wanted(probe);
    if (trace != nullptr) trace->push_back(probe);
    if (probe.taken) return std::optional(probe);
  }
  return std::optional<RecordProbe>();
}

}  // namespace kscope::storage
