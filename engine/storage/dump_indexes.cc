// dump-log of the small binary files: indexes and snapshots of producers.
//
// With the segment's .log at hand each entry of an index is followed to the batch that it names,
// which is the only way to find one that is well-formed and wrong.
#include <algorithm>

#include "engine/base/byte_io.h"
#include "engine/storage/dump_parts.h"
#include "engine/storage/offset_index.h"
#include "engine/storage/producer_snapshot.h"
#include "engine/storage/time_index.h"
#include "engine/storage/transaction_index.h"

namespace kscope::storage {

namespace {

template <class... Args>
void complain(Dump& dump, std::size_t position, fmt::format_string<Args...> format,
              Args&&... args) {
  dump.problems.push_back(fmt::format("position {}: ", position) +
                          fmt::format(format, std::forward<Args>(args)...));
}

// Complains about bytes that do not make a whole entry.
void check_size(Dump& dump, ByteView bytes, std::size_t entry_size) {
  const std::size_t over = bytes.size() % entry_size;
  if (over != 0) {
    complain(dump, bytes.size() - over, "{} bytes are left, an entry has {}", over, entry_size);
  }
}

std::optional<record::BatchHeader> batch_at(ByteView log, std::int64_t position) {
  if (position < 0 || static_cast<std::uint64_t>(position) >= log.size()) return std::nullopt;
  const auto header = record::parse_header(log.subspan(static_cast<std::size_t>(position)));
  return header.ok() ? std::optional(header.value()) : std::nullopt;
}

void check_offset_entry(Dump& dump, std::size_t at, Offset offset, std::int64_t position,
                        const std::optional<Bytes>& log) {
  if (!log) return;
  const auto batch = batch_at(*log, position);
  if (!batch) {
    complain(dump, at, "offset {} is said to be at position {}, where there is no batch",
             offset.value(), position);
  } else if (batch->last_offset() != offset.value()) {
    complain(dump, at, "index offset {}, log offset {} (the last of the batch at position {})",
             offset.value(), batch->last_offset(), position);
  }
}

struct Scanned {
  record::BatchHeader header;
  std::int64_t position = 0;
};

// The first batch from `position` on that ends at or after the offset.
std::optional<Scanned> batch_with(ByteView log, std::int64_t position, Offset offset) {
  while (const auto header = batch_at(log, position)) {
    if (header->last_offset() >= offset.value()) return Scanned{*header, position};
    position += static_cast<std::int64_t>(header->size_in_bytes());
  }
  return std::nullopt;
}

std::int64_t position_for(const std::optional<Bytes>& index, Offset base, Offset offset) {
  std::int64_t position = 0;
  ByteReader reader(index ? ByteView(*index) : ByteView());
  while (reader.remaining() >= static_cast<std::size_t>(OffsetIndex::kEntrySize)) {
    const Offset entry = base + reader.i32();
    const std::int64_t at = reader.i32();
    if (entry > offset) break;
    position = at;
  }
  return position;
}

// The newest timestamp of the batch with that offset has to be that of the entry.
void check_time_entry(Dump& dump, std::size_t at, std::int64_t timestamp, Offset offset,
                      Offset base, const DumpNeighbours& neighbours) {
  if (!neighbours.log) return;
  const auto batch =
      batch_with(*neighbours.log, position_for(neighbours.index, base, offset), offset);
  if (!batch || batch->header.last_offset() != offset.value()) {
    complain(dump, at, "no batch of the log ends at offset {}", offset.value());
  } else if (batch->header.max_timestamp != timestamp) {
    complain(dump, at,
             "index timestamp {}, log timestamp {} (the newest of the batch at position "
             "{})",
             timestamp, batch->header.max_timestamp, batch->position);
  }
}

void say_unchecked(Dump& dump, const DumpNeighbours& neighbours, const DumpOptions& options) {
  if (!neighbours.log && options.verify_index_only) {
    dump.problems.push_back("there is no .log file beside it to check the entries against");
  }
}

}  // namespace

Dump dump_offset_index(ByteView bytes, Offset base, const DumpOptions& options,
                       const DumpNeighbours& neighbours) {
  Dump dump;
  ByteReader reader(bytes);
  std::int64_t last_offset = -1, last_position = -1;
  while (reader.remaining() >= 8) {
    const std::size_t at = reader.position();
    const std::int64_t relative = reader.i32();
    const std::int64_t position = reader.i32();
    const Offset offset = base + relative;
    const bool quiet = options.index_sanity_check || options.verify_index_only;
    if (!quiet) dump_line(dump, "offset: {} position: {}", offset.value(), position);
    if (relative <= last_offset || position <= last_position) {
      complain(dump, at, "entry {} -> {} does not come after {} -> {}", offset.value(), position,
               last_offset < 0 ? -1 : base.value() + last_offset, last_position);
      break;  // often zeroes up to the end: Kafka makes the file larger than it needs to be
    }
    if (!options.index_sanity_check) {
      check_offset_entry(dump, at, offset, position, neighbours.log);
    }
    last_offset = relative;
    last_position = position;
  }
  check_size(dump, bytes, 8);
  say_unchecked(dump, neighbours, options);
  return dump;
}

Dump dump_time_index(ByteView bytes, Offset base, const DumpOptions& options,
                     const DumpNeighbours& neighbours) {
  Dump dump;
  ByteReader reader(bytes);
  std::int64_t last_timestamp = -1, last_relative = -1;
  while (reader.remaining() >= 12) {
    const std::size_t at = reader.position();
    const std::int64_t timestamp = reader.i64();
    const std::int64_t relative = reader.i32();
    const Offset offset = base + relative;
    const bool quiet = options.index_sanity_check || options.verify_index_only;
    if (!quiet) dump_line(dump, "timestamp: {} offset: {}", timestamp, offset.value());
    if (timestamp <= last_timestamp || relative < std::max<std::int64_t>(last_relative, 0)) {
      complain(dump, at, "entry {} -> {} does not come after {} -> {}", timestamp, offset.value(),
               last_timestamp, last_relative < 0 ? -1 : base.value() + last_relative);
      break;
    }
    if (!options.index_sanity_check) {
      check_time_entry(dump, at, timestamp, offset, base, neighbours);
    }
    last_timestamp = timestamp;
    last_relative = relative;
  }
  check_size(dump, bytes, 12);
  say_unchecked(dump, neighbours, options);
  return dump;
}

Dump dump_txn_index(ByteView bytes, Offset base) {
  Dump dump;
  // Entry by entry, so that everything before the damage is shown.
  const auto size = static_cast<std::size_t>(TransactionIndex::kEntrySize);
  for (std::size_t end = size; end <= bytes.size(); end += size) {
    const auto entries = TransactionIndex::decode(bytes.first(end), base);
    if (!entries.ok()) break;
    const AbortedTxn& txn = entries->back();
    dump_line(dump, "version: 0 producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
              txn.producer_id, txn.first.value(), txn.last.value(), txn.last_stable.value());
  }
  const auto all = TransactionIndex::decode(bytes, base);
  if (!all.ok()) dump.problems.push_back(all.error().message);
  return dump;
}

Dump dump_producer_snapshot(ByteView bytes) {
  Dump dump;
  const auto entries = decode_producer_snapshot(bytes);
  if (!entries.ok()) {
    dump.problems.push_back(entries.error().message);
    return dump;
  }
  for (const ProducerStateEntry& entry : *entries) {
    const std::string txn = entry.current_txn_first
                                ? fmt::format("OptionalLong[{}]", entry.current_txn_first->value())
                                : "OptionalLong.empty";
    std::string last;
    if (!entry.batches.empty()) {
      const BatchMetadata& batch = entry.batches.back();
      last = fmt::format(
          "firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} "
          "timestamp: {}",
          batch.last_sequence < 0 ? -1 : batch.first_sequence(), batch.last_sequence,
          batch.last_offset.value(), batch.offset_delta, batch.timestamp_ms);
    }
    dump_line(dump,
              "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
              "lastTimestamp: {} {}",
              entry.producer_id, entry.producer_epoch, entry.coordinator_epoch, txn,
              entry.last_timestamp_ms, last);
  }
  return dump;
}

}  // namespace kscope::storage
