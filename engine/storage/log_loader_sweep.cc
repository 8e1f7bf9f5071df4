// LogLoader: what a crash can leave in a directory besides segments, and what becomes of it.
//
//   .deleted            on its way out: removed
//   .tmp                half a checkpoint: removed
//   .cleaned            the cleaner was still writing: removed, the old segments are the truth.
//                       With it goes a .swap of the same base offset: its renaming was not complete
//   .swap               the cleaner was done and the new segment is the truth: the old segments
//                       that it covers are removed, and it gets its name
//   .index without .log removed
//
// Each step can be interrupted and done again.
// Kafka: LogLoader.removeTempFilesAndCollectSwapFiles, LogLoader.load.
#include <algorithm>

#include "engine/env/disk_path.h"
#include "engine/storage/batch_scanner.h"
#include "engine/storage/file_names.h"
#include "engine/storage/log_loader.h"

namespace kscope::storage {
namespace {

std::string without_suffix(std::string_view name, std::string_view suffix) {
  return std::string(name.substr(0, name.size() - suffix.size()));
}

bool is_log_swap(std::string_view name) {
  return name.ends_with(kSwapSuffix) &&
         parse_segment_file(without_suffix(name, kSwapSuffix), kLogSuffix).has_value();
}

/// The base offset of a file of a segment that is in the log.
std::optional<Offset> segment_of(std::string_view name) {
  for (const auto kind : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    if (const auto base = parse_segment_file(name, kind)) return base;
  }
  return std::nullopt;
}

/// The smallest base offset of a .cleaned file; nothing if there is none.
std::optional<Offset> first_cleaned(const std::vector<env::DirEntry>& entries) {
  for (const env::DirEntry& entry : entries) {
    if (std::string_view(entry.name).ends_with(kCleanedSuffix)) {
      if (const auto base = offset_in_file_name(entry.name)) return base;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<void> LogLoader::remove_file(std::string_view name) {
  return env_.disk.remove(env::join_path(log_.directory_, name));
}

// Removes what an interrupted operation left behind. Returns the segments, in order.
Result<std::vector<Offset>> LogLoader::sweep_directory() {
  KTRY_ASSIGN(const auto found, env_.disk.list(log_.directory_));
  const auto cleaned = first_cleaned(found);
  bool has_swap = false;
  for (const env::DirEntry& entry : found) {
    const std::string_view name = entry.name;
    const bool is_swap = name.ends_with(kSwapSuffix);
    const bool incomplete = is_swap && cleaned && offset_in_file_name(name) >= cleaned;
    if (incomplete || name.ends_with(kDeletedSuffix) || name.ends_with(".tmp")) {
      KTRY(remove_file(name));
    } else {
      has_swap |= is_swap;
    }
  }
  // Only now: as long as a .cleaned file is there, the .swap files beside it count for nothing.
  for (const env::DirEntry& entry : found) {
    if (std::string_view(entry.name).ends_with(kCleanedSuffix)) KTRY(remove_file(entry.name));
  }
  if (has_swap) KTRY(finish_swaps());

  KTRY_ASSIGN(const auto entries, env_.disk.list(log_.directory_));
  std::vector<Offset> bases;
  for (const env::DirEntry& entry : entries) {
    if (const auto base = parse_segment_file(entry.name, kLogSuffix)) bases.push_back(*base);
  }
  for (const env::DirEntry& entry : entries) {
    for (const std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
      const auto base = parse_segment_file(entry.name, suffix);
      const bool stray = base && !std::binary_search(bases.begin(), bases.end(), *base);
      if (stray) KTRY(remove_file(entry.name));
    }
  }
  return bases;
}

Result<Offset> LogLoader::end_of_swapped(std::string_view name, Offset base) {
  const std::string path = env::join_path(log_.directory_, name);
  KTRY_ASSIGN(const env::FileHandle file, env_.disk.open(path, false));
  Result<std::int64_t> size = env_.disk.size(file);
  Offset end = base;
  std::optional<Error> failure;
  if (size.ok()) {
    BatchScanner scan(env_.disk, file, 0, *size);
    while (scan.next()) end = Offset(scan.header().next_offset());
    failure = scan.failure();
  }
  env_.disk.close(file);
  if (!size.ok()) return in_file(path, size.error());
  if (failure) return in_file(path, *failure);
  return end;
}

// A .log.swap stands for the offsets from its base to its last batch. Old segments that begin in
// there were not renamed in time; those behind it, if the cleaner removed their records altogether,
// come back and are cleaned once more.
Result<void> LogLoader::finish_swaps() {
  KTRY_ASSIGN(const auto entries, env_.disk.list(log_.directory_));
  for (const env::DirEntry& swap : entries) {
    if (!is_log_swap(swap.name)) continue;
    const Offset base = *offset_in_file_name(swap.name);
    KTRY_ASSIGN(const Offset end, end_of_swapped(swap.name, base));
    for (const env::DirEntry& old : entries) {
      const auto offset = segment_of(old.name);
      const bool covered = offset && (*offset == base || (*offset > base && *offset < end));
      if (covered) KTRY(remove_file(old.name));
    }
  }
  // The .log last: until it has its name, all of this can be done again.
  for (const bool logs : {false, true}) {
    for (const env::DirEntry& entry : entries) {
      if (!std::string_view(entry.name).ends_with(kSwapSuffix)) continue;
      if (is_log_swap(entry.name) != logs) continue;
      const std::string path = env::join_path(log_.directory_, entry.name);
      KTRY(env_.disk.rename(path, without_suffix(path, kSwapSuffix)));
    }
  }
  return env_.disk.flush_directory(log_.directory_);
}

}  // namespace kscope::storage
