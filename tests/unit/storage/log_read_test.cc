// Goal: look-ups by offset and by time give what a scan of everything gives, whatever the sizes of
// batches, segments and index intervals. Method: random logs against a linear-scan oracle kept by
// the test. Kafka: LocalLog.read, LogSegment.translateOffset, UnifiedLog.fetchOffsetByTimestamp.
#include <map>

#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

struct Stored {
  std::int64_t base, last;
  std::int64_t timestamp;  // of the first record; the others follow at 1 ms
  Bytes bytes;
};

struct RandomLog {
  Node node;
  UnifiedLog log;
  std::vector<Stored> batches;
};

void fill(RandomLog& r, std::uint64_t seed) {
  env::Random random(seed);
  LogConfig config;
  config.index_interval_bytes = random.between(std::int64_t{1}, std::int64_t{1500});
  config.segment_bytes = random.between(std::int64_t{3000}, std::int64_t{12000});
  config.segment_index_bytes = random.chance(1, 3) ? 8 * 6 : 1 << 20;
  r.log = open_log(r.node, config);
  const int count = static_cast<int>(random.between(std::int64_t{1}, std::int64_t{120}));
  for (int i = 0; i < count; ++i) {
    BatchSpec spec;
    spec.records = static_cast<int>(random.between(std::int64_t{1}, std::int64_t{9}));
    spec.value_size = random.below(200);
    spec.timestamp_ms = kNowMs + random.between(std::int64_t{-500}, std::int64_t{500});
    const AppendInfo info = append(r.node, r.log, spec, LeaderEpoch(2));
    spec.base_offset = info.first.value();
    spec.epoch = 2;
    r.batches.push_back({info.first.value(), info.last.value(), spec.timestamp_ms,
                         make_batch(spec)});
  }
}

}  // namespace

TEST_CASE("a read at any offset begins with the batch that holds it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomLog r;
    fill(r, seed);
    for (const Stored& batch : r.batches) {
      for (std::int64_t offset = batch.base; offset <= batch.last; ++offset) {
        ReadLimits one = everything();
        one.max_bytes = 1;  // and still a whole batch: progress beats the limit (KIP-74)
        const auto read = r.log.read(r.node.env(), Offset(offset), one);
        REQUIRE(read.ok());
        REQUIRE(read.value().first_offset == Offset(batch.base));
        REQUIRE(read.value().records == batch.bytes);
      }
    }
  }
}

TEST_CASE("a read is bounded by bytes, by its end, and by the segment, at batch boundaries") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomLog r;
    fill(r, seed);
    env::Random random(seed + 1000);
    for (int i = 0; i < 200; ++i) {
      const auto first = random.below(r.batches.size());
      const std::int64_t from = r.batches[first].base;
      ReadLimits limits;
      limits.max_bytes = random.between(std::int64_t{0}, std::int64_t{4000});
      limits.at_least_one_batch = random.chance(1, 2);
      limits.end = Offset(random.between(std::int64_t{0}, r.log.log_end().value() + 3));
      Bytes expected;
      for (auto at = first; at < r.batches.size(); ++at) {
        const Stored& batch = r.batches[at];
        const bool fits = static_cast<std::int64_t>(expected.size() + batch.bytes.size()) <=
                              limits.max_bytes ||
                          (expected.empty() && limits.at_least_one_batch);
        if (!fits || batch.last >= limits.end.value()) break;
        if (at > first && r.log.locate(r.node.disk, Offset(batch.base)).value()->segment !=
                              r.log.locate(r.node.disk, Offset(from)).value()->segment) {
          break;
        }
        expected.insert(expected.end(), batch.bytes.begin(), batch.bytes.end());
      }
      const auto read = r.log.read(r.node.env(), Offset(from), limits);
      REQUIRE(read.ok());
      REQUIRE(read.value().records == expected);
    }
  }
}

