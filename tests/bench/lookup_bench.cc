// Look-ups by offset in a real folder: what does it cost that a log is cut into 1 000 segments?
//
// The yardstick is the same log, record for record, in one segment. A log of only one of the small
// segments answers sooner than either (the third figure): its 64 KiB stay in the processor's caches
// and the 64 MiB of the others do not. That is the memory's cost, and no index takes it away.
#include <filesystem>

#include "engine/live/disk.h"
#include "engine/storage/unified_log.h"
#include "tests/bench/bench.h"
#include "tests/unit/support/test_env.h"

namespace kscope::bench {
namespace {

constexpr int kLookupRuns = 5;
constexpr int kLookups = 100'000;
constexpr std::int64_t kSegmentBytes = 64 * 1024;
constexpr std::int64_t kManySegments = 1000;

/// Microseconds for one look-up in a warm log of so many full segments, each run over other
/// offsets.
double lookup_micros(std::size_t segments, std::int64_t segment_bytes) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / "kafkascope-lookups").string();
  std::filesystem::remove_all(folder);
  const auto disk = live::Disk::open(folder).value();
  test::TestEnv t{NodeId(1)};
  env::Env env{NodeId(1), env::Clock(), t.timers, t.network, *disk, t.random, t.sink, t.names};
  storage::LogConfig config;
  config.segment_bytes = segment_bytes;
  auto log = storage::UnifiedLog::open(env, {"bench", 0}, config, Offset(0), false).value();
  const Bytes batch = batch_of(10, 100);
  while (log.segments().size() < segments ||
         log.segments().back().size() + 2 * static_cast<std::int64_t>(batch.size()) <
             segment_bytes) {
    KCHECK(log.append_as_leader(env, batch, LeaderEpoch(0)).value().info.has_value());
    t.sink.events.clear();
  }
  env::Random random(3);
  const auto end = static_cast<std::uint64_t>(log.log_end().value());
  std::vector<double> runs;
  for (int run = 0; run <= kLookupRuns; ++run) {
    const Stopwatch watch;
    for (int i = 0; i < kLookups; ++i) {
      const Offset offset(static_cast<std::int64_t>(random.below(end)));
      KCHECK(log.locate(*disk, offset).value()->batch.last >= offset);
    }
    if (run > 0) runs.push_back(watch.seconds() * 1e6 / kLookups);  // the first one warms up
  }
  std::filesystem::remove_all(folder);
  return median(std::move(runs));
}

}  // namespace

std::vector<Figure> lookup_bench() {
  Figure many{"lookup_1000_segments",
              "us",
              lookup_micros(kManySegments, kSegmentBytes),
              kLookupRuns,
              {},
              {}};
  many.limit = "the same records in one segment";
  many.limit_value = lookup_micros(1, kManySegments * kSegmentBytes);
  const Figure small{"lookup_64_kib", "us", lookup_micros(1, kSegmentBytes), kLookupRuns, {}, {}};
  return {many, small};
}

}  // namespace kscope::bench
