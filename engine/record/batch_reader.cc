// Decoding a batch. Everything here may be handed bytes from a stranger.
#include <limits>

#include "engine/base/byte_io.h"
#include "engine/base/check.h"
#include "engine/base/checksums.h"
#include "engine/record/batch_layout.h"
#include "engine/record/record_batch.h"
#include "engine/record/record_scan.h"

namespace kscope::record {
namespace {

Error corrupt(std::string what) { return Error{ErrorKind::Corrupt, std::move(what)}; }

/// Deltas from a stranger may overflow; the sum then wraps, as Java's does.
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

BatchHeader read_fields(ByteReader& reader) {
  BatchHeader h;
  h.base_offset = reader.i64();
  h.batch_length = reader.i32();
  h.partition_leader_epoch = reader.i32();
  h.magic = reader.i8();
  h.crc = reader.u32();
  h.attributes = reader.i16();
  h.last_offset_delta = reader.i32();
  h.base_timestamp = reader.i64();
  h.max_timestamp = reader.i64();
  h.producer_id = reader.i64();
  h.producer_epoch = reader.i16();
  h.base_sequence = reader.i32();
  h.count = reader.i32();
  return h;
}

/// Collects the fields of one record.
class Assembler {
 public:
  Assembler(const BatchHeader& batch, Record& record) : batch_(batch), record_(record) {}

  void number(std::string_view name, std::int64_t v, Range) {
    if (name == "timestampDelta") {
      const bool append_time = batch_.timestamp_type() == TimestampType::LogAppendTime;
      record_.timestamp_ms =
          append_time ? batch_.max_timestamp : wrapping_add(batch_.base_timestamp, v);
    } else if (name == "offsetDelta") {
      record_.offset = wrapping_add(batch_.base_offset, v);
    }
  }
  void bytes(std::string_view name, std::optional<ByteView> v, Range) {
    std::optional<Bytes> copy;
    if (v && name != "headerKey") copy.emplace(v->begin(), v->end());
    if (name == "key") record_.key = std::move(copy);
    if (name == "value") record_.value = std::move(copy);
    if (name == "headerKey") record_.headers.back().key = text_of(*v);
    if (name == "headerValue") record_.headers.back().value = std::move(copy);
  }
  void header(std::size_t) { record_.headers.emplace_back(); }

 private:
  const BatchHeader& batch_;
  Record& record_;
};

Result<std::vector<Record>> read_block(const BatchHeader& header, ByteView block) {
  if (header.count < 0) return corrupt("a negative count of records");
  const auto count = static_cast<std::size_t>(header.count);
  if (count > block.size() / kMinRecordBytes) {
    return corrupt(std::to_string(count) + " records cannot fit into " +
                   std::to_string(block.size()) + " bytes");
  }
  std::vector<Record> records(count);
  ByteReader reader(block);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = reader.position();
    Assembler assembler(header, records[i]);
    if (!scan_record(reader, assembler)) {
      return corrupt("record " + std::to_string(i) + " at byte " + std::to_string(begin) +
                     " of the records is damaged");
    }
  }
  if (reader.remaining() > 0) {
    return corrupt(std::to_string(reader.remaining()) + " bytes follow the last record");
  }
  return records;
}

}  // namespace

Result<BatchHeader> parse_header_only(ByteView first_61_bytes) {
  // Magic and length come before "not enough bytes": rubbish must not look like a torn tail.
  ByteReader early(first_61_bytes);
  early.skip(layout::kBatchLength);
  const std::int32_t length = early.i32();
  early.skip(layout::kMagic - layout::kLeaderEpoch);
  const std::int8_t magic = early.i8();
  if (!early.ok()) {
    return Error{ErrorKind::Truncated, "a batch header stops after " +
                                           std::to_string(first_61_bytes.size()) + " bytes"};
  }
  if (magic == 0 || magic == 1) {
    return Error{ErrorKind::Unsupported, "message format " + std::to_string(magic) +
                                             " is from before Kafka 0.11"};
  }
  if (magic != 2) return corrupt("magic " + std::to_string(magic) + " is not a record batch");
  if (length < static_cast<std::int32_t>(kBatchOverhead - kLogOverhead)) {
    return corrupt("a batch cannot be " + std::to_string(length) + " bytes long");
  }
  ByteReader reader(first_61_bytes);
  const BatchHeader header = read_fields(reader);
  if (!reader.ok()) {
    return Error{ErrorKind::Truncated, "a batch header stops after " +
                                           std::to_string(first_61_bytes.size()) + " bytes"};
  }
  constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max() - 1;
  if (header.last_offset_delta < 0 ||
      header.base_offset > kMaxOffset - header.last_offset_delta) {
    return corrupt("offsets from " + std::to_string(header.base_offset) + " by " +
                   std::to_string(header.last_offset_delta) + " are impossible");
  }
  return header;
}

Result<BatchHeader> parse_header(ByteView bytes) {
  KTRY_ASSIGN(const BatchHeader header, parse_header_only(bytes));
  if (bytes.size() < header.size_in_bytes()) {
    return Error{ErrorKind::Truncated, "a batch of " + std::to_string(header.size_in_bytes()) +
                                           " bytes stops after " + std::to_string(bytes.size())};
  }
  return header;
}

bool crc_is_valid(ByteView batch) {
  const auto header = parse_header(batch);
  KCHECK(header.ok());
  const std::size_t covered = header->size_in_bytes() - layout::kAttributes;
  return crc32c(batch.subspan(layout::kAttributes, covered)) == header->crc;
}

Result<std::vector<Record>> read_records(ByteView batch) {
  KTRY_ASSIGN(const BatchHeader header, parse_header(batch));
  const ByteView block = batch.subspan(kBatchOverhead, header.size_in_bytes() - kBatchOverhead);
  if (header.codec() == Codec::None) return read_block(header, block);
  KTRY_ASSIGN(const Bytes plain, decompress(header.codec(), block));
  return read_block(header, plain);
}

Result<std::vector<BatchHeader>> split_batches(ByteView bytes) {
  std::vector<BatchHeader> headers;
  while (!bytes.empty()) {
    const auto header = parse_header(bytes);
    if (!header.ok()) {
      if (header.error().kind == ErrorKind::Truncated) break;
      return header.error();
    }
    bytes = bytes.subspan(header->size_in_bytes());
    headers.push_back(*header);
  }
  return headers;
}

}  // namespace kscope::record
