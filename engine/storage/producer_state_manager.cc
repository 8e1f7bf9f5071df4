#include "engine/storage/producer_state_manager.h"

#include <fmt/core.h>

#include "engine/env/disk_path.h"
#include "engine/storage/file_names.h"
#include "engine/storage/producer_snapshot.h"

namespace kscope::storage {

// ---- the state ------------------------------------------------------------------------------

const ProducerStateEntry* ProducerStateManager::find(std::int64_t producer_id) const {
  const auto found = producers_.find(producer_id);
  return found == producers_.end() ? nullptr : &found->second;
}

ProducerAppendInfo ProducerStateManager::prepare(std::int64_t producer_id,
                                                 AppendOrigin origin) const {
  const ProducerStateEntry* known = find(producer_id);
  if (known != nullptr) return {*known, origin};
  ProducerStateEntry unknown;
  unknown.producer_id = producer_id;
  return {unknown, origin};
}

void ProducerStateManager::update(const ProducerAppendInfo& info) {
  const ProducerStateEntry& next = info.updated();
  const auto [slot, is_new] = producers_.try_emplace(next.producer_id, next);
  if (!is_new) slot->second.update(next);
  for (const Offset first : info.started()) ongoing_[first] = {next.producer_id, std::nullopt};
}

std::optional<CompletedTxn> ProducerStateManager::replay(
    const record::BatchHeader& batch, const std::optional<EndTxnMarker>& marker) {
  ProducerAppendInfo info = prepare(batch.producer_id, AppendOrigin::Replication);
  KCHECK(!info.append(batch, marker));  // what was replicated is not refused
  update(info);
  if (info.completed().empty()) return std::nullopt;
  return info.completed().front();
}

Offset ProducerStateManager::last_stable_after(const CompletedTxn& txn) const {
  for (const auto& [first, open] : ongoing_) {
    if (first > txn.marker) break;  // begun later in the same append
    if (open.producer_id != txn.producer_id) return first;
  }
  return txn.marker + 1;
}

void ProducerStateManager::complete(const CompletedTxn& txn) {
  // A damaged log may begin two transactions at one offset; only the later one is known then.
  ongoing_.erase(txn.first);
  unreplicated_[txn.first] = {txn.producer_id, txn.marker};
}

void ProducerStateManager::remove_expired(std::int64_t now_ms, std::int64_t expiration_ms) {
  std::erase_if(producers_, [&](const auto& entry) {
    const ProducerStateEntry& producer = entry.second;
    return !producer.current_txn_first && now_ms - producer.last_timestamp_ms >= expiration_ms;
  });
}

std::optional<Offset> ProducerStateManager::first_undecided() const {
  if (ongoing_.empty()) return std::nullopt;
  return ongoing_.begin()->first;
}

std::optional<Offset> ProducerStateManager::first_unstable(Offset high_watermark) const {
  std::optional<Offset> first = first_undecided();
  for (const auto& [begin, txn] : unreplicated_) {
    if (*txn.marker < high_watermark) continue;
    if (!first || begin < *first) first = begin;
    break;
  }
  return first;
}

void ProducerStateManager::on_high_watermark(Offset high_watermark) {
  std::erase_if(unreplicated_,
                [&](const auto& entry) { return *entry.second.marker < high_watermark; });
}

void ProducerStateManager::clear() {
  producers_.clear();
  ongoing_.clear();
  unreplicated_.clear();
}

// ---- the files ------------------------------------------------------------------------------

std::string ProducerStateManager::path_of(Offset at) const {
  return segment_stem(directory_, at) + std::string(kProducerSnapshotSuffix);
}

Result<void> ProducerStateManager::find_snapshots(const env::Disk& disk) {
  snapshots_.clear();
  KTRY_ASSIGN(const auto entries, disk.list(directory_));
  for (const env::DirEntry& entry : entries) {
    const auto at = parse_segment_file(entry.name, kProducerSnapshotSuffix);
    if (at) snapshots_.insert(*at);
  }
  return {};
}

// Not replaced atomically: its CRC tells a whole one from a torn one, and an older one will do.
Result<bool> ProducerStateManager::take_snapshot(env::Disk& disk) {
  if (map_end_ <= last_snapshot_) return false;
  std::vector<ProducerStateEntry> entries;
  for (const auto& [id, entry] : producers_) entries.push_back(entry);
  KTRY_ASSIGN(const env::FileHandle file, disk.open(path_of(map_end_), true));
  snapshots_.insert(map_end_);
  Result<void> written = disk.truncate(file, 0);
  if (written.ok()) written = disk.append(file, encode_producer_snapshot(entries));
  if (written.ok()) written = disk.flush(file);
  disk.close(file);
  if (!written.ok()) return in_file(path_of(map_end_), written.error());
  last_snapshot_ = map_end_;
  return true;
}

Result<void> ProducerStateManager::remove_snapshot(env::Disk& disk, Offset at) {
  if (snapshots_.erase(at) == 0) return {};
  return disk.remove(path_of(at));
}

Result<void> ProducerStateManager::remove_stray_snapshots(env::Disk& disk,
                                                          const std::set<Offset>& bases) {
  const std::set<Offset> known = snapshots_;
  for (const Offset at : known) {
    const bool is_last = !bases.empty() && at == *known.rbegin() && at > *bases.rbegin();
    if (!bases.contains(at) && !is_last) KTRY(remove_snapshot(disk, at));
  }
  return {};
}

namespace {

// Producers and their transactions are told apart by id and by first offset; both lie before `at`.
bool fits(const std::vector<ProducerStateEntry>& entries, Offset at) {
  std::set<std::int64_t> ids;
  std::set<Offset> txns;
  for (const ProducerStateEntry& entry : entries) {
    if (!ids.insert(entry.producer_id).second) return false;
    if (!entry.batches.empty() && entry.batches.back().last_offset >= at) return false;
    const auto first = entry.current_txn_first;
    if (first && (*first >= at || !txns.insert(*first).second)) return false;
  }
  return true;
}

}  // namespace

// True if there was one that could be read; those that could not are gone.
Result<bool> ProducerStateManager::load_latest(env::Disk& disk, std::int64_t now_ms,
                                               std::int64_t expiration_ms) {
  while (!snapshots_.empty()) {
    const Offset at = *snapshots_.rbegin();
    KTRY_ASSIGN(const env::FileHandle file, disk.open(path_of(at), false));
    Result<std::int64_t> size = disk.size(file);
    Result<Bytes> bytes = size.ok() ? disk.read(file, 0, *size) : Result<Bytes>(size.error());
    disk.close(file);
    if (!bytes.ok()) return in_file(path_of(at), bytes.error());
    Result<std::vector<ProducerStateEntry>> entries = decode_producer_snapshot(*bytes);
    if (!entries.ok() || !fits(*entries, at)) {
      KTRY(remove_snapshot(disk, at));
      continue;
    }
    for (ProducerStateEntry& entry : *entries) {
      if (entry.current_txn_first) {
        ongoing_[*entry.current_txn_first] = {entry.producer_id, std::nullopt};
      }
      producers_[entry.producer_id] = std::move(entry);
    }
    remove_expired(now_ms, expiration_ms);
    last_snapshot_ = map_end_ = at;
    return true;
  }
  return false;
}

Result<void> ProducerStateManager::reload(env::Disk& disk, Offset log_start, Offset end,
                                          std::int64_t now_ms, std::int64_t expiration_ms) {
  const std::set<Offset> known = snapshots_;
  for (const Offset at : known) {
    if (at > end || at <= log_start) KTRY(remove_snapshot(disk, at));
  }
  // One that came back after a power loss would speak of records that were cut off meanwhile.
  if (snapshots_ != known) KTRY(disk.flush_directory(directory_));
  if (map_end_ == end) {
    on_log_start(log_start);
    return {};
  }
  clear();
  KTRY_ASSIGN(const bool loaded, load_latest(disk, now_ms, expiration_ms));
  if (!loaded) last_snapshot_ = map_end_ = log_start;
  return {};
}

Result<void> ProducerStateManager::truncate_fully(env::Disk& disk, Offset start) {
  clear();
  const std::set<Offset> known = snapshots_;
  for (const Offset at : known) KTRY(remove_snapshot(disk, at));
  if (!known.empty()) KTRY(disk.flush_directory(directory_));
  last_snapshot_ = Offset(0);
  map_end_ = start;
  return {};
}

// Records of a producer that are gone do not make it forgotten; only time does.
void ProducerStateManager::on_log_start(Offset log_start) {
  std::erase_if(unreplicated_, [&](const auto& entry) { return *entry.second.marker < log_start; });
  map_end_ = std::max(map_end_, log_start);
  last_snapshot_ = snapshots_.empty() ? log_start : *snapshots_.rbegin();
}

}  // namespace kscope::storage
