#include "engine/storage/cleaner.h"

#include <algorithm>

#include "engine/storage/file_names.h"

namespace kscope::storage {

namespace {

/// What is written at once. Kafka: log.cleaner.io.buffer.size.
constexpr std::size_t kWriteBytes = 512 * 1024;

/// What a group is so far.
struct GroupSize {
  std::int64_t log = 0, offset_index = 0, time_index = 0;
  void add(const LogSegment& segment) {
    log += segment.size();
    offset_index += segment.offset_index().bytes();
    time_index += segment.time_index().bytes();
  }
  bool fits(const LogConfig& config) const {
    return log <= config.segment_bytes && offset_index <= config.segment_index_bytes &&
           time_index <= config.segment_index_bytes;
  }
};

/// The current batch, if it is what was once written: a flipped bit must neither get a fresh
/// checksum nor make a record look newer than it is. The offsets are not covered by the CRC.
Result<ByteView> sound_batch(BatchScanner& scan, Offset segment, Offset next_segment) {
  KTRY_ASSIGN(const ByteView batch, scan.whole_batch());
  const record::BatchHeader& header = scan.header();
  if (!record::crc_is_valid(batch)) {
    return Error{ErrorKind::Corrupt, "the CRC of a batch is wrong"};
  }
  if (Offset(header.base_offset) < segment || Offset(header.last_offset()) >= next_segment) {
    return Error{ErrorKind::Corrupt, "the offsets of a batch are not its segment's"};
  }
  return batch;
}

}  // namespace

std::vector<std::size_t> Cleaner::group_segments(const std::vector<LogSegment>& segments,
                                                 const LogConfig& config, Offset end,
                                                 Offset first_uncleanable) {
  std::vector<std::size_t> groups;
  std::size_t count = 0;
  while (count < segments.size() && segments[count].base_offset() < end) ++count;
  for (std::size_t i = 0; i < count;) {
    const std::size_t first = i;
    GroupSize size;
    size.add(segments[i++]);
    for (; i < count; ++i) {
      GroupSize with = size;
      with.add(segments[i]);
      const Offset after = i + 1 < count ? segments[i + 1].base_offset() : first_uncleanable;
      const bool expressible = segments[i].size() == 0 ||
                               after - 1 - segments[first].base_offset() <= INT32_MAX;
      if (!with.fits(config) || !expressible) break;
      size = with;
    }
    groups.push_back(i - first);
  }
  return groups;
}

Result<Offset> Cleaner::clean(const LogToClean& cleanable) {
  const std::int64_t now_ms = env_.clock.wall_ms();
  env_.events.emit(env_.node,
                   event::CleanStarted{log_.ref(), cleanable.first_dirty,
                                       cleanable.first_uncleanable, cleanable.dirty_bytes,
                                       cleanable.clean_bytes, cleanable.overdue});
  const ProducerScan producers = scan_producers(log_, now_ms);
  OffsetMap map(config_.dedupe_buffer_size, config_.load_factor);
  KTRY(build_offset_map(cleanable, producers, map));
  const Offset end = map.latest_offset() + 1;
  env_.events.emit(env_.node, event::OffsetMapBuilt{log_.ref(), cleanable.first_dirty, end,
                                                    map.size(), map.capacity()});
  CleanedTransactions transactions(producers.aborted);
  BatchFilter filter(map, producers, transactions,
                     {now_ms, log_.config().delete_retention_ms});
  CleanCounts total;
  std::size_t at = 0;  // a group that was swapped is one segment
  for (const std::size_t count :
       group_segments(log_.segments(), log_.config(), end, cleanable.first_uncleanable)) {
    KTRY(clean_group(at++, count, filter, transactions, total));
  }
  env_.events.emit(env_.node, event::CleanFinished{log_.ref(), end, total.records_before,
                                                   total.records_after, total.tombstones_removed,
                                                   total.bytes_before, total.bytes_after});
  return end;
}

// ---- the offset map ---------------------------------------------------------------------------

Result<void> Cleaner::build_offset_map(const LogToClean& cleanable, const ProducerScan& producers,
                                       OffsetMap& map) const {
  CleanedTransactions transactions(producers.aborted);
  const auto& segments = log_.segments();
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const Offset next = segments[i + 1].base_offset();
    if (next <= cleanable.first_dirty) continue;
    if (segments[i].base_offset() >= cleanable.first_uncleanable) break;
    KTRY_ASSIGN(const bool all,
                map_segment(segments[i], next, cleanable.first_dirty, transactions, map));
    if (!all) return {};
    map.update_latest_offset(next - 1);  // offsets at its end may hold nothing
  }
  return {};
}

