// Goal: a log directory in a real folder is byte for byte what Kafka 3.9 would have written.
// Method: the engine lives through the history that tests/golden/log/generate.py describes; that
// script knows the formats and rules from Kafka's documentation and sources, and shares no code.
#include <filesystem>
#include <fstream>

#include "engine/live/disk.h"
#include "engine/storage/end_txn_marker.h"
#include "engine/storage/log_manager.h"
#include "tests/catch.h"
#include "tests/unit/protocol/hex.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

constexpr std::int64_t kT0 = 1704067200000;
const TopicPartition kGolden{"golden", 0};

record::Record record_of(std::int64_t after, const char* key, std::optional<std::string> value) {
  record::Record r;
  r.timestamp_ms = kT0 + after;
  if (key != nullptr) r.key = to_bytes(key);
  if (value) r.value = to_bytes(*value);
  return r;
}

record::BatchOptions from(std::int64_t producer, std::int16_t epoch, std::int32_t sequence) {
  record::BatchOptions options;
  options.producer_id = producer;
  options.producer_epoch = epoch;
  options.base_sequence = sequence;
  return options;
}

Bytes batch(record::BatchOptions options, std::vector<record::Record> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = static_cast<std::int64_t>(i);
  }
  return record::build_batch(options, records);
}

std::vector<std::pair<Bytes, AppendOrigin>> history() {
  auto second = record_of(40, nullptr, "second");
  second.headers.push_back({"trace", to_bytes("7")});
  auto transactional = from(5000, 0, 0);
  transactional.transactional = true;
  auto marker = from(5000, 0, -1);
  marker.transactional = marker.control = true;
  const auto client = AppendOrigin::Client;
  return {
      {batch({}, {record_of(50, "k1", "first"), second}), client},
      {batch(from(4000, 2, 0), {record_of(10, "k2", std::nullopt)}), client},
      {batch(from(4000, 2, 1), {record_of(90, "k3", std::string(70, 'x'))}), client},
      {batch({}, {record_of(60, "late", "older than the one before")}), client},
      {batch(transactional, {record_of(95, "t", "in a transaction"), record_of(96, "t", "twice")}),
       client},
      {batch(marker, {make_end_txn_record({ControlType::Abort, 3}, kT0 + 97)}),
       AppendOrigin::Coordinator},
      {batch({}, {record_of(20, nullptr, std::string(130, 'y'))}), client},
      {batch(from(4000, 2, 2), {record_of(99, "k4", "the last one")}), client},
  };
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Folder {
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path = std::filesystem::temp_directory_path() / "kafkascope-golden-log";
};

void live_through(const std::string& folder) {
  const auto disk = live::Disk::open(folder);
  REQUIRE(disk.ok());
  test::TestEnv t(NodeId(1));
  env::Env env{NodeId(1), env::Clock(), t.timers, t.network, **disk, t.random, t.sink, t.names};
  LogConfig config;
  config.segment_bytes = 420;
  config.index_interval_bytes = 150;
  auto manager = LogManager::open(env, config);
  REQUIRE(manager.ok());
  Uuid id;
  id.bytes[15] = 7;
  const auto log = manager->get_or_create(env, kGolden, id, config);
  REQUIRE(log.ok());
  for (const auto& [bytes, origin] : history()) {
    const auto outcome = (*log)->append_as_leader(env, bytes, LeaderEpoch(5), origin);
    REQUIRE(outcome.ok());
    REQUIRE(outcome->info.has_value());
  }
  REQUIRE(manager->close_cleanly(env, BrokerEpoch(11)).ok());
}

}  // namespace

TEST_CASE("a folder holds the bytes that an independent script computes for the same history") {
  const Folder folder;
  live_through(folder.path.string());
  std::vector<std::string> expected, found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(KSCOPE_SOURCE_DIR) + "/tests/golden/log")) {
    if (entry.path().extension() != ".hex") continue;
    const std::string name = entry.path().stem().string();
    expected.push_back(name);
    const Bytes golden = protocol::test::from_hex(contents(entry.path()));
    const std::string written = contents(folder.path / "golden-0" / name);
    INFO(name);
    CHECK(to_bytes(written) == golden);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path / "golden-0")) {
    found.push_back(entry.path().filename().string());
  }
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  CHECK(found == expected);
  CHECK(expected.size() == 15);
  CHECK(contents(folder.path / "recovery-point-offset-checkpoint") == "0\n1\ngolden 0 10\n");
  CHECK(contents(folder.path / ".kafka_cleanshutdown") == "{\"version\":0,\"brokerEpoch\":11}");
}
