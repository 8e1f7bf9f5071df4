// Look-ups by offset in a real folder, as a log grows: an index must make its length not matter.
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

/// Microseconds for one look-up, each run over other offsets of the same warm log.
double lookup_micros(std::size_t segments) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / "kafkascope-lookups").string();
  std::filesystem::remove_all(folder);
  const auto disk = live::Disk::open(folder).value();
  test::TestEnv t{NodeId(1)};
  env::Env env{NodeId(1), env::Clock(), t.timers, t.network, *disk, t.random, t.sink, t.names};
  storage::LogConfig config;
  config.segment_bytes = kSegmentBytes;
  auto log = storage::UnifiedLog::open(env, {"bench", 0}, config, Offset(0), false).value();
  const Bytes batch = batch_of(10, 100);
  while (log.segments().size() < segments ||
         log.segments().back().size() + 2 * static_cast<std::int64_t>(batch.size()) <
             kSegmentBytes) {
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

Figure lookup_in_1000_segments() {
  Figure f{"lookup_1000_segments", "us", lookup_micros(1000), kLookupRuns, {}, {}};
  f.limit = "the same look-up in a log of one segment";
  f.limit_value = lookup_micros(1);
  return f;
}

}  // namespace kscope::bench
