#include "viewer/model/cost_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "engine/record/record_batch.h"
#include "engine/sim/disk.h"
#include "engine/storage/batch_scanner.h"
#include "engine/storage/log_segment.h"
#include "viewer/model/lookup.h"

namespace kscope::viewer {

namespace {

constexpr int kBatchesInSegment = 48;  // of about 1 KiB: an index entry at every fourth or fifth
constexpr std::size_t kValueBytes = 960;
constexpr int kOffsetsAsked = 400;
constexpr int kScans = 5;
constexpr const char* kFolder = "cost-0";

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

struct CostMeter::Impl {
  /// One batch with one record, stamped with its offset for every use: the CRC does not cover that.
  struct BatchMaker {
    Bytes bytes;
    BatchMaker() {
      record::Record r;
      r.timestamp_ms = 1;
      r.value = Bytes(kValueBytes, 'x');
      bytes = record::build_batch({}, {r});
    }
    void stamp(std::int64_t offset) { record::stamp_base_offset(bytes, 0, offset); }
  };

  enum class Phase : std::uint8_t { Grow, Index, Scan, Done };

  SecondsNow now;
  std::vector<int> counts;
  Phase phase = Phase::Grow;
  std::size_t at = 0;  // in counts
  sim::Disk disk;
  storage::LogConfig config;
  BatchMaker maker;
  std::vector<storage::LogSegment> segments;
  std::vector<env::FileHandle> files;  // their .log files, opened once more for the scans
  int batches_in_last = 0;
  std::int64_t end = 0;
  std::vector<double> taken;
  std::int64_t read = 0;
  // The scan under way.
  std::size_t scan_segment = 0;
  double scan_so_far = 0;
  CostPoint point;  // the one being measured
  std::vector<CostPoint> points;
  std::string problem;