// False: the map is full.
Result<bool> Cleaner::map_segment(const LogSegment& segment, Offset next_segment, Offset start,
                                  CleanedTransactions& txns, OffsetMap& map) const {
  const std::int64_t from =
      start > segment.base_offset() ? segment.offset_index().lookup(env_.disk, start) : 0;
  BatchScanner scan = segment.scan(env_.disk, from, BatchScanner::kScanWindow);
  while (scan.next()) {
    const record::BatchHeader& header = scan.header();
    KTRY_ASSIGN(const ByteView batch, sound_batch(scan, segment.base_offset(), next_segment));
    if (header.is_control()) {
      KTRY(txns.on_control_batch(header, batch));
    } else if (!txns.on_batch(header)) {
      KTRY_ASSIGN(const bool all, map_batch(header, batch, start, map));
      if (!all) return false;
    }
    if (header.last_offset() >= start.value()) {
      map.update_latest_offset(Offset(header.last_offset()));
    }
  }
  if (scan.failure()) return in_file(segment.log_path(), *scan.failure());
  return true;
}

Result<bool> Cleaner::map_batch(const record::BatchHeader& header, ByteView batch, Offset start,
                                OffsetMap& map) const {
  if (header.last_offset() < start.value()) return true;
  KTRY_ASSIGN(const auto records, record::read_records(batch));
  for (const record::Record& record : records) {
    if (!record.key || Offset(record.offset) < start) continue;
    if (map.full()) return false;
    map.put(*record.key, Offset(record.offset));
  }
  return true;
}

// ---- the copy ---------------------------------------------------------------------------------

Result<void> Cleaner::clean_group(std::size_t first, std::size_t count, BatchFilter& filter,
                                  const CleanedTransactions& transactions, CleanCounts& total) {
  const auto& segments = log_.segments();
  const Offset base = segments[first].base_offset();
  KTRY_ASSIGN(LogSegment::Opened opened,
              LogSegment::open(env_.disk, log_.partition().str(), base, env_.clock.wall_ms(),
                               kCleanedSuffix));
  LogSegment& cleaned = opened.segment;
  CleanCounts counts;
  Result<void> written;
  const std::size_t kept_before = transactions.kept().size();
  for (std::size_t i = first; i < first + count && written.ok(); ++i) {
    written = copy(segments[i], segments[i + 1].base_offset(), cleaned, filter, counts);
  }
  for (std::size_t i = kept_before; i < transactions.kept().size() && written.ok(); ++i) {
    written = cleaned.append_aborted(env_.disk, transactions.kept()[i]);
  }
  if (written.ok()) written = cleaned.on_become_inactive(env_.disk);
  if (written.ok()) written = cleaned.flush(env_.disk);
  if (!written.ok()) {
    if (written.error().kind == ErrorKind::Corrupt) KTRY(cleaned.remove_files(env_.disk));
    return written;
  }
  // Retention goes by this where records have no timestamps.
  cleaned.set_created(segments[first + count - 1].created());
  const Offset end = segments[first + count].base_offset();
  env_.events.emit(env_.node,
                   event::SegmentGroupCleaned{log_.ref(), base, end,
                                              static_cast<std::int32_t>(count),
                                              counts.records_before, counts.records_after,
                                              counts.bytes_before, counts.bytes_after});
  total.add(counts);
  return log_.replace_segments(env_, first, count, std::move(cleaned));
}

Result<void> Cleaner::copy(const LogSegment& from, Offset next_segment, LogSegment& to,
                           BatchFilter& filter, CleanCounts& counts) {
  Bytes kept;
  BatchScanner scan = from.scan(env_.disk, 0, BatchScanner::kScanWindow);
  while (scan.next()) {
    KTRY_ASSIGN(const ByteView batch, sound_batch(scan, from.base_offset(), next_segment));
    KTRY(filter.filter(scan.header(), batch, kept, counts));
    if (kept.size() < kWriteBytes) continue;
    KTRY(append(to, kept));
    kept.clear();
  }
  if (scan.failure()) return in_file(from.log_path(), *scan.failure());
  return kept.empty() ? Result<void>() : append(to, kept);
}

Result<void> Cleaner::append(LogSegment& to, const Bytes& bytes) {
  KTRY_ASSIGN(const auto headers, record::split_batches(bytes));
  KTRY(to.append(env_.disk, bytes, headers, log_.config()));
  return {};
}

}  // namespace kscope::storage
