#include "engine/storage/dump_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "engine/base/byte_io.h"
#include "engine/env/disk_path.h"
#include "engine/record/record_batch.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"
#include "engine/storage/leader_epoch_cache.h"
#include "engine/storage/properties.h"

namespace kscope::storage {

namespace {

template <class... Args>
void line(Dump& dump, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(dump.text), format, std::forward<Args>(args)...);
  dump.text += '\n';
}

const char* name_of(record::TimestampType type) {
  return type == record::TimestampType::LogAppendTime ? "LogAppendTime" : "CreateTime";
}

// Printable ASCII as it is, everything else as \xNN: a payload must not reach the terminal raw.
std::string printable(const std::optional<Bytes>& bytes) {
  if (!bytes) return "null";
  std::string text;
  for (const std::uint8_t byte : *bytes) {
    if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
      text += static_cast<char>(byte);
    } else {
      text += fmt::format("\\x{:02x}", byte);
    }
  }
  return text;
}

std::int64_t size_or_null(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

// Sequence numbers wrap from 2^31 - 1 to 0; -1 without a producer id. REQUIRES delta >= 0.
std::int64_t sequence_at(std::int32_t base, std::int64_t delta) {
  if (base < 0) return -1;
  return (base + delta) % (std::int64_t{1} << 31);
}

void dump_batch_line(Dump& dump, const record::BatchHeader& h, std::size_t position, bool valid) {
  const std::int64_t last_sequence = sequence_at(h.base_sequence, h.last_offset_delta);
  line(dump,
       "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
       "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} position: {} "
       "{}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}",
       h.base_offset, h.last_offset(), h.count, h.base_sequence, last_sequence, h.producer_id,
       h.producer_epoch, h.partition_leader_epoch, h.is_transactional(), h.is_control(), position,
       name_of(h.timestamp_type()), h.max_timestamp, h.size_in_bytes(), h.magic,
       record::to_string(h.codec()), h.crc, valid);
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
    std::string headers;
    for (const record::Header& h : r.headers) {
      headers += (headers.empty() ? "" : ",") + printable(to_bytes(h.key));
    }
    const std::int64_t sequence = sequence_at(header.base_sequence, index++);
    std::string payload;
    if (options.payloads) {
      if (r.key) payload += " key: " + printable(r.key);
      payload += " payload: " + printable(r.value);
    }
    line(dump, "| offset: {} {}: {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]{}",
         r.offset, name_of(header.timestamp_type()), r.timestamp_ms, size_or_null(r.key),
         size_or_null(r.value), sequence, headers, payload);
  }
}

Dump dump_batches(ByteView bytes, const DumpOptions& options) {
  Dump dump;
  std::size_t position = 0;
  std::int64_t next_offset = -1;
  while (position < bytes.size()) {
    const ByteView rest = bytes.subspan(position);
    const auto header = record::parse_header(rest);
    if (!header.ok()) {
      const bool torn = header.error().kind == ErrorKind::Truncated;
      dump.problems.push_back(fmt::format(
          "position {}: {}: {} ({} bytes are left)", position,
          torn ? "the file ends within a batch" : "there is no batch here",
          header.error().message, rest.size()));
      break;
    }
    const ByteView batch = rest.first(header.value().size_in_bytes());
    const bool valid = record::crc_is_valid(batch);
    dump_batch_line(dump, header.value(), position, valid);
    if (!valid) {
      dump.problems.push_back(fmt::format("position {}: the CRC of the batch at offset {} is wrong",
                                          position, header.value().base_offset));
    } else if (options.records) {
      dump_records(dump, header.value(), batch, position, options);
    }
    if (header.value().base_offset < next_offset) {
      dump.problems.push_back(fmt::format("position {}: offset {} comes after offset {}", position,
                                          header.value().base_offset, next_offset - 1));
    }
    next_offset = header.value().next_offset();
    position += batch.size();
  }
  return dump;
}

