#include "engine/storage/time_index.h"

#include <fmt/core.h>

#include "engine/base/byte_io.h"
#include "engine/storage/index_search.h"

namespace kscope::storage {

Result<void> TimeIndex::load(env::Disk& disk) {
  KTRY(file_.load(disk));
  last_ = {};
  for (std::int32_t slot = 0; slot < count(); ++slot) {
    const Entry next = entry(disk, slot);
    if (next.timestamp <= last_.timestamp || next.relative_offset < last_.relative_offset) {
      return Error{ErrorKind::Corrupt, fmt::format("time index entry {} ({} -> {}) is out of order",
                                                   slot, next.timestamp, next.relative_offset)};
    }
    last_ = next;
  }
  return {};
}

TimeIndex::Entry TimeIndex::entry(const env::Disk& disk, std::int32_t slot) const {
  const auto bytes = file_.read(disk, slot);
  ByteReader reader(bytes);
  const std::int64_t timestamp = reader.i64();
  return {timestamp, reader.i32()};
}

std::vector<TimeIndex::Entry> TimeIndex::entries(const env::Disk& disk) const {
  std::vector<Entry> all;
  for (std::int32_t slot = 0; slot < count(); ++slot) all.push_back(entry(disk, slot));
  return all;
}

TimeIndex::Entry TimeIndex::lookup(const env::Disk& disk, std::int64_t target_ms,
                                   IndexSearch* trace) const {
  const auto read = [&](std::int32_t slot) {
    const Entry found = entry(disk, slot);
    return std::pair(found.timestamp, std::int64_t{found.relative_offset});
  };
  const std::int32_t slot = search_index(count(), kEntrySize, target_ms, read, trace);
  return slot < 0 ? Entry{} : entry(disk, slot);
}

Result<void> TimeIndex::maybe_append(env::Disk& disk, std::int64_t timestamp, Offset offset) {
  if (timestamp <= last_.timestamp) return {};
  const Entry next{timestamp, static_cast<std::int32_t>(offset - base_)};
  KCHECK(next.relative_offset >= last_.relative_offset);
  ByteWriter writer;
  writer.i64(next.timestamp);
  writer.i32(next.relative_offset);
  KTRY(file_.push(disk, writer.bytes()));
  last_ = next;
  return {};
}

Result<void> TimeIndex::truncate_to(env::Disk& disk, Offset offset) {
  std::int32_t keep = count();
  while (keep > 0 && offset_of(entry(disk, keep - 1)) >= offset) --keep;
  last_ = keep == 0 ? Entry{} : entry(disk, keep - 1);
  return file_.cut(disk, keep);
}

Result<void> TimeIndex::reset(env::Disk& disk) {
  last_ = {};
  return file_.cut(disk, 0);
}

}  // namespace kscope::storage
