#include "viewer/model/lookup.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sim/disk.h"
#include "engine/storage/file_names.h"
#include "engine/storage/log_segment.h"
#include "viewer/model/lookup_parts.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

constexpr std::int64_t kOffsetEntry = storage::OffsetIndex::kEntrySize;
constexpr std::int64_t kTimeEntry = storage::TimeIndex::kEntrySize;
constexpr std::int64_t kHeader = static_cast<std::int64_t>(record::kBatchOverhead);
/// Batches after the answer that are shown, so that the scan visibly stops.
constexpr int kBatchesAfter = 2;

/// Does the work once, in the order in which the engine does it.
class Builder {
 public:
  Builder(const Machine& machine, const LookupQuestion& question)
      : machine_(machine), folder_(question.partition.str()) {
    out_.question = question;
  }

  Lookup run(std::int64_t log_start) {
    if (const Result<void> done = work(log_start); !done.ok()) out_.problem = done.error().message;
    return std::move(out_);
  }

 private:
  Result<void> work(std::int64_t log_start);
  Result<void> list_segments();
  Result<const storage::LogSegment*> open(std::size_t i);
  Result<void> check_range() const;
  Result<void> pick_by_offset();
  Result<void> pick_by_time();
  Result<bool> search(const storage::LogSegment& segment);
  void tell_time_index(const storage::LogSegment& segment, const storage::IndexSearch& search);
  void tell_offset_index(const storage::LogSegment& segment, const storage::SegmentLookup& visit);
  Result<void> tell_scan(const storage::LogSegment& segment, const storage::SegmentLookup& visit);
  void add_following(const storage::LogSegment& segment);
  Result<void> unpack(const storage::LogSegment& segment);
  void step(LookupStage stage, std::int32_t part, std::string text);

  const Machine& machine_;
  std::string folder_;
  Lookup out_;
  sim::Disk scratch_;
  std::vector<std::optional<storage::LogSegment>> open_;
  std::int64_t not_before_ = 0;  // by time: the first offset that counts
  std::int32_t probes_ = 0;
  std::int64_t bytes_read_ = 0;
};

void Builder::step(LookupStage stage, std::int32_t part, std::string text) {
  out_.steps.push_back({stage, part, std::move(text), probes_, bytes_read_});
}

Result<void> Builder::list_segments() {
  for (const StoredFile& file : machine_.stored_files(out_.question.node)) {
    if (!file.path.starts_with(folder_ + "/")) continue;
    const auto base = storage::parse_segment_file(
        std::string_view(file.path).substr(folder_.size() + 1), storage::kLogSuffix);
    if (base) out_.segments.push_back({base->value(), 0, file.size, -1, false});
  }
  if (out_.segments.empty()) {
    return Error{ErrorKind::NotFound, fmt::format("broker {} holds no log of {} at this moment",
                                                  out_.question.node, folder_)};
  }
  for (std::size_t i = 0; i + 1 < out_.segments.size(); ++i) {
    out_.segments[i].end = out_.segments[i + 1].base;
  }
  out_.segments.back().active = true;
  open_.resize(out_.segments.size());
  return scratch_.make_directory(folder_);
}

// The segment on the scratch disk, opened by the engine.
Result<const storage::LogSegment*> Builder::open(std::size_t i) {
  if (open_[i]) return &*open_[i];
  const Offset base(out_.segments[i].base);
  const std::string stem = storage::segment_stem(folder_, base);
  for (const std::string_view suffix :
       {storage::kLogSuffix, storage::kIndexSuffix, storage::kTimeIndexSuffix}) {
    const std::string path = stem + std::string(suffix);
    const Result<Bytes> bytes = machine_.stored_bytes(out_.question.node, path);
    if (!bytes.ok()) continue;  // a missing index is no obstacle: the scan begins at position 0
    KTRY_ASSIGN(const env::FileHandle file, scratch_.open(path, true));
    KTRY(scratch_.append(file, *bytes));
    scratch_.close(file);
  }
  KTRY_ASSIGN(storage::LogSegment::Opened opened,
              storage::LogSegment::open(scratch_, folder_, base, 0));
  open_[i] = std::move(opened.segment);
  return &*open_[i];
}

Result<void> Builder::work(std::int64_t log_start) {
  KTRY(list_segments());
  KTRY_ASSIGN(const storage::LogSegment* last, open(open_.size() - 1));
  KTRY_ASSIGN(const Offset end, last->read_next_offset(scratch_));
  out_.segments.back().end = out_.log_end = end.value();
  out_.log_start = std::max(log_start, out_.segments.front().base);
  not_before_ = out_.log_start;
  return out_.question.by_time ? pick_by_time() : pick_by_offset();
}