namespace {

void check_times(RandomLog& r) {
  std::int64_t newest = -1, newest_at = -1;
  for (const Stored& batch : r.batches) {
    const std::int64_t last = batch.timestamp + (batch.last - batch.base);
    if (last > newest) newest = last, newest_at = batch.last;
  }
  const auto max = r.log.max_timestamp(r.node.env());
  REQUIRE(max.ok());
  REQUIRE(max.value().has_value() == (newest >= 0));
  if (newest >= 0) {
    REQUIRE(max.value()->timestamp_ms == newest);
    REQUIRE(max.value()->offset == Offset(newest_at));
  }
  for (std::int64_t timestamp = kNowMs - 510; timestamp < kNowMs + 520; timestamp += 7) {
    std::optional<std::int64_t> expected;
    for (const Stored& batch : r.batches) {
      for (std::int64_t o = batch.base; o <= batch.last && !expected; ++o) {
        if (batch.timestamp + (o - batch.base) >= timestamp) expected = o;
      }
    }
    const auto found = r.log.offset_for_timestamp(r.node.env(), timestamp);
    REQUIRE(found.ok());
    REQUIRE(found.value().has_value() == expected.has_value());
    if (!expected) continue;
    REQUIRE(found.value()->offset == Offset(*expected));
    REQUIRE(found.value()->timestamp_ms >= timestamp);
    REQUIRE(found.value()->epoch == LeaderEpoch(2));
  }
}

void cut(RandomLog& r, Offset to) {
  REQUIRE(r.log.truncate_to(r.node.env(), to, event::TruncateReason::DivergingEpoch).ok());
  while (!r.batches.empty() && r.batches.back().last >= to.value()) r.batches.pop_back();
}

}  // namespace

TEST_CASE("look-ups by time give the first record that is new enough, and the newest (KIP-734)") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomLog r;
    fill(r, seed);
    check_times(r);
  }
}

TEST_CASE("look-ups by time know nothing any more of records that were cut off") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomLog r;
    fill(r, seed);
    env::Random random(seed);
    for (int i = 0; i < 4; ++i) {
      cut(r, Offset(random.between(std::int64_t{0}, r.log.log_end().value())));
      check_times(r);
    }
    const AppendInfo info = append(r.node, r.log, {.timestamp_ms = kNowMs - 505}, LeaderEpoch(2));
    r.batches.push_back({info.first.value(), info.last.value(), kNowMs - 505, {}});
    check_times(r);
  }
}

TEST_CASE("an empty log has no newest record and nothing to read") {
  Node node;
  UnifiedLog log = open_log(node);
  CHECK_FALSE(log.max_timestamp(node.env()).value().has_value());
  CHECK_FALSE(log.offset_for_timestamp(node.env(), 0).value().has_value());
  CHECK(log.read(node.env(), Offset(0), everything()).value().records.empty());
}

TEST_CASE("reading at the log end asks nothing of the disk") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 3});
  node.disk.set_failed(true);
  const auto read = log.read(node.env(), Offset(3), everything());
  REQUIRE(read.ok());
  CHECK(read.value().records.empty());
  CHECK(read.value().first_offset == Offset(3));
  CHECK_FALSE(log.read(node.env(), Offset(2), everything()).ok());
}

TEST_CASE("reading outside of the log says between which offsets it is") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 5});
  REQUIRE(log.advance_log_start(node.env(), Offset(2)).ok());
  for (const std::int64_t offset : {0, 1, 6}) {
    const auto read = log.read(node.env(), Offset(offset), everything());
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind == ErrorKind::NotFound);
    CHECK(read.error().message.find("not within 2 and 5") != std::string::npos);
  }
}

TEST_CASE("a batch that reaches beyond the high watermark is held back as a whole") {
  Node node;
  UnifiedLog log = open_log(node);
  append(node, log, {.records = 5});
  append(node, log, {.records = 5});
  ReadLimits limits = everything();
  limits.end = Offset(7);
  const auto read = log.read(node.env(), Offset(0), limits);
  CHECK(record::split_batches(read.value().records).value().size() == 1);
  CHECK(log.read(node.env(), Offset(6), limits).value().records.empty());
}

TEST_CASE("a located batch tells its segment and its position") {
  Node node;
  UnifiedLog log = open_log(node);
  for (int i = 0; i < 30; ++i) append(node, log);
  const auto located = log.locate(node.disk, Offset(17));
  REQUIRE(located.ok());
  REQUIRE(located.value().has_value());
  CHECK(located.value()->batch.base == Offset(17));
  CHECK(located.value()->segment == Offset(0));
  CHECK_FALSE(log.locate(node.disk, Offset(30)).value().has_value());
}