// Complains about bytes that do not make a whole entry.
void check_entries(Dump& dump, ByteView bytes, std::size_t entry_size) {
  const std::size_t over = bytes.size() % entry_size;
  if (over == 0) return;
  dump.problems.push_back(fmt::format("position {}: {} bytes are left, an entry has {}",
                                      bytes.size() - over, over, entry_size));
}

Dump dump_offset_index(ByteView bytes, std::int64_t base) {
  Dump dump;
  ByteReader reader(bytes);
  std::int64_t last_offset = -1, last_position = -1;
  while (reader.remaining() >= 8) {
    const std::size_t at = reader.position();
    const std::int64_t offset = base + reader.i32();
    const std::int64_t position = reader.i32();
    line(dump, "offset: {} position: {}", offset, position);
    if (offset <= last_offset || position <= last_position || offset < base) {
      dump.problems.push_back(
          fmt::format("position {}: entry {} -> {} does not come after {} -> {}", at, offset,
                      position, last_offset, last_position));
      break;  // often zeroes up to the end
    }
    last_offset = offset;
    last_position = position;
  }
  check_entries(dump, bytes, 8);
  return dump;
}

Dump dump_time_index(ByteView bytes, std::int64_t base) {
  Dump dump;
  ByteReader reader(bytes);
  std::int64_t last_timestamp = -1, last_offset = -1;
  while (reader.remaining() >= 12) {
    const std::size_t at = reader.position();
    const std::int64_t timestamp = reader.i64();
    const std::int64_t offset = base + reader.i32();
    line(dump, "timestamp: {} offset: {}", timestamp, offset);
    if (timestamp <= last_timestamp || offset < last_offset || offset < base) {
      dump.problems.push_back(
          fmt::format("position {}: entry {} -> {} does not come after {} -> {}", at, timestamp,
                      offset, last_timestamp, last_offset));
      break;
    }
    last_timestamp = timestamp;
    last_offset = offset;
  }
  check_entries(dump, bytes, 12);
  return dump;
}

// A text file is shown as it is; `checked` says what is wrong with it.
template <class T>
Dump dump_text(std::string_view text, const Result<T>& checked) {
  Dump dump;
  for (const char c : text) {
    if (c == '\n' || (c >= 0x20 && c < 0x7f)) {
      dump.text += c;
    } else {
      dump.text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (!dump.text.empty() && dump.text.back() != '\n') dump.text += '\n';
  if (!checked.ok()) dump.problems.push_back(checked.error().message);
  return dump;
}

Dump dump_segment(ByteView bytes, std::int64_t base, const DumpOptions& options) {
  Dump dump = dump_batches(bytes, options);
  dump.text = fmt::format("Log starting offset: {}\n", base) + dump.text;
  return dump;
}

}  // namespace

Result<Dump> dump_file(std::string_view path, ByteView bytes, const DumpOptions& options) {
  const std::string_view name = env::name_in(path);
  const std::string_view text = text_of(bytes);
  if (const auto base = parse_segment_file(name, kLogSuffix)) {
    return dump_segment(bytes, base->value(), options);
  }
  if (const auto base = parse_segment_file(name, kIndexSuffix)) {
    return dump_offset_index(bytes, base->value());
  }
  if (const auto base = parse_segment_file(name, kTimeIndexSuffix)) {
    return dump_time_index(bytes, base->value());
  }
  if (name.ends_with(".checkpoint")) return dump_batches(bytes, options);
  if (name == kLeaderEpochCheckpoint) {
    return dump_text(text, LeaderEpochCache::from_checkpoint(text));
  }
  if (name.ends_with("-offset-checkpoint")) {
    return dump_text(text, parse_offset_checkpoint(text));
  }
  if (name == kPartitionMetadata) return dump_text(text, parse_partition_metadata(text));
  if (name == kMetaProperties) return dump_text(text, parse_meta_properties(text));
  return Error{ErrorKind::Unsupported,
               fmt::format("{}: not a file of a log directory; understood are "
                           "<20 digits>.log .index .timeindex, .checkpoint, *-offset-checkpoint, "
                           "leader-epoch-checkpoint, partition.metadata, meta.properties",
                           name)};
}

}  // namespace kscope::storage
