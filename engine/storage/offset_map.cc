#include "engine/storage/offset_map.h"

#include "engine/base/check.h"

namespace kscope::storage {
namespace {

/// Every bit of the result depends on every bit of `x` (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t word_at(ByteView bytes, std::size_t at) {
  std::uint64_t word = 0;
  for (std::size_t i = at; i < bytes.size() && i < at + 8; ++i) word = (word << 8) | bytes[i];
  return word;
}

}  // namespace

OffsetMap::OffsetMap(std::int64_t memory_bytes, double load_factor)
    : capacity_(static_cast<std::int64_t>(
          static_cast<double>(memory_bytes / kBytesPerEntry) * load_factor)),
      slots_(1024) {
  KCHECK(capacity_ >= 1);
}

// Two lanes of their own constants, crossed at the end.
OffsetMap::Hash OffsetMap::hash_of(ByteView key) {
  std::uint64_t a = 0x9e3779b97f4a7c15ULL ^ key.size();
  std::uint64_t b = 0xc2b2ae3d27d4eb4fULL + key.size();
  for (std::size_t at = 0; at < key.size(); at += 8) {
    const std::uint64_t word = word_at(key, at);
    a = mixed(a ^ (word * 0x9ddfea08eb382d69ULL));
    b = mixed((b + word) * 0xff51afd7ed558ccdULL);
  }
  return {mixed(a + (b >> 32)), mixed(b ^ (a << 17))};
}

std::size_t OffsetMap::slot_of(const Hash& hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash.high) & mask;
  while (slots_[slot].offset >= 0 && slots_[slot].hash != hash) slot = (slot + 1) & mask;
  return slot;
}

void OffsetMap::grow() {
  std::vector<Entry> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Entry& entry : before) {
    if (entry.offset >= 0) slots_[slot_of(entry.hash)] = entry;
  }
}

void OffsetMap::put(ByteView key, Offset offset) {
  KCHECK(!full());
  const Hash hash = hash_of(key);
  Entry* entry = &slots_[slot_of(hash)];
  latest_ = offset;
  if (entry->offset < 0) {
    if (static_cast<std::size_t>(size_ + 1) > slots_.size() / 4 * 3) {
      grow();
      entry = &slots_[slot_of(hash)];
    }
    ++size_;
  }
  *entry = {hash, offset.value()};
}

std::optional<Offset> OffsetMap::get(ByteView key) const {
  const Entry& entry = slots_[slot_of(hash_of(key))];
  if (entry.offset < 0) return std::nullopt;
  return Offset(entry.offset);
}

}  // namespace kscope::storage