  Result<void> grow();
  Result<void> ask_index();
  Result<void> scan_some();
  Result<void> slice();
  /// Spread over the whole log, the same in every run.
  std::int64_t target(int i, int of) const {
    return static_cast<std::int64_t>((static_cast<double>((i * 37) % of) + 0.5) / of *
                                     static_cast<double>(end));
  }
  void next_scan() {
    scan_segment = 0;
    scan_so_far = 0;
  }
};

CostMeter::CostMeter(SecondsNow now, std::vector<int> counts) : impl_(std::make_unique<Impl>()) {
  impl_->now = std::move(now);
  impl_->counts = std::move(counts);
  (void)impl_->disk.make_directory(kFolder);
}
CostMeter::~CostMeter() = default;

// One batch; a new segment when the last one is full.
Result<void> CostMeter::Impl::grow() {
  if (segments.empty() || batches_in_last == kBatchesInSegment) {
    if (static_cast<int>(segments.size()) == counts[at]) {
      phase = Phase::Index;
      return {};
    }
    if (!segments.empty()) KTRY(segments.back().on_become_inactive(disk));
    KTRY_ASSIGN(auto opened, storage::LogSegment::open(disk, kFolder, Offset(end), 0));
    segments.push_back(std::move(opened.segment));
    KTRY_ASSIGN(const env::FileHandle file, disk.open(segments.back().log_path(), false));
    files.push_back(file);
    batches_in_last = 0;
  }
  maker.stamp(end);
  KTRY_ASSIGN(const record::BatchHeader header, record::parse_header(maker.bytes));
  const auto added = segments.back().append(disk, maker.bytes, {&header, 1}, config);
  if (!added.ok()) return added.error();
  ++batches_in_last;
  ++end;
  return {};
}

// One look-up as the engine does it.
Result<void> CostMeter::Impl::ask_index() {
  const Offset wanted(target(static_cast<int>(taken.size()), kOffsetsAsked));
  const double begin = now();
  const auto above =
      std::upper_bound(segments.begin(), segments.end(), wanted,
                       [](Offset o, const storage::LogSegment& s) { return o < s.base_offset(); });
  const storage::LogSegment& segment = *std::prev(above);
  const auto found = segment.translate(disk, wanted);
  taken.push_back(now() - begin);
  if (!found.ok()) return found.error();
  if (!*found || (*found)->base != wanted) {
    return Error{ErrorKind::Corrupt, "the look-up found another batch than the one asked for"};
  }
  // Not while the clock runs: how many headers that took.
  storage::SegmentLookup trace;
  (void)segment.translate(disk, wanted, &trace);
  read += static_cast<std::int64_t>(trace.batches.size() * record::kBatchOverhead);
  if (taken.size() < kOffsetsAsked) return {};
  point = {};
  point.segments = counts[at];
  for (const storage::LogSegment& s : segments) point.bytes += s.size();
  point.index_seconds = median(taken);
  point.index_read = read / kOffsetsAsked;
  taken.clear();
  read = 0;
  next_scan();
  phase = Phase::Scan;
  return {};
}

// The headers of one segment, or of its part up to the wanted offset.
Result<void> CostMeter::Impl::scan_some() {
  const std::int64_t wanted = target(static_cast<int>(taken.size()), kScans);
  const storage::LogSegment& segment = segments[scan_segment];
  const double begin = now();
  storage::BatchScanner scan(disk, files[scan_segment], 0, segment.size());
  bool found = false;
  std::int64_t headers = 0;
  while (!found && scan.next()) {
    found = scan.header().last_offset() >= wanted;
    ++headers;
  }
  scan_so_far += now() - begin;
  read += headers * static_cast<std::int64_t>(record::kBatchOverhead);
  if (scan.failure()) return *scan.failure();
  ++scan_segment;
  if (!found && scan_segment < segments.size()) return {};
  taken.push_back(scan_so_far);
  next_scan();
  if (taken.size() < kScans) return {};
  point.scan_seconds = median(taken);
  point.scan_read = read / kScans;
  points.push_back(point);
  taken.clear();
  read = 0;
  phase = ++at == counts.size() ? Phase::Done : Phase::Grow;
  return {};
}

Result<void> CostMeter::Impl::slice() {
  switch (phase) {
    case Phase::Grow:
      return grow();
    case Phase::Index:
      return ask_index();
    case Phase::Scan:
      return scan_some();
    case Phase::Done:
      return {};
  }
  return {};
}

void CostMeter::work(double seconds) {
  const double until = impl_->now() + seconds;
  while (!done() && impl_->now() < until) {
    if (const Result<void> ok = impl_->slice(); !ok.ok()) {
      impl_->problem = ok.error().message;
      impl_->phase = Impl::Phase::Done;
    }
  }
}

bool CostMeter::done() const { return impl_->phase == Impl::Phase::Done; }

double CostMeter::progress() const {
  if (done() || impl_->counts.empty()) return 1;
  // Writing and scanning cost about the same for each segment.
  const double most = static_cast<double>(impl_->counts.back());
  const double written = static_cast<double>(impl_->segments.size());
  const double scans = static_cast<double>(impl_->taken.size()) / kScans;
  const double here =
      impl_->phase == Impl::Phase::Scan ? static_cast<double>(impl_->counts[impl_->at]) * scans : 0;
  double scanned = 0;
  for (std::size_t i = 0; i < impl_->at; ++i) scanned += impl_->counts[i];
  double all = 0;
  for (const int n : impl_->counts) all += n;
  return std::min(0.99, 0.5 * written / most + 0.5 * (scanned + here) / all);
}

std::string CostMeter::doing() const {
  if (!problem().empty()) return problem();
  if (done()) return "done";
  const std::string goal = digits(impl_->counts[impl_->at]);
  switch (impl_->phase) {
    case Impl::Phase::Grow:
      return fmt::format("writing segment {} of {}", digits(std::ssize(impl_->segments)), goal);
    case Impl::Phase::Index:
      return fmt::format("asking the index of {} segments", goal);
    default:
      return fmt::format("scanning {} segments, {} of {}", goal, impl_->taken.size() + 1, kScans);
  }
}

const std::vector<CostPoint>& CostMeter::points() const { return impl_->points; }

const std::string& CostMeter::problem() const { return impl_->problem; }

std::string machine_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string name = "this machine";
  int cores = 0;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("processor")) ++cores;
    if (line.starts_with("model name") && colon != std::string::npos) name = line.substr(colon + 2);
  }
  if (cores == 0) return name;
  return fmt::format("{}, {} core{}", name, cores, cores == 1 ? "" : "s");
}

std::string cost_text(double seconds) {
  const double us = seconds * 1e6;
  if (us < 1000) return fmt::format("{:.{}f} µs", us, us < 10 ? 1 : 0);
  if (us < 1e6) return fmt::format("{:.{}f} ms", us / 1e3, us < 1e4 ? 1 : 0);
  return fmt::format("{:.1f} s", us / 1e6);
}

}  // namespace kscope::viewer
