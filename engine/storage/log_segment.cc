#include "engine/storage/log_segment.h"

#include <algorithm>

#include "engine/storage/file_names.h"
#include "engine/storage/record_search.h"

namespace kscope::storage {

namespace {

template <class Index>
Result<bool> load_index(env::Disk& disk, Index& index, const std::string& path, Offset base,
                        bool existed) {
  KTRY_ASSIGN(const env::FileHandle file, disk.open(path, true));
  index = Index(file, base);
  const Result<void> loaded = index.load(disk);
  if (loaded.ok()) return existed;
  if (loaded.error().kind != ErrorKind::Corrupt) return loaded.error();
  KTRY(index.reset(disk));
  return false;
}

}  // namespace

Result<LogSegment::Opened> LogSegment::open(env::Disk& disk, std::string_view directory,
                                            Offset base, std::int64_t now_ms,
                                            std::string_view suffix) {
  Opened opened;
  LogSegment& segment = opened.segment;
  segment.stem_ = segment_stem(directory, base);
  segment.suffix_ = suffix;
  segment.base_ = base;
  segment.created_ms_ = now_ms;
  const std::string index_path = segment.path_of(kIndexSuffix);
  const std::string time_path = segment.path_of(kTimeIndexSuffix);
  const bool is_new = !disk.exists(segment.log_path());
  const bool has_index = disk.exists(index_path);
  const bool has_time_index = disk.exists(time_path);
  KTRY_ASSIGN(segment.log_, disk.open(segment.log_path(), true));
  KTRY_ASSIGN(segment.size_, disk.size(segment.log_));
  KTRY_ASSIGN(const bool index_ok, load_index(disk, segment.offset_index_, index_path, base,
                                              has_index));
  const Result<void> txns = segment.txn_index_.load(disk, segment.path_of(kTxnIndexSuffix),
                                                    base);
  if (!txns.ok() && txns.error().kind != ErrorKind::Corrupt) return txns.error();
  KTRY_ASSIGN(const bool time_ok, load_index(disk, segment.time_index_, time_path, base,
                                             has_time_index));
  const OffsetIndex& index = segment.offset_index_;
  const bool points_beyond = index.count() > 0 && index.last_entry().position >= segment.size_;
  opened.indexes_usable = (index_ok && time_ok && txns.ok() && !points_beyond) || is_new;
  if (segment.size_ > 0 && opened.indexes_usable) KTRY(segment.reload_max_timestamp(disk));
  return opened;
}

std::string LogSegment::path_of(std::string_view kind) const {
  return stem_ + std::string(kind) + suffix_;
}

std::string LogSegment::log_path() const { return path_of(kLogSuffix); }

std::optional<event::RollReason> LogSegment::should_roll(const LogConfig& config,
                                                         const RollParams& next) const {
  using event::RollReason;
  // An empty segment takes whatever comes, as long as its offsets can be expressed.
  if (size_ > 0) {
    if (size_ > config.segment_bytes - next.bytes) return RollReason::Size;
    // Data time if the records have timestamps, otherwise the age of the segment (KIP-33).
    const bool has_time = first_timestamp_ && *first_timestamp_ >= 0;
    const std::int64_t waited =
        has_time ? std::max<std::int64_t>(next.max_timestamp_ms, -1) - *first_timestamp_
                 : next.now_ms - created_ms_;
    if (waited > config.max_segment_ms()) return RollReason::Time;
    if (offset_index_.is_full(config.segment_index_bytes) ||
        time_index_.is_full(config.segment_index_bytes)) {
      return RollReason::IndexFull;
    }
  }
  if (!offset_index_.can_hold(next.last_offset)) return RollReason::OffsetOverflow;
  return std::nullopt;
}

void LogSegment::note_batch(const record::BatchHeader& header) {
  if (!first_timestamp_) first_timestamp_ = header.max_timestamp;
  if (header.max_timestamp > max_timestamp_.timestamp) {
    max_timestamp_ = {header.max_timestamp, Offset(header.last_offset())};
  }
}

// An entry for this batch if enough bytes have gone by since the last one.
Result<std::optional<OffsetIndex::Entry>> LogSegment::index_batch(
    env::Disk& disk, const record::BatchHeader& header, std::int64_t position,
    const LogConfig& config) {
  std::optional<OffsetIndex::Entry> added;
  const bool has_room = !offset_index_.is_full(config.segment_index_bytes) &&
                        !time_index_.is_full(config.segment_index_bytes);
  if (bytes_since_index_entry_ > config.index_interval_bytes && has_room) {
    const Offset last(header.last_offset());
    KTRY(resize_indexes(disk, config));
    KTRY(offset_index_.append(disk, last, static_cast<std::int32_t>(position)));
    KTRY(time_index_.maybe_append(disk, max_timestamp_.timestamp, max_timestamp_.offset));
    added = offset_index_.last_entry();
    bytes_since_index_entry_ = 0;
  }
  bytes_since_index_entry_ += static_cast<std::int64_t>(header.size_in_bytes());
  return added;
}

Result<std::vector<OffsetIndex::Entry>> LogSegment::append(
    env::Disk& disk, ByteView bytes, std::span<const record::BatchHeader> headers,
    const LogConfig& config) {
  std::vector<OffsetIndex::Entry> added;
  const Result<void> written = disk.append(log_, bytes);
  if (!written.ok()) return in_file(log_path(), written.error());
  std::int64_t position = size_;
  for (const record::BatchHeader& header : headers) {
    note_batch(header);
    KTRY_ASSIGN(const auto entry, index_batch(disk, header, position, config));
    if (entry) added.push_back(*entry);
    position += static_cast<std::int64_t>(header.size_in_bytes());
  }
  size_ += static_cast<std::int64_t>(bytes.size());
  KCHECK(position == size_);
  return added;
}

// A scanner that begins where the offset index says that `target` is not far.
BatchScanner LogSegment::scan_from(const env::Disk& disk, Offset target,
                                   SegmentLookup* trace) const {
  std::int64_t position = 0;
  if (trace == nullptr) {
    position = offset_index_.lookup(disk, target);
  } else {
    trace->base = base_;
    trace->size = size_;
    position = offset_index_.lookup(disk, target, &trace->offset_index.emplace());
    trace->scan_from = position;
  }
  return BatchScanner(disk, log_, position, size_, BatchScanner::kHeaderWindow,
                      trace == nullptr ? nullptr : &trace->batches);
}

Result<std::optional<BatchPosition>> LogSegment::translate(const env::Disk& disk, Offset target,
                                                           SegmentLookup* trace) const {
  BatchScanner scan = scan_from(disk, target, trace);
  while (scan.next()) {
    const record::BatchHeader& header = scan.header();
    if (header.last_offset() < target.value()) continue;
    scan.take();
    return std::optional(BatchPosition{Offset(header.base_offset), Offset(header.last_offset()),
                                       scan.position(), scan.next_position() - scan.position()});
  }
  if (scan.failure()) return in_file(log_path(), *scan.failure());
  return std::optional<BatchPosition>();
}

Result<Bytes> LogSegment::read(const env::Disk& disk, std::int64_t position,
                               std::int64_t length) const {
  Result<Bytes> bytes = disk.read(log_, position, length);
  if (!bytes.ok()) return in_file(log_path(), bytes.error());
  return bytes;
}

Result<Offset> LogSegment::read_next_offset(const env::Disk& disk) const {
  Offset next = base_;
  BatchScanner scan(disk, log_, offset_index_.lookup(disk, offset_index_.last_offset()), size_);
  while (scan.next()) next = Offset(scan.header().next_offset());
  if (scan.failure()) return in_file(log_path(), *scan.failure());
  return next;
}

// Nothing before the entry below that time can be new enough, so the scan may begin at its offset.
Result<std::optional<TimestampOffset>> LogSegment::find_offset_by_timestamp(
    const env::Disk& disk, std::int64_t timestamp_ms, Offset from, SegmentLookup* trace) const {
  IndexSearch* const by_time = trace == nullptr ? nullptr : &trace->time_index.emplace();
  const Offset below = time_index_.offset_of(time_index_.lookup(disk, timestamp_ms, by_time));
  BatchScanner scan = scan_from(disk, std::max(below, from), trace);
  while (scan.next()) {
    const record::BatchHeader& header = scan.header();
    if (header.max_timestamp < timestamp_ms || header.last_offset() < from.value()) continue;
    scan.take();
    KTRY_ASSIGN(const Bytes batch,
                read(disk, scan.position(), scan.next_position() - scan.position()));
    const auto found = find_record(
        batch,
        [&](const RecordProbe& r) { return r.timestamp_ms >= timestamp_ms && r.offset >= from; },
        trace == nullptr ? nullptr : &trace->records);
    if (!found.ok()) return in_file(log_path(), found.error());
    if (!*found) continue;
    return std::optional(TimestampOffset{(*found)->timestamp_ms, (*found)->offset,
                                         LeaderEpoch(header.partition_leader_epoch)});
  }
  if (scan.failure()) return in_file(log_path(), *scan.failure());
  return std::optional<TimestampOffset>();
}

Result<void> LogSegment::flush(env::Disk& disk) {
  for (const env::FileHandle file : {log_, offset_index_.file(), time_index_.file()}) {
    const Result<void> flushed = disk.flush(file);
    if (!flushed.ok()) return in_file(log_path(), flushed.error());
  }
  return txn_index_.flush(disk);
}

Result<void> LogSegment::resize_indexes(env::Disk& disk, const LogConfig& config) {
  KTRY(offset_index_.preallocate(disk, config.segment_index_bytes));
  return time_index_.preallocate(disk, config.segment_index_bytes);
}

Result<void> LogSegment::on_become_inactive(env::Disk& disk) {
  KTRY(time_index_.maybe_append(disk, max_timestamp_.timestamp, max_timestamp_.offset));
  KTRY(offset_index_.trim(disk));
  return time_index_.trim(disk);
}

void LogSegment::close(env::Disk& disk) {
  for (const env::FileHandle file : {log_, offset_index_.file(), time_index_.file()}) {
    disk.close(file);
  }
  txn_index_.close(disk);
}

Result<void> LogSegment::remove_files(env::Disk& disk) {
  close(disk);
  // The .log goes first: indexes without a log are swept away at the next start.
  for (const std::string_view suffix : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix}) {
    KTRY(disk.remove(path_of(suffix)));
  }
  const std::string txns = path_of(kTxnIndexSuffix);
  if (disk.exists(txns)) KTRY(disk.remove(txns));
  return {};
}

// The .log first, too: loading decides by that file alone what the others are worth.
Result<void> LogSegment::change_suffix(env::Disk& disk, std::string_view to) {
  for (const auto kind : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    const std::string from = path_of(kind);
    if (kind == kTxnIndexSuffix && !disk.exists(from)) continue;
    KTRY(disk.rename(from, stem_ + std::string(kind) + std::string(to)));
  }
  suffix_ = to;
  return {};
}

}  // namespace kscope::storage