Result<void> Builder::check_range() const {
  const std::int64_t wanted = out_.question.value;
  if (wanted >= out_.log_start && wanted < out_.log_end) return {};
  if (wanted == out_.log_end) {
    return Error{ErrorKind::NotFound,
                 fmt::format("offset {} is the log end: the next record will get it. A fetch waits "
                             "here.",
                             digits(wanted))};
  }
  const std::string held =
      out_.log_end > out_.log_start
          ? fmt::format("it holds {} to {}", digits(out_.log_start), digits(out_.log_end - 1))
          : std::string("it is empty");
  return Error{ErrorKind::NotFound, fmt::format("OFFSET_OUT_OF_RANGE: offset {} is not in this "
                                                "log, {}",
                                                digits(wanted), held)};
}

Result<void> Builder::pick_by_offset() {
  KTRY(check_range());
  const std::int64_t wanted = out_.question.value;
  const auto above =
      std::upper_bound(out_.segments.begin(), out_.segments.end(), wanted,
                       [](std::int64_t v, const LookupSegment& s) { return v < s.base; });
  // A clean may have taken the end of a segment: then the answer begins in a later one.
  for (auto i = static_cast<std::size_t>(std::distance(out_.segments.begin(), above)) - 1;
       i < out_.segments.size(); ++i) {
    out_.segment = static_cast<std::int32_t>(i);
    step(LookupStage::Segment, out_.segment,
         fmt::format("floor({}) among the base offsets is {}", digits(wanted),
                     digits(out_.segments[i].base)));
    KTRY_ASSIGN(const storage::LogSegment* segment, open(i));
    KTRY_ASSIGN(const bool found, search(*segment));
    if (found) return unpack(*segment);
  }
  return Error{ErrorKind::NotFound, "no batch at or after this offset is left"};
}

Result<void> Builder::pick_by_time() {
  const std::int64_t wanted = out_.question.value;
  std::int64_t newest = -1;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    KTRY_ASSIGN(const storage::LogSegment* segment, open(i));
    out_.segments[i].newest_ms = segment->max_timestamp().timestamp;
    newest = std::max(newest, out_.segments[i].newest_ms);
  }
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (out_.segments[i].newest_ms < wanted) continue;
    out_.segment = static_cast<std::int32_t>(i);
    step(LookupStage::Segment, out_.segment,
         fmt::format("the first segment with a record at or after {} has base offset {}",
                     record_time_text(wanted), digits(out_.segments[i].base)));
    KTRY_ASSIGN(const storage::LogSegment* segment, open(i));
    KTRY_ASSIGN(const bool found, search(*segment));
    if (found) return unpack(*segment);
  }
  if (newest < 0) return Error{ErrorKind::NotFound, "this log holds no record with a time"};
  return Error{
      ErrorKind::NotFound,
      fmt::format("no record is as new as {}: the newest is of {}. ListOffsets answers -1.",
                  record_time_text(wanted), record_time_text(newest))};
}

// Both indexes and the scan, by the engine; false if this segment ends before what is wanted.
Result<bool> Builder::search(const storage::LogSegment& segment) {
  storage::SegmentLookup visit;
  const std::int64_t base = segment.base_offset().value();
  const std::int64_t wanted = out_.question.value;
  bool found = false;
  if (out_.question.by_time) {
    KTRY_ASSIGN(const auto at,
                segment.find_offset_by_timestamp(scratch_, wanted, Offset(not_before_), &visit));
    found = at.has_value();
  } else {
    KTRY_ASSIGN(const auto at, segment.translate(scratch_, Offset(wanted), &visit));
    found = at.has_value();
  }
  if (visit.time_index) tell_time_index(segment, *visit.time_index);
  out_.from = base + (visit.offset_index ? visit.offset_index->target : 0);
  step(LookupStage::Relative, 0,
       fmt::format("{} − {} = {}: an entry keeps 4 bytes of this", digits(out_.from), digits(base),
                   digits(out_.from - base)));
  tell_offset_index(segment, visit);
  KTRY(tell_scan(segment, visit));
  return found;
}

void Builder::tell_time_index(const storage::LogSegment& segment,
                              const storage::IndexSearch& search) {
  SearchedIndex& s = out_.time_index;
  s = {};
  s.path = storage::segment_stem(folder_, segment.base_offset()) + ".timeindex";
  s.search = search;
  for (const auto& e : segment.time_index().entries(scratch_)) {
    s.entries.push_back({e.timestamp, e.relative_offset});
  }
  s.bytes = dissect_index(s, machine_, out_.question.node, kTimeEntry);
  for (std::size_t p = 0; p < search.probes.size(); ++p) {
    ++probes_;
    bytes_read_ += kTimeEntry;
    step(LookupStage::TimeIndex, static_cast<std::int32_t>(p), time_probe_text(s, p));
  }
  if (search.probes.empty()) step(LookupStage::TimeIndex, 0, empty_index_text(".timeindex"));
}

