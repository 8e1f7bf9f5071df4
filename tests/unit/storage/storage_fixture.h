// A node with a simulated disk and nothing else, and short ways to make batches.
#pragma once

#include <string>
#include <vector>

#include "engine/sim/disk.h"
#include "engine/storage/unified_log.h"
#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

namespace kscope::storage {

/// Start of the engine's wall clock: timestamps near it are "now" for a leader.
inline constexpr std::int64_t kNowMs = kWallMillisAtStart;
inline constexpr std::int64_t kHour = 3'600'000;  ///< in ms

struct BatchSpec {
  int records = 1;
  std::int64_t timestamp_ms = kNowMs;
  std::size_t value_size = 10;
  std::int64_t base_offset = 0;
  std::int32_t epoch = -1;
  record::Codec codec = record::Codec::None;
};

inline Bytes make_batch(const BatchSpec& spec) {
  record::BatchOptions options;
  options.base_offset = spec.base_offset;
  options.partition_leader_epoch = spec.epoch;
  options.codec = spec.codec;
  std::vector<record::Record> records;
  for (int i = 0; i < spec.records; ++i) {
    record::Record r;
    r.offset = spec.base_offset + i;
    r.timestamp_ms = spec.timestamp_ms + i;
    r.value = Bytes(spec.value_size, static_cast<std::uint8_t>('a' + i % 26));
    records.push_back(std::move(r));
  }
  return record::build_batch(options, records);
}

class Node {
 public:
  explicit Node(const sim::Disk& on = sim::Disk()) : disk(on) {}
  env::Env& env() { return env_; }
  void clock_at_ms(std::int64_t wall_ms) {
    env_.clock = env::Clock(at_micros((wall_ms - kWallMillisAtStart) * 1000), Duration{0});
  }
  template <class E>
  std::vector<E> events() const {
    std::vector<E> found;
    for (const auto& body : sink.events) {
      if (const E* event = std::get_if<E>(&body)) found.push_back(*event);
    }
    return found;
  }

  sim::Disk disk;
  test::TestTimers timers;
  test::TestNetwork network;
  env::RandomSet random{7, 1};
  test::TestSink sink;
  NameTable names;

 private:
  env::Env env_{NodeId(1), env::Clock(), timers, network, disk, random, sink, names};
};

inline const TopicPartition kOrders{"orders", 0};

/// Segments of some four batches, an index entry at nearly every batch.
inline LogConfig small_segments() {
  LogConfig config;
  config.segment_bytes = 700;
  config.index_interval_bytes = 150;
  return config;
}

inline UnifiedLog open_log(Node& node, const LogConfig& config = {},
                           Offset recovery_point = Offset(0), bool clean = false,
                           Offset log_start = Offset(0)) {
  auto log = UnifiedLog::open(node.env(), kOrders, config, recovery_point, clean, log_start);
  if (!log.ok()) INFO(log.error().message);
  REQUIRE(log.ok());
  return std::move(log).value();
}

inline AppendInfo append(Node& node, UnifiedLog& log, const BatchSpec& spec = {},
                         LeaderEpoch epoch = LeaderEpoch(0)) {
  const auto outcome = log.append_as_leader(node.env(), make_batch(spec), epoch);
  REQUIRE(outcome.ok());
  REQUIRE(outcome.value().info.has_value());
  return *outcome.value().info;
}

inline ReadLimits everything() {
  ReadLimits limits;
  limits.end = Offset(INT64_MAX);
  limits.max_bytes = 1 << 30;
  return limits;
}

/// The headers of all batches of a log, read segment by segment.
inline std::vector<record::BatchHeader> headers_of(Node& node, const UnifiedLog& log) {
  std::vector<record::BatchHeader> all;
  Offset from = log.log_start();
  while (from < log.log_end()) {
    const auto read = log.read(node.env(), from, everything());
    REQUIRE(read.ok());
    if (read.value().records.empty()) break;
    const auto headers = record::split_batches(read.value().records);
    REQUIRE(headers.ok());
    all.insert(all.end(), headers.value().begin(), headers.value().end());
    from = Offset(all.back().next_offset());
  }
  return all;
}

inline std::string text_file(const sim::Disk& disk, std::string_view path) {
  const auto bytes = disk.contents(path);
  REQUIRE(bytes.ok());
  return std::string(text_of(bytes.value()));
}

inline const std::string kFirstLog = "orders-0/00000000000000000000.log";
inline const std::string kFirstIndex = "orders-0/00000000000000000000.index";
inline const std::string kFirstTimeIndex = "orders-0/00000000000000000000.timeindex";

}  // namespace kscope::storage
