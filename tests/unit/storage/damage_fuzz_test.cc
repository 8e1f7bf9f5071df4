// Goal: no damage to the files of a log stops the process; it ends in a log that keeps its promises
// or in an error that names a file. Method: logs with everything in them (segments, indexes,
// epochs, producers, aborted transactions), random damage to random files, and then recovery,
// dump-log, reads and appends. Kafka: LogLoaderTest, LogSegmentTest.testRecoveryWithCorruptMessage.
#include "engine/storage/dump_log.h"
#include "engine/storage/traced_lookup.h"
#include "tests/unit/storage/producer_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

void build(Node& node, std::uint64_t seed, bool cleanly) {
  LogConfig config;
  config.segment_bytes = 900;
  config.index_interval_bytes = 120;
  RandomProducers producers(seed);
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 35; ++i) {
    producers.append_one(node, log);
    if (i % 11 == 0)
      append(node, log, {.records = 3, .codec = record::Codec::Snappy}, LeaderEpoch(i / 11));
  }
  if (cleanly) {
    REQUIRE(log.close_cleanly(node.env()).ok());
  } else {
    node.disk.crash_process();
  }
}

void overwrite(Node& node, const std::string& path, const Bytes& bytes) {
  const auto file = node.disk.open(path, true).value();
  REQUIRE(node.disk.truncate(file, 0).ok());
  REQUIRE(node.disk.append(file, bytes).ok());
  node.disk.close(file);
}

void damage(Node& node, env::Random& random) {
  const auto files = node.disk.files();
  const std::string path = files[random.below(files.size())].path;
  Bytes bytes = node.disk.contents(path).value();
  switch (random.below(6)) {
    case 0:
      REQUIRE(node.disk.remove(path).ok());
      return;
    case 1:
      bytes.resize(random.below(bytes.size() + 1));
      break;
    case 2:  // as a file that was made larger than it needs to be
      bytes.resize(bytes.size() + random.below(60), 0);
      break;
    case 3:
      for (int i = 0; i < 5; ++i) bytes.push_back(static_cast<std::uint8_t>(random.next()));
      break;
    default:
      if (bytes.empty()) return;
      for (std::uint64_t i = 0; i <= random.below(4); ++i) {
        bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1 << random.below(8));
      }
  }
  overwrite(node, path, bytes);
}

void dump_everything(const Node& node) {
  for (const auto& file : node.disk.files()) {
    const NeighbourNames names = neighbours_of(file.path);
    DumpNeighbours beside;
    if (!names.log.empty() && node.disk.exists(names.log))
      beside.log = node.disk.contents(names.log).value();
    if (!names.index.empty() && node.disk.exists(names.index))
      beside.index = node.disk.contents(names.index).value();
    DumpOptions options{.print_data_log = true, .cluster_metadata = file.size % 2 == 0};
    const auto dump = dump_file(file.path, node.disk.contents(file.path).value(), options, beside);
    if (!dump.ok()) REQUIRE(dump.error().kind == ErrorKind::Unsupported);
  }
}

// Nothing in here may fail but with an error of the disk or about damage.
void use(Node& node, UnifiedLog& log, env::Random& random) {
  log.check();
  for (Offset at = log.log_start(); at < log.log_end(); at = at + 1) {
    const auto lookup = trace_offset_lookup(node.disk, log, at);
    if (lookup.ok()) in_words(*lookup);
    const auto read = log.read(node.env(), at, everything());
    if (!read.ok()) REQUIRE_FALSE(read.error().message.empty());
  }
  const auto timed = trace_time_lookup(node.disk, log, kNowMs + 1);
  if (!timed.ok()) REQUIRE_FALSE(timed.error().message.empty());
  log.aborted_in(log.log_start(), log.log_end());
  append(node, log, {.records = 2}, LeaderEpoch(50));
  const Offset to(random.between(std::int64_t{0}, log.log_end().value()));
  const auto cut = log.truncate_to(node.env(), to, event::TruncateReason::DivergingEpoch);
  if (cut.ok()) log.check();
}

}  // namespace

TEST_CASE("recovery, dump-log and look-ups survive any damage to any file") {
  int opened = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Node node;
    env::Random random(seed);
    const bool clean = random.chance(1, 2);
    build(node, seed, clean);
    for (std::uint64_t i = 0; i <= random.below(3); ++i) damage(node, random);
    dump_everything(node);
    const Offset point(random.between(std::int64_t{0}, std::int64_t{60}));
    LogConfig config;
    config.index_interval_bytes = 120;
    auto log = UnifiedLog::open(node.env(), kOrders, config, point, clean);
    if (!log.ok()) {
      ++refused;
      REQUIRE_FALSE(log.error().message.empty());
      continue;
    }
    ++opened;
    use(node, *log, random);
    dump_everything(node);
    // Once recovered from the start, it is what it is: again, and nothing changes (F2).
    node.disk.crash_process();
    auto once = UnifiedLog::open(node.env(), kOrders, config, Offset(0), false);
    REQUIRE(once.ok());
    const Offset end = once->log_end();
    const std::string producers = summary(once->producers());
    node.disk.crash_process();
    auto twice = UnifiedLog::open(node.env(), kOrders, config, Offset(0), false);
    REQUIRE(twice.ok());
    REQUIRE(twice->log_end() == end);
    REQUIRE(summary(twice->producers()) == producers);
    REQUIRE(producers == summary(folded(node, *twice)));
  }
  CHECK(opened > 300);
}
