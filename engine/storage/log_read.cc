// UnifiedLog: reading by offset and by time. Nothing in here changes anything.
#include <fmt/core.h>

#include <algorithm>

#include "engine/base/byte_io.h"
#include "engine/storage/file_names.h"
#include "engine/storage/unified_log.h"

namespace kscope::storage {

namespace {

// Bytes of the whole batches at the front; a fetch limit may have cut the last one.
std::size_t whole_batch_bytes(ByteView bytes) {
  std::size_t whole = 0;
  while (bytes.size() - whole >= record::kLogOverhead) {
    ByteReader reader(bytes.subspan(whole + 8, 4));
    const std::int32_t length = reader.i32();
    const std::size_t size = record::kLogOverhead + static_cast<std::size_t>(length);
    if (length < 0 || size > bytes.size() - whole) break;
    whole += size;
  }
  return whole;
}

}  // namespace

void keep_whole_batches(Bytes& records) { records.resize(whole_batch_bytes(records)); }

// Where reading has to stop in a segment so that nothing at or after `end` is given away. A batch
// that reaches beyond the end is left out as a whole.
Result<std::int64_t> UnifiedLog::end_position(const env::Disk& disk, std::size_t segment,
                                              Offset end) const {
  const LogSegment& in = segments_[segment];
  const Offset limit =
      segment + 1 < segments_.size() ? segments_[segment + 1].base_offset() : log_end_;
  if (end >= limit) return in.size();
  KTRY_ASSIGN(const auto stop, in.translate(disk, end));
  return stop ? stop->position : in.size();
}

Result<void> UnifiedLog::check_readable(Offset from) const {
  if (from >= log_start_ && from <= log_end_) return {};
  return Error{ErrorKind::NotFound,
               fmt::format("{}: offset {} is not within {} and {}", directory_, from.value(),
                           log_start_.value(), log_end_.value())};
}

Result<std::optional<ReadSlice>> UnifiedLog::read_slice(const env::Disk& disk, Offset from,
                                                        const ReadLimits& limits) const {
  KTRY(check_readable(from));
  ReadSlice nothing{{}, from};
  const Offset end = std::min(limits.end, log_end_);
  if (from >= end) return std::optional(nothing);
  if (limits.max_bytes <= 0 && !limits.at_least_one_batch) return std::optional(nothing);
  if (from < segments_.base(0)) return std::optional<ReadSlice>();
  for (std::size_t i = segment_index(from); i < segments_.size(); ++i) {
    KTRY_ASSIGN(const auto first, segments_[i].translate(disk, from));
    if (!first) continue;  // offsets that compaction took away at the end of a segment
    KTRY_ASSIGN(const std::int64_t stop, end_position(disk, i, end));
    if (first->position >= stop) break;
    std::int64_t wanted = std::max<std::int64_t>(limits.max_bytes, 0);
    if (limits.at_least_one_batch) wanted = std::max(wanted, first->size);
    wanted = std::min(wanted, stop - first->position);
    return std::optional(ReadSlice{segments_[i].slice(first->position, wanted), first->base});
  }
  return std::optional(nothing);
}

Result<ReadResult> UnifiedLog::read(env::Env& env, Offset from, const ReadLimits& limits) const {
  KTRY_ASSIGN(const auto slice, read_slice(env.disk, from, limits));
  if (!slice) return read_remote(env, from, limits);
  ReadResult result;
  result.first_offset = from;
  if (slice->records.length == 0) return result;  // the hot path: a follower that has everything
  Result<Bytes> bytes = env.disk.read(slice->records);
  if (!bytes.ok()) return in_file(directory_, bytes.error());
  keep_whole_batches(*bytes);
  if (bytes->empty()) return result;
  result.records = std::move(bytes).value();
  result.first_offset = slice->first_offset;
  result.position = slice->records.position;
  return result;
}

namespace {

// Where the next segment leaves its probes; nullptr if nobody watches.
SegmentLookup* next_visit(LookupTrace* trace) {
  return trace == nullptr ? nullptr : &trace->visits.emplace_back();
}

void begin_trace(LookupTrace* trace, bool by_time, std::int64_t target, std::size_t segments) {
  if (trace == nullptr) return;
  *trace = {};
  trace->by_time = by_time;
  trace->target = target;
  trace->segment_count = static_cast<std::int32_t>(segments);
}

}  // namespace

Result<std::optional<UnifiedLog::Located>> UnifiedLog::locate(const env::Disk& disk, Offset offset,
                                                              LookupTrace* trace) const {
  begin_trace(trace, false, offset.value(), segments_.size());
  if (offset < local_log_start() || offset >= log_end_) return std::optional<Located>();
  for (std::size_t i = segment_index(offset, trace); i < segments_.size(); ++i) {
    KTRY_ASSIGN(const auto batch, segments_[i].translate(disk, offset, next_visit(trace)));
    if (batch) return std::optional(Located{segments_[i].base_offset(), *batch});
  }
  return std::optional<Located>();
}

// Timestamps need not rise with the offsets, so segments are asked in order, by their newest one.
// Kafka gives up if the first such segment holds nothing at or after the log start; we go on.
Result<std::optional<TimestampOffset>> UnifiedLog::locate_time(const env::Disk& disk,
                                                               std::int64_t timestamp_ms,
                                                               LookupTrace* trace) const {
  begin_trace(trace, true, timestamp_ms, segments_.size());
  const auto last = static_cast<std::int32_t>(segments_.size()) - 1;
  for (std::int32_t i = 0; i <= last; ++i) {
    const LogSegment& segment = segments_[static_cast<std::size_t>(i)];
    const std::int64_t newest = segment.max_timestamp().timestamp;
    if (trace != nullptr) {
      const Turn turn = newest < timestamp_ms ? Turn::Right : Turn::Hit;
      trace->segments.push_back({ProbeKind::Halving, i, i, last, newest, 0, turn});
    }
    if (newest < timestamp_ms) continue;
    KTRY_ASSIGN(const auto found, segment.find_offset_by_timestamp(disk, timestamp_ms, log_start_,
                                                                   next_visit(trace)));
    if (found) return found;
  }
  return std::optional<TimestampOffset>();
}

// KIP-734: the newest record, the first of them if several are.
Result<std::optional<UnifiedLog::TimestampOffset>> UnifiedLog::max_timestamp(
    env::Env& env) const {
  const auto newest = std::max_element(
      segments_.begin(), segments_.end(), [](const LogSegment& a, const LogSegment& b) {
        return a.max_timestamp().timestamp < b.max_timestamp().timestamp;
      });
  const std::int64_t timestamp = newest->max_timestamp().timestamp;
  if (timestamp < 0) return std::optional<TimestampOffset>();
  return newest->find_offset_by_timestamp(env.disk, timestamp, log_start_);
}

}  // namespace kscope::storage
