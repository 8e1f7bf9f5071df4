#include "engine/storage/offset_index.h"

#include <fmt/core.h>

#include <limits>

#include "engine/base/byte_io.h"
#include "engine/storage/index_search.h"

namespace kscope::storage {

Result<void> OffsetIndex::load(env::Disk& disk) {
  KTRY(file_.load(disk));
  last_ = {};
  for (std::int32_t slot = 0; slot < count(); ++slot) {
    const Entry next = entry(disk, slot);
    const bool rises = slot == 0 || (next.relative_offset > last_.relative_offset &&
                                     next.position > last_.position);
    if (!rises || next.relative_offset < 0 || next.position < 0) {
      return Error{ErrorKind::Corrupt,
                   fmt::format("offset index entry {} ({} -> {}) is out of order", slot,
                               next.relative_offset, next.position)};
    }
    last_ = next;
  }
  return {};
}

OffsetIndex::Entry OffsetIndex::entry(const env::Disk& disk, std::int32_t slot) const {
  const auto bytes = file_.read(disk, slot);
  ByteReader reader(bytes);
  const std::int32_t relative_offset = reader.i32();
  return {relative_offset, reader.i32()};
}

std::vector<OffsetIndex::Entry> OffsetIndex::entries(const env::Disk& disk) const {
  std::vector<Entry> all;
  for (std::int32_t slot = 0; slot < count(); ++slot) all.push_back(entry(disk, slot));
  return all;
}

std::int32_t OffsetIndex::lookup(const env::Disk& disk, Offset target, IndexSearch* trace) const {
  const auto read = [&](std::int32_t slot) {
    const Entry found = entry(disk, slot);
    return std::pair(std::int64_t{found.relative_offset}, std::int64_t{found.position});
  };
  const std::int32_t slot = search_index(count(), kEntrySize, target - base_, read, trace);
  return slot < 0 ? 0 : entry(disk, slot).position;
}

Result<void> OffsetIndex::append(env::Disk& disk, Offset last_offset, std::int32_t position) {
  KCHECK(can_hold(last_offset));
  const Entry next{static_cast<std::int32_t>(last_offset - base_), position};
  KCHECK(count() == 0 ||
         (next.relative_offset > last_.relative_offset && next.position > last_.position));
  ByteWriter writer;
  writer.i32(next.relative_offset);
  writer.i32(next.position);
  KTRY(file_.push(disk, writer.bytes()));
  last_ = next;
  return {};
}

Result<void> OffsetIndex::truncate_to(env::Disk& disk, Offset offset) {
  std::int32_t keep = count();
  while (keep > 0 && offset_of(entry(disk, keep - 1)) >= offset) --keep;
  last_ = keep == 0 ? Entry{} : entry(disk, keep - 1);
  return file_.cut(disk, keep);
}

Result<void> OffsetIndex::reset(env::Disk& disk) {
  last_ = {};
  return file_.cut(disk, 0);
}

bool OffsetIndex::can_hold(Offset offset) const {
  const std::int64_t relative = offset - base_;
  return relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace kscope::storage
