#include "engine/storage/transaction_index.h"

#include <fmt/core.h>

#include "engine/base/byte_io.h"

namespace kscope::storage {

namespace {

Error corrupt(std::size_t position, std::string what) {
  return {ErrorKind::Corrupt, fmt::format("position {}: {}", position, what)};
}

}  // namespace

Bytes TransactionIndex::encode(const AbortedTxn& txn) {
  ByteWriter writer;
  writer.i16(0);
  writer.i64(txn.producer_id);
  writer.i64(txn.first.value());
  writer.i64(txn.last.value());
  writer.i64(txn.last_stable.value());
  return writer.take();
}

Result<std::vector<AbortedTxn>> TransactionIndex::decode(ByteView bytes, Offset base) {
  std::vector<AbortedTxn> entries;
  ByteReader reader(bytes);
  while (reader.remaining() >= static_cast<std::size_t>(kEntrySize)) {
    const std::size_t at = reader.position();
    const std::int16_t version = reader.i16();
    if (version != 0) return corrupt(at, fmt::format("version {}, and only 0 is known", version));
    AbortedTxn txn;
    txn.producer_id = reader.i64();
    txn.first = Offset(reader.i64());
    txn.last = Offset(reader.i64());
    txn.last_stable = Offset(reader.i64());
    const Offset before = entries.empty() ? base + -1 : entries.back().last;
    if (txn.last <= before || txn.first > txn.last || txn.first.value() < 0) {
      return corrupt(at, fmt::format("the transaction {}..{} cannot come after offset {}",
                                     txn.first.value(), txn.last.value(), before.value()));
    }
    entries.push_back(txn);
  }
  if (reader.remaining() > 0) {
    return corrupt(reader.position(), fmt::format("{} bytes are left, an entry has {}",
                                                  reader.remaining(), kEntrySize));
  }
  return entries;
}

Result<void> TransactionIndex::load(env::Disk& disk, const std::string& path, Offset base) {
  if (!disk.exists(path)) return {};
  KTRY_ASSIGN(file_, disk.open(path, false));
  KTRY_ASSIGN(const std::int64_t size, disk.size(*file_));
  KTRY_ASSIGN(const Bytes bytes, disk.read(*file_, 0, size));
  KTRY_ASSIGN(entries_, decode(bytes, base));
  return {};
}

Result<void> TransactionIndex::append(env::Disk& disk, const std::string& path,
                                      const AbortedTxn& txn) {
  KCHECK(entries_.empty() || txn.last > entries_.back().last);
  if (!file_) {
    KTRY_ASSIGN(file_, disk.open(path, true));
  }
  KTRY(disk.append(*file_, encode(txn)));
  entries_.push_back(txn);
  return {};
}

Result<void> TransactionIndex::truncate_to(env::Disk& disk, Offset offset) {
  while (!entries_.empty() && entries_.back().last >= offset) entries_.pop_back();
  if (!file_) return {};
  return disk.truncate(*file_, static_cast<std::int64_t>(entries_.size()) * kEntrySize);
}

Result<void> TransactionIndex::flush(env::Disk& disk) {
  return file_ ? disk.flush(*file_) : Result<void>();
}

void TransactionIndex::close(env::Disk& disk) {
  if (file_) disk.close(*file_);
  file_.reset();
}

bool TransactionIndex::collect(Offset from, Offset end, std::vector<AbortedTxn>& into) const {
  for (const AbortedTxn& txn : entries_) {
    if (txn.last >= from && txn.first < end) into.push_back(txn);
    if (txn.last_stable >= end) return true;
  }
  return false;
}

}  // namespace kscope::storage