void Builder::tell_offset_index(const storage::LogSegment& segment,
                                const storage::SegmentLookup& visit) {
  SearchedIndex& s = out_.index;
  s = {};
  s.path = storage::segment_stem(folder_, segment.base_offset()) + ".index";
  if (visit.offset_index) s.search = *visit.offset_index;
  for (const auto& e : segment.offset_index().entries(scratch_)) {
    s.entries.push_back({e.relative_offset, e.position});
  }
  s.bytes = dissect_index(s, machine_, out_.question.node, kOffsetEntry);
  for (std::size_t p = 0; p < s.search.probes.size(); ++p) {
    ++probes_;
    bytes_read_ += kOffsetEntry;
    step(LookupStage::Index, static_cast<std::int32_t>(p), probe_text(s, p));
  }
  if (s.search.probes.empty()) step(LookupStage::Index, 0, empty_index_text(".index"));
  out_.start_position = visit.scan_from;
  step(LookupStage::Position, 0, position_words(out_));
}

Result<void> Builder::tell_scan(const storage::LogSegment& segment,
                                const storage::SegmentLookup& visit) {
  out_.batches.clear();
  out_.hit = -1;
  for (const storage::BatchProbe& probe : visit.batches) {
    KTRY_ASSIGN(const Bytes bytes, segment.read(scratch_, probe.position, kHeader));
    const Result<record::BatchHeader> header = record::parse_header_only(bytes);
    if (!header.ok()) return header.error();
    if (probe.taken) out_.hit = static_cast<std::int32_t>(out_.batches.size());
    out_.batches.push_back({*header, probe.position, true, probe.taken});
    bytes_read_ += kHeader;
    step(LookupStage::Scan, static_cast<std::int32_t>(out_.batches.size() - 1),
         scan_text(out_, out_.batches.back()));
  }
  return {};
}

void Builder::add_following(const storage::LogSegment& segment) {
  for (int i = 0; i < kBatchesAfter; ++i) {
    const ScannedBatch& last = out_.batches.back();
    const auto at = last.position + static_cast<std::int64_t>(last.header.size_in_bytes());
    const Result<Bytes> bytes = segment.read(scratch_, at, kHeader);
    if (!bytes.ok() || static_cast<std::int64_t>(bytes->size()) < kHeader) return;
    const Result<record::BatchHeader> header = record::parse_header_only(*bytes);
    if (!header.ok()) return;
    out_.batches.push_back({*header, at, false, false});
  }
}

// Whole batch, its fields, and which of its records it is.
Result<void> Builder::unpack(const storage::LogSegment& segment) {
  const ScannedBatch hit = out_.batches[static_cast<std::size_t>(out_.hit)];
  const auto size = static_cast<std::int64_t>(hit.header.size_in_bytes());
  KTRY_ASSIGN(out_.batch.bytes, segment.read(scratch_, hit.position, size));
  out_.batch.fields = record::walk_batch(out_.batch.bytes);
  out_.batch.title = batch_title_text(hit);
  for (std::int32_t i = 0; i < out_.segment; ++i) {
    out_.full_scan_bytes += out_.segments[static_cast<std::size_t>(i)].bytes;
  }
  out_.full_scan_bytes += hit.position + size;
  add_following(segment);
  KTRY_ASSIGN(const std::vector<record::Record> records, record::read_records(out_.batch.bytes));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const record::Record& r = records[i];
    const bool wanted = out_.question.by_time
                            ? r.timestamp_ms >= out_.question.value && r.offset >= not_before_
                            : r.offset >= out_.question.value;
    if (!wanted) continue;
    out_.record = static_cast<std::int32_t>(i);
    out_.record_offset = r.offset;
    out_.record_timestamp_ms = r.timestamp_ms;
    out_.record_fields = fields_of_record(out_.batch, out_.record);
    break;
  }
  bytes_read_ += size;
  step(LookupStage::Record, 0, record_text(out_));
  return {};
}

}  // namespace

Lookup build_lookup(Machine& machine, const LookupQuestion& question) {
  const cluster::ReplicaView* replica =
      machine.snapshot().replica(question.node, question.partition);
  return Builder(machine, question).run(replica == nullptr ? 0 : replica->log_start);
}

Dissection dissect_scanned(const Machine& machine, const Lookup& lookup, std::int32_t batch) {
  Dissection d;
  if (batch < 0 || batch >= static_cast<std::int32_t>(lookup.batches.size())) return d;
  if (batch == lookup.hit) return lookup.batch;
  const ScannedBatch& at = lookup.batches[static_cast<std::size_t>(batch)];
  const std::string path =
      storage::segment_stem(lookup.question.partition.str(), Offset(lookup.chosen()->base)) +
      ".log";
  const Result<Bytes> log = machine.stored_bytes(lookup.question.node, path);
  const auto end = static_cast<std::size_t>(at.position) + at.header.size_in_bytes();
  if (!log.ok() || log->size() < end) return d;
  d.bytes.assign(log->begin() + at.position, log->begin() + static_cast<std::ptrdiff_t>(end));
  d.fields = record::walk_batch(d.bytes);
  d.title = batch_title_text(at);
  return d;
}

}  // namespace kscope::viewer
