#include "engine/storage/offset_index.h"

#include <fmt/core.h>

#include <limits>

#include "engine/base/byte_io.h"
#include "engine/storage/index_search.h"

namespace kscope::storage {

Result<void> OffsetIndex::load(const env::Disk& disk) {
  KTRY_ASSIGN(const std::int64_t size, disk.size(file_));
  if (size % kEntrySize != 0) {
    return Error{ErrorKind::Corrupt,
                 fmt::format("offset index has {} bytes, not a multiple of {}", size, kEntrySize)};
  }
  KTRY_ASSIGN(const Bytes bytes, disk.read(file_, 0, size));
  ByteReader reader(bytes);
  entries_.clear();
  entries_.reserve(static_cast<std::size_t>(size / kEntrySize));
  while (reader.remaining() > 0) {
    Entry entry;
    entry.relative_offset = reader.i32();
    entry.position = reader.i32();
    const bool rises = entries_.empty() ||
                       (entry.relative_offset > entries_.back().relative_offset &&
                        entry.position > entries_.back().position);
    if (!rises || entry.relative_offset < 0 || entry.position < 0) {
      return Error{ErrorKind::Corrupt,
                   fmt::format("offset index entry {} ({} -> {}) is out of order", entries_.size(),
                               entry.relative_offset, entry.position)};
    }
    entries_.push_back(entry);
  }
  return {};
}

std::int32_t OffsetIndex::lookup(Offset target, IndexSearch* trace) const {
  const auto read = [this](std::int32_t slot) {
    const Entry& entry = entries_[static_cast<std::size_t>(slot)];
    return std::pair(std::int64_t{entry.relative_offset}, std::int64_t{entry.position});
  };
  const std::int32_t slot = search_index(static_cast<std::int32_t>(entries_.size()), kEntrySize,
                                         target - base_, read, trace);
  return slot < 0 ? 0 : entries_[static_cast<std::size_t>(slot)].position;
}

Result<void> OffsetIndex::append(env::Disk& disk, Offset last_offset, std::int32_t position) {
  KCHECK(can_hold(last_offset));
  const Entry entry{static_cast<std::int32_t>(last_offset - base_), position};
  KCHECK(entries_.empty() || (entry.relative_offset > entries_.back().relative_offset &&
                              entry.position > entries_.back().position));
  ByteWriter writer;
  writer.i32(entry.relative_offset);
  writer.i32(entry.position);
  KTRY(disk.append(file_, writer.bytes()));
  entries_.push_back(entry);
  return {};
}

Result<void> OffsetIndex::truncate_to(env::Disk& disk, Offset offset) {
  while (!entries_.empty() && offset_of(entries_.back()) >= offset) entries_.pop_back();
  return disk.truncate(file_, static_cast<std::int64_t>(entries_.size()) * kEntrySize);
}

Result<void> OffsetIndex::reset(env::Disk& disk) {
  entries_.clear();
  return disk.truncate(file_, 0);
}

bool OffsetIndex::can_hold(Offset offset) const {
  const std::int64_t relative = offset - base_;
  return relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max();
}

Offset OffsetIndex::last_offset() const {
  return entries_.empty() ? base_ : offset_of(entries_.back());
}

}  // namespace kscope::storage
