// dump-log of batches: .log files and the .checkpoint files of the metadata log.
#include "engine/record/batch_layout.h"
#include "engine/storage/dump_parts.h"
#include "engine/storage/end_txn_marker.h"

namespace kscope::storage {

namespace {

const char* name_of(record::TimestampType type) {
  return type == record::TimestampType::LogAppendTime ? "LogAppendTime" : "CreateTime";
}

std::int64_t size_or_null(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

// Sequence numbers wrap from 2^31 - 1 to 0; -1 without a producer id. REQUIRES delta >= 0.
std::int64_t sequence_at(std::int32_t base, std::int64_t delta) {
  if (base < 0) return -1;
  return (base + delta) % (std::int64_t{1} << 31);
}

// In the words of Java's OptionalLong. The horizon takes the place of the base timestamp.
std::string delete_horizon(const record::BatchHeader& h) {
  const bool has_one = (h.attributes & record::kDeleteHorizonBit) != 0;
  return has_one ? fmt::format("OptionalLong[{}]", h.base_timestamp) : "OptionalLong.empty";
}

void dump_batch_line(Dump& dump, const record::BatchHeader& h, std::size_t position, bool valid) {
  const std::int64_t last_sequence = sequence_at(h.base_sequence, h.last_offset_delta);
  dump_line(dump,
            "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} "
            "producerId: {} producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} "
            "isControl: {} deleteHorizonMs: {} position: {} {}: {} size: {} magic: {} "
            "compresscodec: {} crc: {} isvalid: {}",
            h.base_offset, h.last_offset(), h.count, h.base_sequence, last_sequence, h.producer_id,
            h.producer_epoch, h.partition_leader_epoch, h.is_transactional(), h.is_control(),
            delete_horizon(h), position, name_of(h.timestamp_type()), h.max_timestamp,
            h.size_in_bytes(), h.magic, record::to_string(h.codec()), h.crc, valid);
}

std::string header_keys(const record::Record& r) {
  std::string keys;
  for (const record::Header& h : r.headers) keys += (keys.empty() ? "" : ",") + printable(h.key);
  return keys;
}

void dump_records(Dump& dump, const record::BatchHeader& header, ByteView batch,
                  std::size_t position, const DumpOptions& options) {
  const auto records = record::read_records(batch);
  if (!records.ok()) {
    dump.problems.push_back(fmt::format("position {}: the records cannot be read: {}", position,
                                        records.error().message));
    return;
  }
  std::int64_t index = 0;
  for (const record::Record& r : records.value()) {
    std::string metadata;
    const std::int64_t sequence = sequence_at(header.base_sequence, index++);
    if (!options.skip_record_metadata) {
      metadata = fmt::format(
          " offset: {} {}: {} keySize: {} valueSize: {} sequence: {} "
          "headerKeys: [{}]",
          r.offset, name_of(header.timestamp_type()), r.timestamp_ms, size_or_null(r.key),
          size_or_null(r.value), sequence, header_keys(r));
    }
    dump_line(dump, "|{}{}", metadata, record_tail(header, r, options));
  }
}

// Where the next batch begins and whether there is one.
std::optional<record::BatchHeader> header_at(Dump& dump, ByteView rest, std::size_t position) {
  const auto header = record::parse_header(rest);
  if (header.ok()) return header.value();
  const bool torn = header.error().kind == ErrorKind::Truncated;
  dump.problems.push_back(
      fmt::format("position {}: {}: {} ({} bytes are left)", position,
                  torn ? "the file ends within a batch" : "there is no batch here",
                  header.error().message, rest.size()));
  return std::nullopt;
}

std::string_view text_or_null(const std::optional<Bytes>& bytes) {
  return bytes ? text_of(*bytes) : std::string_view();
}

}  // namespace

std::string record_tail(const record::BatchHeader& batch, const record::Record& record,
                        const DumpOptions& options) {
  if (batch.is_control()) {
    if (options.skip_record_metadata) return "";
    if (const auto marker = parse_end_txn_marker(record)) {
      return fmt::format(" endTxnMarker: {} coordinatorEpoch: {}",
                         marker->type == ControlType::Abort ? "ABORT" : "COMMIT",
                         marker->coordinator_epoch);
    }
    return control_record_json(record.key ? *record.key : Bytes(),
                               record.value ? *record.value : Bytes());
  }
  if (options.cluster_metadata) {
    return " payload: " + metadata_record_json(record.value ? *record.value : Bytes());
  }
  if (options.offsets) return group_record_text(record);
  if (options.transaction_log) return transaction_record_text(record);
  if (!options.print_data_log) return "";
  std::string tail;
  if (record.key) tail += " key: " + printable(text_or_null(record.key));
  tail += " payload: " + (record.value ? printable(text_or_null(record.value)) : "null");
  return tail;
}

Dump dump_batches(ByteView bytes, const DumpOptions& options) {
  Dump dump;
  const bool deep = options.deep_iteration || options.print_data_log || options.decodes();
  std::size_t position = 0;
  std::int64_t next_offset = -1;
  while (position < bytes.size()) {
    const auto header = header_at(dump, bytes.subspan(position), position);
    if (!header) break;
    const ByteView batch = bytes.subspan(position, header->size_in_bytes());
    if (static_cast<std::int64_t>(position + batch.size()) > options.max_bytes) break;
    const bool valid = record::crc_is_valid(batch);
    dump_batch_line(dump, *header, position, valid);
    if (!valid) {
      dump.problems.push_back(fmt::format("position {}: the CRC of the batch at offset {} is wrong",
                                          position, header->base_offset));
    } else if (deep) {
      dump_records(dump, *header, batch, position, options);
    }
    if (header->base_offset < next_offset) {
      dump.problems.push_back(fmt::format("position {}: offset {} comes after offset {}", position,
                                          header->base_offset, next_offset - 1));
    }
    next_offset = header->next_offset();
    position += batch.size();
  }
  return dump;
}

}  // namespace kscope::storage
