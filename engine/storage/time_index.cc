#include "engine/storage/time_index.h"

#include <fmt/core.h>

#include "engine/base/byte_io.h"
#include "engine/storage/index_search.h"

namespace kscope::storage {

Result<void> TimeIndex::load(const env::Disk& disk) {
  KTRY_ASSIGN(const std::int64_t size, disk.size(file_));
  if (size % kEntrySize != 0) {
    return Error{ErrorKind::Corrupt,
                 fmt::format("time index has {} bytes, not a multiple of {}", size, kEntrySize)};
  }
  KTRY_ASSIGN(const Bytes bytes, disk.read(file_, 0, size));
  ByteReader reader(bytes);
  entries_.clear();
  entries_.reserve(static_cast<std::size_t>(size / kEntrySize));
  while (reader.remaining() > 0) {
    Entry entry;
    entry.timestamp = reader.i64();
    entry.relative_offset = reader.i32();
    const Entry last = last_entry();
    if (entry.timestamp <= last.timestamp || entry.relative_offset < last.relative_offset) {
      return Error{ErrorKind::Corrupt,
                   fmt::format("time index entry {} ({} -> {}) is out of order", entries_.size(),
                               entry.timestamp, entry.relative_offset)};
    }
    entries_.push_back(entry);
  }
  return {};
}

TimeIndex::Entry TimeIndex::lookup(std::int64_t target_ms, IndexSearch* trace) const {
  const auto read = [this](std::int32_t slot) {
    const Entry& entry = entries_[static_cast<std::size_t>(slot)];
    return std::pair(entry.timestamp, std::int64_t{entry.relative_offset});
  };
  const std::int32_t slot = search_index(static_cast<std::int32_t>(entries_.size()), kEntrySize,
                                         target_ms, read, trace);
  return slot < 0 ? Entry{} : entries_[static_cast<std::size_t>(slot)];
}

Result<void> TimeIndex::maybe_append(env::Disk& disk, std::int64_t timestamp, Offset offset) {
  const Entry last = last_entry();
  if (timestamp <= last.timestamp) return {};
  const Entry entry{timestamp, static_cast<std::int32_t>(offset - base_)};
  KCHECK(entry.relative_offset >= last.relative_offset);
  ByteWriter writer;
  writer.i64(entry.timestamp);
  writer.i32(entry.relative_offset);
  KTRY(disk.append(file_, writer.bytes()));
  entries_.push_back(entry);
  return {};
}

Result<void> TimeIndex::truncate_to(env::Disk& disk, Offset offset) {
  while (!entries_.empty() && offset_of(entries_.back()) >= offset) entries_.pop_back();
  return disk.truncate(file_, static_cast<std::int64_t>(entries_.size()) * kEntrySize);
}

Result<void> TimeIndex::reset(env::Disk& disk) {
  entries_.clear();
  return disk.truncate(file_, 0);
}

}  // namespace kscope::storage
