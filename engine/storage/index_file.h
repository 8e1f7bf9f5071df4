// IndexFile: the mapped file below both indexes, as a row of equally large slots.
//
// The index of the active segment is as large as it may ever get (segment.index.bytes), full of
// zeroes behind its last entry, and mapped into memory: adding an entry copies a few bytes, and a
// look-up reads slots where they are. When the segment is closed the file is cut to its entries.
// Entries are not kept anywhere else: what is searched is the file.
//
//   preallocate(10 MiB)        push            push             trim
//   |0000000000000000…|   |e0 000000000…|   |e0 e1 00000…|   |e0 e1|
//
// After a crash the zeroes are still there. No row of entries goes on with zeroes (keys rise), so
// loading finds the index unsound and it is built again from the .log, which an unclean stop asks
// for anyway.
//
// Invariant: the disk's size of the file is count() * entry size, from load() on.
// Called by: offset_index, time_index. Kafka: AbstractIndex (resize, trimToValidSize). There the
// file is mapped by the index; here by env::Disk, so that a simulated disk can stand in.
// Read next: env/disk.h (map, trim, peek), storage/offset_index.h
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/env/disk.h"

namespace kscope::storage {

template <std::size_t kSlotBytes>
class IndexFile {
 public:
  using Slot = std::array<std::uint8_t, kSlotBytes>;
  static constexpr auto kSlot = static_cast<std::int64_t>(kSlotBytes);

  IndexFile() = default;
  explicit IndexFile(env::FileHandle handle) : handle_(handle) {}

  /// Maps what is there. Corrupt if it is not a whole number of slots.
  Result<void> load(env::Disk& disk) {
    KTRY_ASSIGN(const std::int64_t size, disk.size(handle_));
    if (size % kSlot != 0) {
      return Error{ErrorKind::Corrupt, "index has " + std::to_string(size) +
                                           " bytes, not a multiple of " + std::to_string(kSlot)};
    }
    KTRY(disk.map(handle_, 0));
    count_ = static_cast<std::int32_t>(size / kSlot);
    is_mapped_ = true;
    return {};
  }
  /// REQUIRES slot < count().
  Slot read(const env::Disk& disk, std::int32_t slot) const {
    Slot bytes;
    disk.peek(handle_, slot * kSlot, bytes);
    return bytes;
  }
  Result<void> push(env::Disk& disk, ByteView slot) {
    if (!is_mapped_) KTRY(load(disk));
    KTRY(disk.append(handle_, slot));
    ++count_;
    return {};
  }
  Result<void> cut(env::Disk& disk, std::int32_t count) {
    count_ = count;
    return disk.truncate(handle_, count * kSlot);
  }
  /// Room for `max_bytes`, rounded down to whole slots; nothing to do if it is there.
  Result<void> preallocate(env::Disk& disk, std::int64_t max_bytes) {
    const std::int64_t wanted = max_bytes / kSlot * kSlot;
    if (wanted <= capacity_) return {};
    KTRY(disk.map(handle_, wanted));
    capacity_ = wanted;
    is_mapped_ = true;
    return {};
  }
  /// Ends the file behind its last entry.
  Result<void> trim(env::Disk& disk) {
    if (capacity_ == 0) return {};
    capacity_ = 0;
    return disk.trim(handle_);
  }

  std::int32_t count() const { return count_; }
  std::int64_t bytes() const { return count_ * kSlot; }
  env::FileHandle handle() const { return handle_; }

 private:
  env::FileHandle handle_ = 0;
  std::int32_t count_ = 0;
  std::int64_t capacity_ = 0;  // what is preallocated; 0 once trimmed
  bool is_mapped_ = false;
};

}  // namespace kscope::storage
