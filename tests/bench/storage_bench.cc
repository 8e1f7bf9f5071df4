#include <filesystem>
#include <memory>

#include "engine/base/checksums.h"
#include "engine/live/disk.h"
#include "engine/sim/disk.h"
#include "engine/storage/log_cleaner.h"
#include "engine/storage/unified_log.h"
#include "tests/bench/bench.h"
#include "tests/unit/support/test_env.h"

namespace kscope::bench {

Bytes batch_of(int records, std::size_t value_size) {
  std::vector<record::Record> all;
  for (int i = 0; i < records; ++i) {
    record::Record r;
    r.offset = i;
    r.timestamp_ms = kWallMillisAtStart;
    r.value = Bytes(value_size, static_cast<std::uint8_t>(i));
    all.push_back(std::move(r));
  }
  return record::build_batch({}, all);
}

namespace {

constexpr int kRuns = 5;
constexpr double kMega = 1'000'000.0;
const TopicPartition kPartition{"bench", 0};

/// A log on some disk, and the surroundings it needs.
struct Bench {
  explicit Bench(env::Disk& on) : env{NodeId(1), env::Clock(), t.timers, t.network, on,
                                      t.random, t.sink, t.names} {
    log = storage::UnifiedLog::open(env, kPartition, config, Offset(0), false).value();
  }
  void append(const Bytes& batch, std::size_t bytes) {
    for (std::size_t done = 0; done < bytes; done += batch.size()) {
      KCHECK(log.append_as_leader(env, batch, LeaderEpoch(0)).value().info.has_value());
      t.sink.events.clear();
    }
  }
  test::TestEnv t{NodeId(1)};
  env::Env env;
  storage::LogConfig config;
  storage::UnifiedLog log;
};

double repeat(double (*once)()) {
  std::vector<double> values;
  for (int i = 0; i < kRuns; ++i) values.push_back(once());
  return median(std::move(values));
}

std::string scratch_folder() {
  return (std::filesystem::temp_directory_path() / "kafkascope-bench").string();
}

constexpr std::size_t kAppended = 64u << 20;
const Bytes& big_batch() {
  static const Bytes batch = batch_of(16, 1000);
  return batch;
}

double append_to_folder() {
  std::filesystem::remove_all(scratch_folder());
  const auto disk = live::Disk::open(scratch_folder()).value();
  Bench bench(*disk);
  const Stopwatch watch;
  bench.append(big_batch(), kAppended);
  const double rate = static_cast<double>(kAppended) / kMega / watch.seconds();
  std::filesystem::remove_all(scratch_folder());
  return rate;
}

double plain_writes() {
  std::filesystem::remove_all(scratch_folder());
  const auto disk = live::Disk::open(scratch_folder()).value();
  const auto file = disk->open("plain", true).value();
  const Stopwatch watch;
  for (std::size_t done = 0; done < kAppended; done += big_batch().size()) {
    KCHECK(disk->append(file, big_batch()).ok());
  }
  const double rate = static_cast<double>(kAppended) / kMega / watch.seconds();
  std::filesystem::remove_all(scratch_folder());
  return rate;
}

double append_in_memory() {
  sim::Disk disk;
  Bench bench(disk);
  const Stopwatch watch;
  bench.append(big_batch(), kAppended);
  return static_cast<double>(kAppended) / kMega / watch.seconds();
}

double small_appends() {
  constexpr int kCount = 100'000;
  sim::Disk disk;
  Bench bench(disk);
  const Bytes batch = batch_of(1, 100);
  const Stopwatch watch;
  bench.append(batch, kCount * batch.size());
  return kCount / watch.seconds();
}

constexpr std::size_t kSearched = 16u << 20;

double lookups() {
  constexpr int kCount = 200'000;
  sim::Disk disk;
  Bench bench(disk);
  bench.append(batch_of(1, 100), kSearched);
  env::Random random(3);
  const auto end = static_cast<std::uint64_t>(bench.log.log_end().value());
  const Stopwatch watch;
  for (int i = 0; i < kCount; ++i) {
    const Offset offset(static_cast<std::int64_t>(random.below(end)));
    KCHECK(bench.log.locate(disk, offset).value()->batch.base == offset);
  }
  return kCount / watch.seconds();
}

/// The same question without an index: headers from the start of the file.
double scans() {
  constexpr int kCount = 40;
  sim::Disk disk;
  Bench bench(disk);
  bench.append(batch_of(1, 100), kSearched);
  const auto file = disk.open(bench.log.segments()[0].log_path(), false).value();
  const std::int64_t size = bench.log.segments()[0].size();
  env::Random random(3);
  const auto end = static_cast<std::uint64_t>(bench.log.log_end().value());
  const Stopwatch watch;
  for (int i = 0; i < kCount; ++i) {
    const auto offset = static_cast<std::int64_t>(random.below(end));
    storage::BatchScanner scan(disk, file, 0, size);
    while (scan.next() && scan.header().last_offset() < offset) {
    }
  }
  return kCount / watch.seconds();
}

double reads_at_end() {
  constexpr int kCount = 2'000'000;
  sim::Disk disk;
  Bench bench(disk);
  bench.append(batch_of(1, 100), 1 << 20);
  storage::ReadLimits limits;
  limits.end = bench.log.log_end();
  const Stopwatch watch;
  for (int i = 0; i < kCount; ++i) {
    KCHECK(bench.log.read(bench.env, limits.end, limits).value().records.empty());
  }
  return kCount / watch.seconds();
}

double recovery() {
  sim::Disk disk;
  Bench bench(disk);
  bench.append(big_batch(), kAppended);
  disk.crash_process();
  const Stopwatch watch;
  const auto again =
      storage::UnifiedLog::open(bench.env, kPartition, bench.config, Offset(0), false);
  KCHECK(again.ok() && again.value().log_end() == bench.log.log_end());
  return static_cast<double>(kAppended) / kMega / watch.seconds();
}

/// Half of what a segment may have. What opening a log costs whatever its size (the index files
/// begin anew, the producers' snapshot is flushed) is in the figure, and does not decide it.
constexpr std::size_t kRecovered = 512u << 20;

/// An unclean start in a folder whose files are in the page cache.
double recovery_in_folder() {
  std::filesystem::remove_all(scratch_folder());
  const auto disk = live::Disk::open(scratch_folder()).value();
  Bench bench(*disk);
  bench.append(big_batch(), kRecovered);
  disk->crash_process();
  const Stopwatch watch;
  const auto again =
      storage::UnifiedLog::open(bench.env, kPartition, bench.config, Offset(0), false);
  const double seconds = watch.seconds();
  KCHECK(again.ok() && again.value().log_end() == bench.log.log_end());
  std::filesystem::remove_all(scratch_folder());
  return static_cast<double>(kRecovered) / kMega / seconds;
}

/// The same file from front to back, and the checksum of it: nobody can recover a log with less.
double read_and_check() {
  std::filesystem::remove_all(scratch_folder());
  const auto disk = live::Disk::open(scratch_folder()).value();
  Bench bench(*disk);
  bench.append(big_batch(), kRecovered);
  const storage::LogSegment& segment = bench.log.segments().front();
  const auto file = disk->open(segment.log_path(), false).value();
  Bytes window(storage::BatchScanner::kScanWindow);
  std::uint32_t sum = 0;
  const Stopwatch watch;
  for (std::int64_t at = 0; at < segment.size();) {
    const std::int64_t got = disk->read_into(file, at, window).value();
    sum ^= crc32c(ByteView(window).first(static_cast<std::size_t>(got)));
    at += got;
  }
  const double seconds = watch.seconds();
  KCHECK(sum != 0);
  std::filesystem::remove_all(scratch_folder());
  return static_cast<double>(segment.size()) / kMega / seconds;
}

/// A log of keyed records in a folder, in which every record has one newer of its key; all but the
/// last of its segments are to be cleaned.
struct CompactedLog {
  static constexpr int kKeys = 32 * 1024;
  CompactedLog() : disk(open()), bench(*disk) {
    storage::LogConfig config;
    config.cleanup_compact = true;
    config.segment_bytes = 8 << 20;
    bench.log.set_config(config);
    for (int first = 0; first < 2 * kKeys; first += 16) {
      std::vector<record::Record> records(16);
      for (int i = 0; i < 16; ++i) {
        record::Record& r = records[static_cast<std::size_t>(i)];
        r.offset = i;
        r.timestamp_ms = kWallMillisAtStart;
        r.key = to_bytes("key-" + std::to_string((first + i) % kKeys));
        r.value = Bytes(1000, 'v');
      }
      bench.append(record::build_batch({}, records), 1);
    }
    KCHECK(bench.log.flush(bench.env).ok());
  }
  ~CompactedLog() { std::filesystem::remove_all(scratch_folder()); }
  static std::unique_ptr<live::Disk> open() {
    std::filesystem::remove_all(scratch_folder());
    return live::Disk::open(scratch_folder()).value();
  }
  std::int64_t cleanable_bytes() const {
    return bench.log.size_in_bytes() - bench.log.segments().back().size();
  }
  std::unique_ptr<live::Disk> disk;
  Bench bench;
};

double compaction() {
  CompactedLog compacted;
  const auto bytes = static_cast<double>(compacted.cleanable_bytes());
  storage::UnifiedLog& log = compacted.bench.log;
  const auto offsets = storage::LogCleaner::cleanable_offsets(log, {}, log.log_end(),
                                                              kWallMillisAtStart);
  const auto what = storage::LogCleaner::measure(log, offsets, kWallMillisAtStart);
  const storage::CleanerConfig config;
  const Stopwatch watch;
  KCHECK(storage::Cleaner(config, compacted.bench.env, log).clean(what).ok());
  const double seconds = watch.seconds();
  KCHECK(log.size_in_bytes() < static_cast<std::int64_t>(bytes));
  return bytes / kMega / seconds;
}

/// The same segments read and written once more, and made safe.
double segment_copies() {
  CompactedLog compacted;
  const auto bytes = static_cast<double>(compacted.cleanable_bytes());
  live::Disk& disk = *compacted.disk;
  constexpr std::int64_t kChunk = 512 * 1024;
  const Stopwatch watch;
  for (const storage::LogSegment& segment : compacted.bench.log.segments()) {
    if (segment.base_offset() == compacted.bench.log.segments().back().base_offset()) break;
    const auto copy = disk.open(segment.log_path() + ".copy", true).value();
    for (std::int64_t at = 0; at < segment.size(); at += kChunk) {
      KCHECK(disk.append(copy, segment.read(disk, at, kChunk).value()).ok());
    }
    KCHECK(disk.flush(copy).ok());
  }
  return bytes / kMega / watch.seconds();
}

double checksums() {
  const Bytes& batch = big_batch();
  std::uint32_t sum = 0;
  const Stopwatch watch;
  for (std::size_t done = 0; done < kAppended; done += batch.size()) sum ^= crc32c(batch);
  const double seconds = watch.seconds();
  KCHECK(sum == 0 || sum == crc32c(batch));
  return static_cast<double>(kAppended) / kMega / seconds;
}

Figure figure(const char* name, const char* unit, double (*once)()) {
  return {name, unit, repeat(once), kRuns, {}, {}};
}

Figure figure(const char* name, const char* unit, double (*once)(), const char* limit,
              double (*limit_once)()) {
  Figure f = figure(name, unit, once);
  f.limit = limit;
  f.limit_value = repeat(limit_once);
  return f;
}

}  // namespace

std::vector<Figure> storage_bench() {
  std::vector<Figure> figures = {
      figure("append_folder", "MB/s", append_to_folder, "write(2) of the same batches",
             plain_writes),
      figure("append_memory", "MB/s", append_in_memory, "CRC-32C of the same batches", checksums),
      figure("append_small", "batches/s", small_appends),
      figure("lookup_offset", "lookups/s", lookups, "scan from the start of the file", scans),
      figure("lookup_log_end", "reads/s", reads_at_end),
      figure("recovery_folder", "MB/s", recovery_in_folder,
             "read(2) of the same file with CRC-32C", read_and_check),
      figure("recovery_memory", "MB/s", recovery, "CRC-32C of the same batches", checksums),
      figure("compaction_folder", "MB/s", compaction, "read, write and fsync of the same segments",
             segment_copies),
  };
  const std::vector<Figure> lookups_in_folder = lookup_bench();
  figures.insert(figures.begin() + 4, lookups_in_folder.begin(), lookups_in_folder.end());
  return figures;
}

}  // namespace kscope::bench
